from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deliver', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='set_aside_at',
            field=models.DateTimeField(null=True),
        ),
    ]

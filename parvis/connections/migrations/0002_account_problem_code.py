from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='problem_code',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='account',
            name='problem_facts',
            field=models.JSONField(default=dict),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compose", "0005_order_and_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="signs",
            field=models.BooleanField(default=True),
        ),
    ]

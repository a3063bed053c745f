import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compose", "0007_media_copies"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("deleted_at", None), models.Q(("text", ""), _negated=True)),
                fields=["text"],
                name="post_by_text",
            ),
        ),
    ]

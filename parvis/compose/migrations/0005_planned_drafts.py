from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compose", "0004_campaigns_tags_and_snippets"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["workspace", "planned_at"],
                condition=models.Q(
                    ("deleted_at", None), ("handed_over_at", None), ("planned_at__isnull", False)
                ),
                name="planned_drafts",
            ),
        ),
    ]

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

KEEP_WHAT_WAS_IMPORTED = """
INSERT INTO intake_imported (workspace_id, fingerprint, post_id, imported_at)
SELECT workspace_id, fingerprint, post_id, imported_at
FROM intake_row WHERE imported_at IS NOT NULL
"""

REMEMBER_IN_THE_ROWS = """
UPDATE intake_row SET imported_at = known.imported_at
FROM intake_imported known
WHERE known.workspace_id = intake_row.workspace_id
  AND known.fingerprint = intake_row.fingerprint
  AND intake_row.standing = 'imported'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compose", "0006_post_signs"),
        ("intake", "0002_feeds"),
        ("people", "0005_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="table",
            name="touched_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="table",
            name="put_away_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveConstraint(model_name="row", name="a_row_is_imported_once"),
        migrations.CreateModel(
            name="Imported",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "imported_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="compose.post",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "fingerprint"), name="a_row_is_imported_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEEP_WHAT_WAS_IMPORTED, REMEMBER_IN_THE_ROWS),
        migrations.RemoveField(model_name="row", name="imported_at"),
    ]

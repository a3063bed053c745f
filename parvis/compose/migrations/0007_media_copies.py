import django.db.models.deletion
from django.db import migrations, models

# Which of the older pictures are copies is known from deliveries: it names a JPEG that no post
# uses, and its post uses an older picture of the same name and shape. Who described one has seen it
# in the library, and keeps it there.
MARK_OLD_COPIES = """
UPDATE compose_media SET copy_of_id = known.original_id
FROM (
    SELECT DISTINCT ON (copy.id) copy.id AS copy_id, original.id AS original_id
    FROM deliver_delivery delivery
    CROSS JOIN jsonb_array_elements(delivery.parts) part
    CROSS JOIN jsonb_array_elements(coalesce(part->'media', part->'images')) sent
    JOIN compose_media copy
      ON copy.workspace_id = delivery.workspace_id
     AND copy.sha256 = right(sent->>'file', 64)
    JOIN compose_postmedia used ON used.post_id = delivery.post_id
    JOIN compose_media original ON original.id = used.media_id
    WHERE copy.media_type = 'image/jpeg'
      AND copy.alt = ''
      AND original.workspace_id = copy.workspace_id
      AND original.id < copy.id
      AND original.name = copy.name
      AND original.media_type LIKE 'image/%'
      AND original.width >= copy.width
      AND abs(original.width::float * copy.height / (original.height * copy.width) - 1) < 0.02
      AND NOT EXISTS (SELECT FROM compose_postmedia WHERE media_id = copy.id)
    ORDER BY copy.id, original.id
) known
WHERE compose_media.id = known.copy_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compose", "0006_post_signs"),
        ("deliver", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="media",
            name="copy_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="compose.media",
            ),
        ),
        migrations.RunSQL(MARK_OLD_COPIES, migrations.RunSQL.noop),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compose', '0004_campaigns_tags_and_snippets'),
        ('deliver', '0004_room_for_updates'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['workspace', 'settled_at', 'id'], name='delivery_went_out'),
        ),
    ]

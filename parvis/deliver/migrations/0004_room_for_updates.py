import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deliver', '0003_traces_workers_and_turns'),
        ('people', '0002_desk'),
    ]

    # A row is written several times on its way: with room on its page it stays where it is, and no
    # index has to hear of it.
    operations = [
        migrations.RunSQL(
            "ALTER TABLE deliver_delivery SET (fillfactor = 70)",
            "ALTER TABLE deliver_delivery RESET (fillfactor)",
        ),
        migrations.RunSQL(
            "ALTER TABLE deliver_attempt SET (fillfactor = 70)",
            "ALTER TABLE deliver_attempt RESET (fillfactor)",
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_leased',
        ),
        migrations.AlterField(
            model_name='attempt',
            name='delivery',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='deliver.delivery'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='workspace',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='people.workspace'),
        ),
    ]

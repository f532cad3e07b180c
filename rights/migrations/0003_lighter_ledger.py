import django.db.models.deletion
from django.db import migrations, models


# A counter is rewritten by each of its entries. With room left on its page the new version stays there and no index is
# touched. EntryKey is never searched by a beginning: the second index of its text is of no use.
LIGHTER = """
ALTER TABLE rights_counter SET (fillfactor = 50);
DROP INDEX IF EXISTS rights_entrykey_key_5b18233e_like;
"""
HEAVIER = """
ALTER TABLE rights_counter RESET (fillfactor);
CREATE INDEX IF NOT EXISTS rights_entrykey_key_5b18233e_like ON rights_entrykey (key varchar_pattern_ops);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_text_messages'),
        ('rights', '0002_documents'),
    ]

    operations = [
        migrations.AlterField(
            model_name='counter',
            name='holder',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='counters', to='accounts.holder', verbose_name='titulaire'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='counter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='rights.counter', verbose_name='compteur'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='training_file',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='rights.trainingfile', verbose_name='dossier'),
        ),
        migrations.AlterField(
            model_name='entrykey',
            name='counter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rights.counter', verbose_name='compteur'),
        ),
        migrations.AlterField(
            model_name='yearlyfeeding',
            name='counter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='feedings', to='rights.counter', verbose_name='compteur'),
        ),
        migrations.RunSQL(LIGHTER, HEAVIER),
    ]

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from cpa_portal.kernel.database import ForbidChanges


class Migration(migrations.Migration):

    dependencies = [
        ('rights', '0003_lighter_ledger'),
    ]

    operations = [
        migrations.CreateModel(
            name='Repayment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('amount_cents', models.BigIntegerField(verbose_name='montant annoncé en centimes')),
                ('announced_on', models.DateField(verbose_name='annoncé le')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
            ],
            options={
                'verbose_name': 'remboursement annoncé',
                'verbose_name_plural': 'remboursements annoncés',
            },
        ),
        migrations.CreateModel(
            name='RepaymentReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_cents', models.BigIntegerField(verbose_name='montant reçu en centimes')),
                ('received_on', models.DateField(verbose_name='reçu le')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
            ],
            options={
                'verbose_name': 'remboursement reçu',
                'verbose_name_plural': 'remboursements reçus',
            },
        ),
        migrations.RemoveConstraint(
            model_name='journalevent',
            name='rights_journal_kind_known',
        ),
        migrations.AddField(
            model_name='pointsanswer',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='motif'),
        ),
        migrations.AlterField(
            model_name='journalevent',
            name='kind',
            field=models.CharField(choices=[('file_requested', 'Dossier demandé'), ('file_received', 'Dossier reçu'), ('file_cancelled', 'Dossier annulé'), ('file_transmitted', 'Dossier transmis à AGORA'), ('file_refused', 'Dossier refusé par AGORA'), ('entry_declared', 'Entrée en formation déclarée'), ('state_changed', 'Changement d’état'), ('part_answered', 'Réponse d’un financeur'), ('message_sent', 'Message entre les parties'), ('document_added', 'Document joint par une partie'), ('document_removed', 'Document retiré par la partie qui l’avait joint')], max_length=30, verbose_name='nature'),
        ),
        migrations.AddConstraint(
            model_name='journalevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['file_requested', 'file_received', 'file_cancelled', 'file_transmitted', 'file_refused', 'entry_declared', 'state_changed', 'part_answered', 'message_sent', 'document_added', 'document_removed'])), name='rights_journal_kind_known'),
        ),
        migrations.AddField(
            model_name='repayment',
            name='due',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repayments', to='rights.unduesum', verbose_name='somme indue'),
        ),
        migrations.AddField(
            model_name='repaymentreceipt',
            name='repayment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='rights.repayment', verbose_name='remboursement'),
        ),
        migrations.AddConstraint(
            model_name='repayment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_cents__gt', 0)), name='rights_repayment_positive'),
        ),
        migrations.AddConstraint(
            model_name='repaymentreceipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_cents__gt', 0)), name='rights_receipt_positive'),
        ),
        ForbidChanges('rights_repayment'),
        ForbidChanges('rights_repaymentreceipt'),
    ]

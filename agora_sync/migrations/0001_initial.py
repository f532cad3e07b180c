import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from cpa_portal.kernel.database import CreatePartitionedModel, ForbidChanges


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('rights', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
                ('siret', models.CharField(max_length=14, verbose_name='SIRET')),
                ('issuer', models.CharField(max_length=255, unique=True, verbose_name='émetteur des vecteurs')),
                ('environment', models.CharField(max_length=30, verbose_name='environnement')),
                ('required_authn_context', models.CharField(blank=True, help_text='Vide si aucun n’est convenu.', max_length=255, verbose_name='niveau d’authentification convenu')),
                ('cut_off_at', models.DateTimeField(blank=True, null=True, verbose_name='interconnexion coupée depuis')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='enregistré le')),
            ],
            options={
                'verbose_name': 'partenaire',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ServiceStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='motif')),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='depuis')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='levé le')),
            ],
            options={
                'verbose_name': 'arrêt du service',
                'verbose_name_plural': 'arrêts du service',
            },
        ),
        migrations.CreateModel(
            name='HolderPull',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requested_at', models.DateTimeField(blank=True, null=True, verbose_name='demandé le')),
                ('pulled_at', models.DateTimeField(blank=True, null=True, verbose_name='lu le')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='tenu jusqu’à')),
                ('holder', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='agora_pull', to='accounts.holder', verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'lecture des dossiers d’un titulaire',
                'verbose_name_plural': 'lectures des dossiers des titulaires',
            },
        ),
        migrations.CreateModel(
            name='PAGM',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=100, verbose_name='code')),
                ('label', models.CharField(max_length=200, verbose_name='libellé')),
                ('agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='convenu le')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pagms', to='agora_sync.partner', verbose_name='partenaire')),
            ],
            options={
                'verbose_name': 'PAGM',
                'verbose_name_plural': 'PAGM',
            },
        ),
        migrations.CreateModel(
            name='FileContribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='depuis')),
                ('training_file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='rights.trainingfile', verbose_name='dossier')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='agora_sync.partner', verbose_name='partenaire')),
            ],
            options={
                'verbose_name': 'contribution',
            },
        ),
        migrations.CreateModel(
            name='Exchange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=[('outgoing', 'Envoyé'), ('incoming', 'Reçu')], max_length=10, verbose_name='sens')),
                ('operation', models.CharField(blank=True, choices=[('CreerDossier', 'Créer un dossier'), ('DeclarerEntree', "Déclarer l'entrée"), ('ConsulterDossiers', 'Consulter les dossiers')], max_length=60, verbose_name='opération')),
                ('region_code', models.CharField(blank=True, max_length=3, verbose_name='région (code INSEE)')),
                ('request_id', models.UUIDField(blank=True, null=True, verbose_name='identifiant de requête')),
                ('state', models.CharField(choices=[('pending', 'En attente'), ('done', 'Abouti'), ('refused', 'Refusé'), ('malformed', 'Réponse illisible'), ('abandoned', 'Sans objet')], max_length=20, verbose_name='état')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='essais')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='prochain essai')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='tenu jusqu’à')),
                ('fault_code', models.CharField(blank=True, max_length=60, verbose_name='code de refus')),
                ('fault_label', models.CharField(blank=True, max_length=300, verbose_name='motif')),
                ('failed_step', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='étape en échec')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('last_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='dernier essai')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
                ('event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exchange', to='rights.journalevent', verbose_name='événement')),
                ('holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='accounts.holder', verbose_name='titulaire')),
                ('training_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='rights.trainingfile', verbose_name='dossier')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='agora_sync.partner', verbose_name='partenaire')),
            ],
            options={
                'verbose_name': 'échange',
            },
        ),
        migrations.CreateModel(
            name='PartnerApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=100, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='agora_sync.partner', verbose_name='partenaire')),
            ],
            options={
                'verbose_name': 'application d’un partenaire',
                'verbose_name_plural': 'applications des partenaires',
            },
        ),
        migrations.CreateModel(
            name='PAGMAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='à partir du')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='jusqu’au')),
                ('pagm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='agora_sync.pagm', verbose_name='PAGM')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='agora_sync.partnerapplication', verbose_name='application')),
            ],
            options={
                'verbose_name': 'attribution d’un PAGM',
                'verbose_name_plural': 'attributions des PAGM',
            },
        ),
        migrations.CreateModel(
            name='PartnerCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('tls', 'Canal TLS'), ('vi', 'Signature du vecteur')], max_length=10, verbose_name='usage')),
                ('fingerprint', models.CharField(max_length=64, unique=True, verbose_name='empreinte SHA-256')),
                ('subject', models.CharField(blank=True, max_length=500, verbose_name='sujet')),
                ('valid_from', models.DateTimeField(verbose_name='valable à partir du')),
                ('valid_to', models.DateTimeField(verbose_name='valable jusqu’au')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='révoqué le')),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='agora_sync.partnerapplication', verbose_name='application')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='agora_sync.partner', verbose_name='partenaire')),
            ],
            options={
                'verbose_name': 'certificat d’un partenaire',
                'verbose_name_plural': 'certificats des partenaires',
            },
        ),
        migrations.CreateModel(
            name='ReceivedRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request_id', models.UUIDField(verbose_name='identifiant de requête')),
                ('exchange_id', models.UUIDField(verbose_name='échange')),
                ('operation', models.CharField(choices=[('CreerDossier', 'Créer un dossier'), ('DeclarerEntree', "Déclarer l'entrée"), ('ConsulterDossiers', 'Consulter les dossiers')], max_length=60, verbose_name='opération')),
                ('body_sha256', models.CharField(max_length=64, verbose_name='empreinte du corps')),
                ('business_key', models.CharField(blank=True, max_length=200, verbose_name='clé métier')),
                ('answer', models.TextField(blank=True, verbose_name='réponse (chiffrée)')),
                ('refusal', models.JSONField(blank=True, default=list, verbose_name='refus')),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='reçu le')),
                ('holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.holder', verbose_name='titulaire')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='received_requests', to='agora_sync.partner', verbose_name='partenaire')),
            ],
            options={
                'verbose_name': 'requête reçue',
                'verbose_name_plural': 'requêtes reçues',
            },
        ),
        migrations.CreateModel(
            name='ReplayedVector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=255, verbose_name='émetteur')),
                ('assertion_id', models.CharField(max_length=255, verbose_name='identifiant de l’assertion')),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='vu le')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='expire le')),
            ],
            options={
                'verbose_name': 'vecteur déjà vu',
                'verbose_name_plural': 'vecteurs déjà vus',
                'constraints': [models.UniqueConstraint(fields=('issuer', 'assertion_id'), name='agora_vector_serves_once')],
            },
        ),
        CreatePartitionedModel(
            name='Trace',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                ('kind', models.CharField(choices=[('request_received', 'Requête reçue'), ('answer_sent', 'Réponse envoyée'), ('vector_created', 'Vecteur créé'), ('request_sent', 'Requête envoyée'), ('answer_received', 'Réponse reçue')], max_length=20, verbose_name='nature')),
                ('direction', models.CharField(choices=[('outgoing', 'Envoyé'), ('incoming', 'Reçu')], max_length=10, verbose_name='sens')),
                ('exchange_id', models.UUIDField(verbose_name='identifiant de trace')),
                ('request_id', models.UUIDField(blank=True, null=True, verbose_name='identifiant de requête')),
                ('partner_code', models.CharField(blank=True, max_length=60, verbose_name='partenaire')),
                ('operation', models.CharField(blank=True, choices=[('CreerDossier', 'Créer un dossier'), ('DeclarerEntree', "Déclarer l'entrée"), ('ConsulterDossiers', 'Consulter les dossiers')], max_length=60, verbose_name='opération')),
                ('http_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='statut HTTP')),
                ('content', models.BinaryField(verbose_name='contenu (chiffré)')),
                ('content_length', models.PositiveIntegerField(verbose_name='taille en octets')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte SHA-256')),
                ('diagnostic', models.TextField(blank=True, verbose_name='diagnostic (chiffré)')),
            ],
            options={
                'verbose_name': 'trace',
                'indexes': [models.Index(fields=['exchange_id'], name='agora_trace_exchange_idx'), models.Index(fields=['partner_code', '-at'], name='agora_trace_partner_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['request_received', 'answer_sent', 'vector_created', 'request_sent', 'answer_received'])), name='agora_trace_kind_known'), models.CheckConstraint(condition=models.Q(('direction__in', ['outgoing', 'incoming'])), name='agora_trace_direction_known')],
            },
        ),
        migrations.CreateModel(
            name='TraceConsultation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criteria', models.JSONField(default=dict, verbose_name='critères')),
                ('shown', models.PositiveIntegerField(verbose_name='traces montrées')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='le')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trace_consultations', to=settings.AUTH_USER_MODEL, verbose_name='consulté par')),
            ],
            options={
                'verbose_name': 'consultation des traces',
                'verbose_name_plural': 'consultations des traces',
            },
        ),
        migrations.CreateModel(
            name='PAGMRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operation', models.CharField(choices=[('CreerDossier', 'Créer un dossier'), ('DeclarerEntree', "Déclarer l'entrée"), ('ConsulterDossiers', 'Consulter les dossiers')], max_length=60, verbose_name='opération')),
                ('pagm', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rights', to='agora_sync.pagm', verbose_name='PAGM')),
            ],
            options={
                'verbose_name': 'droit d’un PAGM',
                'verbose_name_plural': 'droits des PAGM',
                'constraints': [models.UniqueConstraint(fields=('pagm', 'operation'), name='agora_pagm_right_once'), models.CheckConstraint(condition=models.Q(('operation__in', ['CreerDossier', 'DeclarerEntree', 'ConsulterDossiers'])), name='agora_pagm_right_operation_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='pagm',
            constraint=models.UniqueConstraint(fields=('partner', 'code'), name='agora_pagm_code_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='filecontribution',
            constraint=models.UniqueConstraint(fields=('partner', 'training_file'), name='agora_contribution_once'),
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['next_attempt_at'], name='agora_exchange_due_idx'),
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(fields=['region_code', '-created_at'], name='agora_exchange_region_idx'),
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(fields=['-created_at'], name='agora_exchange_recent_idx'),
        ),
        migrations.AddConstraint(
            model_name='exchange',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'done', 'refused', 'malformed', 'abandoned'])), name='agora_exchange_state_known'),
        ),
        migrations.AddConstraint(
            model_name='exchange',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['outgoing', 'incoming'])), name='agora_exchange_direction_known'),
        ),
        migrations.AddConstraint(
            model_name='exchange',
            constraint=models.CheckConstraint(condition=models.Q(('event__isnull', True), ('direction', 'outgoing'), _connector='OR'), name='agora_exchange_event_is_outgoing'),
        ),
        migrations.AddConstraint(
            model_name='exchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'pending'), _negated=True), ('direction', 'incoming'), models.Q(('next_attempt_at__isnull', False), ('request_id__isnull', False)), _connector='OR'), name='agora_exchange_pending_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='partnerapplication',
            constraint=models.UniqueConstraint(fields=('partner', 'code'), name='agora_application_code_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='pagmassignment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='agora_assignment_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='pagmassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('application', '='), ('pagm', '='), (models.Func(models.F('starts_at'), models.F('ends_at'), models.Value('[)'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='agora_assignment_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='partnercertificate',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['tls', 'vi'])), name='agora_certificate_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='partnercertificate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gt', models.F('valid_from'))), name='agora_certificate_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='partnercertificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'vi'), _negated=True), ('application__isnull', False), _connector='OR'), name='agora_certificate_of_vector_names_application'),
        ),
        migrations.AddConstraint(
            model_name='receivedrequest',
            constraint=models.UniqueConstraint(fields=('partner', 'request_id'), name='agora_request_id_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='receivedrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('business_key', ''), _negated=True), fields=('business_key',), name='agora_request_business_key_once'),
        ),
        ForbidChanges('agora_sync_trace'),
        ForbidChanges('agora_sync_traceconsultation'),
    ]

import accounts.models.work
import cpa_portal.kernel.encryption.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from cpa_portal.kernel.database import CreatePartitionedModel, ForbidChanges


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='adresse électronique')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='prénom')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='nom')),
                ('is_staff', models.BooleanField(default=False, help_text='Donne accès à l’espace de travail ; ce qui s’y voit dépend des habilitations datées.', verbose_name='accès à l’administration')),
                ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='inscrit le')),
            ],
            options={
                'verbose_name': 'utilisateur',
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='accounts_user_email_lower')],
            },
        ),
        migrations.CreateModel(
            name='Holder',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('birth_name', models.CharField(max_length=100, verbose_name='nom de naissance')),
                ('usual_name', models.CharField(blank=True, max_length=100, verbose_name='nom d’usage')),
                ('first_names', models.CharField(max_length=150, verbose_name='prénoms')),
                ('sex', models.CharField(choices=[('female', 'Femme'), ('male', 'Homme'), ('unknown', 'Non renseigné')], default='unknown', max_length=10, verbose_name='sexe')),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='date de naissance')),
                ('birth_commune_code', models.CharField(blank=True, max_length=5, verbose_name='commune de naissance (code INSEE)')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='adresse électronique')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                ('home_commune_code', models.CharField(blank=True, max_length=5, verbose_name='commune de résidence (code INSEE)')),
                ('work_commune_code', models.CharField(blank=True, max_length=5, verbose_name='commune de travail (code INSEE)')),
                ('deceased_on', models.DateField(blank=True, null=True, verbose_name='date de décès')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='holder', to=settings.AUTH_USER_MODEL, verbose_name='utilisateur')),
            ],
            options={
                'verbose_name': 'titulaire',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=60, verbose_name='finalité')),
                ('beneficiary', models.CharField(blank=True, max_length=100, verbose_name='bénéficiaire')),
                ('text_version', models.CharField(max_length=20, verbose_name='version du texte')),
                ('act', models.CharField(choices=[('given', 'Accordé'), ('withdrawn', 'Retiré')], max_length=10, verbose_name='acte')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='le')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='accounts.holder', verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'consentement',
            },
        ),
        CreatePartitionedModel(
            name='AccessLogEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                ('actor_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None, verbose_name='rôles')),
                ('partner', models.CharField(blank=True, max_length=100, verbose_name='partenaire')),
                ('purpose', models.CharField(max_length=200, verbose_name='motif')),
                ('what', models.CharField(max_length=200, verbose_name='donnée consultée')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to=settings.AUTH_USER_MODEL, verbose_name='consulté par')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='accounts.holder', verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'consultation',
            },
        ),
        migrations.CreateModel(
            name='HolderNIR',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nir', cpa_portal.kernel.encryption.fields.EncryptedCharField(verbose_name='NIR (chiffré)')),
                ('nir_hash', models.CharField(editable=False, max_length=73, unique=True, verbose_name='empreinte du NIR')),
                ('since', models.DateField(verbose_name='depuis le')),
                ('until', models.DateField(blank=True, null=True, verbose_name='jusqu’au')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nirs', to='accounts.holder', verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'NIR d’un titulaire',
                'verbose_name_plural': 'NIR des titulaires',
                'ordering': ['-since'],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60, verbose_name='message')),
                ('recipient', models.EmailField(max_length=254, verbose_name='destinataire')),
                ('dedup_key', models.CharField(max_length=200, unique=True, verbose_name='clé d’unicité')),
                ('context', models.JSONField(default=dict, verbose_name='contenu')),
                ('state', models.CharField(choices=[('waiting', 'À envoyer'), ('sent', 'Envoyé'), ('failed', 'Abandonné')], default='waiting', max_length=10, verbose_name='état')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='réservé jusqu’à')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='dernière erreur')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='envoyé le')),
                ('holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='accounts.holder', verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'message',
            },
        ),
        migrations.CreateModel(
            name='PrivateFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
                ('content_type', models.CharField(max_length=100, verbose_name='type')),
                ('size', models.PositiveBigIntegerField(verbose_name='taille (octets)')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('file', models.FileField(max_length=120, storage=accounts.models.work.private_storage, upload_to=accounts.models.work.private_path, verbose_name='fichier')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('owner_holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='private_files', to='accounts.holder', verbose_name='titulaire')),
                ('owner_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='private_files', to=settings.AUTH_USER_MODEL, verbose_name='utilisateur')),
            ],
            options={
                'verbose_name': 'document privé',
                'verbose_name_plural': 'documents privés',
            },
        ),
        migrations.CreateModel(
            name='BackgroundJob',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60, verbose_name='travail')),
                ('state', models.CharField(choices=[('running', 'En cours'), ('finished', 'Terminé'), ('failed', 'En échec')], default='running', max_length=10, verbose_name='état')),
                ('done', models.PositiveBigIntegerField(default=0, verbose_name='fait')),
                ('total', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='total')),
                ('cursor', models.JSONField(blank=True, default=dict, verbose_name='reprise')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='cause de l’échec')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='réservé jusqu’à')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='demandé le')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='background_jobs', to=settings.AUTH_USER_MODEL, verbose_name='demandé par')),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.privatefile', verbose_name='compte rendu')),
            ],
            options={
                'verbose_name': 'travail de fond',
                'verbose_name_plural': 'travaux de fond',
            },
        ),
        migrations.CreateModel(
            name='Situation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('private_employee', 'Salarié du secteur privé'), ('public_agent', 'Agent public'), ('self_employed', 'Travailleur indépendant'), ('job_seeker', 'Demandeur d’emploi'), ('esat_worker', 'Travailleur en ESAT'), ('apprentice', 'Apprenti'), ('seasonal_worker', 'Salarié saisonnier'), ('retired', 'Retraité'), ('diploma_level', 'Niveau de diplôme'), ('disabled_worker', 'Bénéficiaire de l’obligation d’emploi (OETH)'), ('executive', 'Cadre')], max_length=30, verbose_name='situation')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='jusqu’au (inclus)')),
                ('source', models.CharField(choices=[('declared', 'Déclaré par vous'), ('flow', 'Transmis par un organisme'), ('staff', 'Saisi par un agent')], max_length=20, verbose_name='origine')),
                ('source_detail', models.CharField(blank=True, max_length=200, verbose_name='précision sur l’origine')),
                ('details', models.JSONField(blank=True, default=dict, verbose_name='précisions')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='enregistré le')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='situations', to='accounts.holder', verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'situation',
                'ordering': ['-starts_on', 'kind'],
            },
        ),
        migrations.CreateModel(
            name='StaffScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('regional_agent', 'Agent régional'), ('cep_adviser', 'Conseiller en évolution professionnelle'), ('cep_manager', 'Responsable de site de conseil'), ('training_organisation', 'Organisme de formation'), ('france_competences', 'France compétences'), ('cdc', 'Caisse des dépôts'), ('rssi', 'Responsable de la sécurité (RSSI)'), ('data_protection', 'Délégué à la protection des données'), ('administrator', 'Administrateur')], max_length=30, verbose_name='rôle')),
                ('scope_code', models.CharField(blank=True, help_text='Code INSEE de la région, code de l’opérateur ou SIRET, selon le rôle.', max_length=20, verbose_name='périmètre')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='jusqu’au (inclus)')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staff_scopes', to=settings.AUTH_USER_MODEL, verbose_name='utilisateur')),
            ],
            options={
                'verbose_name': 'habilitation',
                'ordering': ['user', 'role', 'scope_code', 'starts_on'],
            },
        ),
        migrations.AddIndex(
            model_name='holder',
            index=models.Index(fields=['birth_date', 'birth_name'], name='accounts_holder_identity_idx'),
        ),
        migrations.AddIndex(
            model_name='holder',
            index=models.Index(fields=['home_commune_code'], name='accounts_holder_home_idx'),
        ),
        migrations.AddConstraint(
            model_name='holder',
            constraint=models.CheckConstraint(condition=models.Q(('deceased_on__isnull', True), ('birth_date__isnull', True), ('deceased_on__gte', models.F('birth_date')), _connector='OR'), name='accounts_holder_dies_after_birth'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['holder', 'purpose', 'beneficiary', '-id'], name='accounts_consent_latest_idx'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['given', 'withdrawn'])), name='accounts_consent_act_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('text_version', ''), _negated=True), name='accounts_consent_text_named'),
        ),
        migrations.AddIndex(
            model_name='accesslogentry',
            index=models.Index(fields=['holder', '-at'], name='accounts_access_holder_idx'),
        ),
        migrations.AddConstraint(
            model_name='accesslogentry',
            constraint=models.CheckConstraint(condition=models.Q(('actor__isnull', False), models.Q(('partner', ''), _negated=True), _connector='OR'), name='accounts_access_someone_looked'),
        ),
        migrations.AddConstraint(
            model_name='accesslogentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', ''), _negated=True), models.Q(('what', ''), _negated=True)), name='accounts_access_says_why_and_what'),
        ),
        migrations.AddConstraint(
            model_name='holdernir',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('holder',), name='accounts_nir_one_current'),
        ),
        migrations.AddConstraint(
            model_name='holdernir',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='accounts_nir_dates_in_order'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['created_at'], name='accounts_notification_due_idx'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'failed'])), name='accounts_notification_state_known'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='accounts_notification_sent_dated'),
        ),
        migrations.AddConstraint(
            model_name='privatefile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner_holder__isnull', False), ('owner_user__isnull', True)), models.Q(('owner_holder__isnull', True), ('owner_user__isnull', False)), _connector='OR'), name='accounts_private_file_one_owner'),
        ),
        migrations.AddIndex(
            model_name='backgroundjob',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['kind', 'lease_until'], name='accounts_job_running_idx'),
        ),
        migrations.AddConstraint(
            model_name='backgroundjob',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'finished', 'failed'])), name='accounts_job_state_known'),
        ),
        migrations.AddConstraint(
            model_name='backgroundjob',
            constraint=models.CheckConstraint(condition=models.Q(('total__isnull', True), ('done__lte', models.F('total')), _connector='OR'), name='accounts_job_done_within_total'),
        ),
        migrations.AddConstraint(
            model_name='backgroundjob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='accounts_job_ended_when_over'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='accounts_situation_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['private_employee', 'public_agent', 'self_employed', 'job_seeker', 'esat_worker', 'apprentice', 'seasonal_worker', 'retired', 'diploma_level', 'disabled_worker', 'executive'])), name='accounts_situation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('holder', '='), ('kind', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='accounts_situation_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='staffscope',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='accounts_staff_scope_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='staffscope',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['regional_agent', 'cep_adviser', 'cep_manager', 'training_organisation', 'france_competences', 'cdc', 'rssi', 'data_protection', 'administrator'])), name='accounts_staff_scope_role_known'),
        ),
        migrations.AddConstraint(
            model_name='staffscope',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scope_code', ''), _negated=True), models.Q(('role__in', ['cep_adviser', 'cep_manager', 'regional_agent', 'training_organisation']), _negated=True), _connector='OR'), name='accounts_staff_scope_code_given', violation_error_message='Ce rôle demande un périmètre : région, opérateur ou SIRET.'),
        ),
        migrations.AddConstraint(
            model_name='staffscope',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('role', '='), ('scope_code', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='accounts_staff_scope_no_overlap'),
        ),
        ForbidChanges('accounts_accesslogentry'),
        ForbidChanges('accounts_consent'),
    ]

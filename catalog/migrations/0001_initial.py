"""The whole catalogue, and the French text search configuration that its index is written with."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Accents fall before the stemmer sees the word: "développeur" and "developpeur" are one word.
SEARCH_CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION catalog_fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION catalog_fr
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(SEARCH_CONFIGURATION, "DROP TEXT SEARCH CONFIGURATION catalog_fr"),
        migrations.CreateModel(
            name='Certification',
            fields=[
                ('code', models.CharField(help_text='RNCP34738, RS5634…', max_length=11, primary_key=True, serialize=False, verbose_name='numéro')),
                ('diploma', models.CharField(blank=True, default='', help_text='CAP, BTS, Master…', max_length=60, verbose_name='type')),
                ('title', models.CharField(max_length=500, verbose_name='intitulé')),
                ('level', models.PositiveSmallIntegerField(blank=True, help_text='3 CAP, 4 bac, 5 bac+2, 6 bac+3 ou 4, 7 bac+5, 8 doctorat.', null=True, verbose_name='niveau')),
                ('state', models.CharField(choices=[('active', 'En vigueur'), ('inactive', 'Plus en vigueur'), ('unknown', 'État inconnu')], max_length=10, verbose_name='état')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name="fin d'enregistrement")),
                ('nsf_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None, verbose_name='codes NSF')),
                ('formacodes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None, verbose_name='Formacodes')),
                ('formacode_labels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None, verbose_name='domaines')),
                ('certifiers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=250), default=list, size=None, verbose_name='certificateurs')),
                ('search_families', models.TextField(blank=True, default='', editable=False)),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='absente depuis')),
            ],
            options={
                'verbose_name': 'certification',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('search_name', models.CharField(db_index=True, max_length=60)),
            ],
            options={
                'verbose_name': 'département',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Occupation',
            fields=[
                ('code', models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name='code ROME')),
                ('label', models.CharField(max_length=250, verbose_name='intitulé')),
                ('titles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=250), default=list, size=None, verbose_name='appellations')),
                ('search_words', models.TextField(blank=True, default='', editable=False)),
                ('search_families', models.TextField(blank=True, default='', editable=False)),
            ],
            options={
                'verbose_name': 'métier',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('search_name', models.CharField(db_index=True, help_text='Nom sans accent ni majuscule.', max_length=60)),
                ('zone', models.CharField(choices=[('metropolitan', 'Métropole'), ('overseas_department', "Département d'outre-mer"), ('overseas_collectivity', "Collectivité d'outre-mer")], max_length=30, verbose_name='zone')),
            ],
            options={
                'verbose_name': 'région',
                'ordering': ['search_name'],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=120, verbose_name='numéro')),
                ('occurrence', models.PositiveSmallIntegerField(default=1, verbose_name='occurrence')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='début')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='fin')),
                ('registration_starts_on', models.DateField(blank=True, null=True, verbose_name='début des inscriptions')),
                ('registration_ends_on', models.DateField(blank=True, null=True, verbose_name='fin des inscriptions')),
                ('recruitment_state', models.CharField(choices=[('open', 'Inscriptions ouvertes'), ('closed', 'Inscriptions closes'), ('suspended', 'Inscriptions suspendues')], default='open', max_length=10, verbose_name='inscriptions')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='retirée le')),
            ],
            options={
                'verbose_name': 'session',
            },
        ),
        migrations.CreateModel(
            name='CertificationBlock',
            fields=[
                ('code', models.CharField(max_length=16, primary_key=True, serialize=False, verbose_name='code')),
                ('title', models.CharField(max_length=500, verbose_name='intitulé')),
                ('certification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='catalog.certification', verbose_name='certification')),
            ],
            options={
                'verbose_name': 'bloc de compétences',
                'verbose_name_plural': 'blocs de compétences',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Commune',
            fields=[
                ('code', models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=80, verbose_name='nom')),
                ('search_name', models.CharField(db_index=True, max_length=80)),
                ('kind', models.CharField(choices=[('commune', 'Commune'), ('arrondissement', 'Arrondissement municipal')], default='commune', max_length=20, verbose_name='nature')),
                ('postal_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None, verbose_name='codes postaux')),
                ('population', models.PositiveIntegerField(default=0, verbose_name='population')),
                ('latitude', models.FloatField(verbose_name='latitude')),
                ('longitude', models.FloatField(verbose_name='longitude')),
                ('is_approximate', models.BooleanField(default=False, verbose_name='position approchée')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='absente depuis')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='arrondissements', to='catalog.commune', verbose_name='ville')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communes', to='catalog.department', verbose_name='département')),
            ],
            options={
                'verbose_name': 'commune',
                'ordering': ['search_name', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('communes', 'Communes'), ('certifications', 'Certifications'), ('offer', 'Offre de formation')], max_length=20, verbose_name='nature')),
                ('feed', models.CharField(blank=True, default='', max_length=60, verbose_name='flux')),
                ('file_name', models.CharField(max_length=250, verbose_name='fichier')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('state', models.CharField(choices=[('running', 'En cours'), ('done', 'Terminé'), ('failed', 'Interrompu')], default='running', max_length=10, verbose_name='état')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='enregistrements lus')),
                ('created', models.PositiveIntegerField(default=0, verbose_name='créés')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='modifiés')),
                ('closed', models.PositiveIntegerField(default=0, verbose_name='retirés')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='champs refusés')),
                ('repaired', models.PositiveIntegerField(default=0, verbose_name='champs corrigés')),
                ('message', models.CharField(blank=True, default='', max_length=500, verbose_name='message')),
                ('started_at', models.DateTimeField(auto_now_add=True, verbose_name='début')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='fin')),
            ],
            options={
                'verbose_name': 'import',
                'ordering': ['-started_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('kind', 'feed'), name='catalog_import_run_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='ImportFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=300, verbose_name='chemin')),
                ('identifier', models.CharField(blank=True, default='', max_length=160, verbose_name='identifiant')),
                ('field', models.CharField(max_length=80, verbose_name='champ')),
                ('value', models.CharField(blank=True, default='', max_length=200, verbose_name='valeur')),
                ('rule', models.CharField(max_length=60, verbose_name='règle')),
                ('action', models.CharField(choices=[('refused', 'Refusé'), ('repaired', 'Corrigé')], max_length=10, verbose_name='suite')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='catalog.importrun', verbose_name='import')),
            ],
            options={
                'verbose_name': "remarque d'import",
                'verbose_name_plural': "remarques d'import",
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='certification',
            name='occupations',
            field=models.ManyToManyField(blank=True, related_name='certifications', to='catalog.occupation', verbose_name='métiers'),
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siret', models.CharField(max_length=14, unique=True, verbose_name='SIRET')),
                ('nda', models.CharField(blank=True, db_index=True, default='', max_length=11, verbose_name="numéro de déclaration d'activité")),
                ('name', models.CharField(max_length=250, verbose_name='nom')),
                ('legal_name', models.CharField(blank=True, default='', max_length=250, verbose_name='raison sociale')),
                ('is_qualiopi', models.BooleanField(blank=True, help_text='Vide tant que la liste publique ne le dit pas.', null=True, verbose_name='certifié Qualiopi')),
                ('postal_code', models.CharField(blank=True, default='', max_length=5, verbose_name='code postal')),
                ('town', models.CharField(blank=True, default='', max_length=80, verbose_name='ville')),
                ('email', models.EmailField(blank=True, default='', max_length=160, verbose_name='courriel')),
                ('phone', models.CharField(blank=True, default='', max_length=25, verbose_name='téléphone')),
                ('website', models.URLField(blank=True, default='', max_length=400, verbose_name='site')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.commune', verbose_name='commune')),
            ],
            options={
                'verbose_name': 'organisme de formation',
                'verbose_name_plural': 'organismes de formation',
                'ordering': ['name', 'siret'],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.UUIDField(editable=False)),
                ('name', models.CharField(blank=True, default='', max_length=250, verbose_name='nom')),
                ('address', models.CharField(blank=True, default='', max_length=250, verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, default='', max_length=5, verbose_name='code postal')),
                ('town', models.CharField(blank=True, default='', max_length=80, verbose_name='ville')),
                ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitude')),
                ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitude')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.commune', verbose_name='commune')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.organisation', verbose_name='organisme')),
            ],
            options={
                'verbose_name': 'lieu de formation',
                'verbose_name_plural': 'lieux de formation',
            },
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=120, verbose_name='numéro')),
                ('occurrence', models.PositiveSmallIntegerField(default=1, verbose_name='occurrence')),
                ('modality', models.CharField(choices=[('on_site', 'Sur place'), ('mixed', 'En partie à distance'), ('remote', 'À distance')], default='on_site', max_length=10, verbose_name='modalité')),
                ('entry_mode', models.CharField(choices=[('fixed_dates', 'À dates fixes'), ('permanent', 'Entrées permanentes')], default='fixed_dates', max_length=15, verbose_name='entrées')),
                ('price_cents', models.PositiveIntegerField(blank=True, null=True, verbose_name='prix TTC (centimes)')),
                ('hours_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='durée (minutes)')),
                ('rhythm', models.CharField(blank=True, default='', max_length=300, verbose_name='rythme')),
                ('conditions', models.TextField(blank=True, default='', verbose_name='conditions particulières')),
                ('accessibility', models.TextField(blank=True, default='', verbose_name='accès aux personnes handicapées')),
                ('languages', models.CharField(blank=True, default='', max_length=40, verbose_name='langues')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='retirée le')),
                ('places', models.ManyToManyField(blank=True, related_name='actions', to='catalog.place', verbose_name='lieux')),
            ],
            options={
                'verbose_name': 'action de formation',
                'verbose_name_plural': 'actions de formation',
            },
        ),
        migrations.AddField(
            model_name='department',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departments', to='catalog.region', verbose_name='région'),
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_entry', serialize=False, to='catalog.session')),
                ('document', django.contrib.postgres.search.SearchVectorField()),
                ('is_remote', models.BooleanField()),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('commune_code', models.CharField(blank=True, default='', max_length=5)),
                ('department_code', models.CharField(blank=True, default='', max_length=3)),
                ('region_code', models.CharField(blank=True, default='', max_length=3)),
                ('starts_on', models.DateField()),
                ('available_until', models.DateField()),
                ('price_cents', models.PositiveIntegerField(null=True)),
                ('hours_minutes', models.PositiveIntegerField(null=True)),
            ],
            options={
                'verbose_name': 'entrée de recherche',
                'verbose_name_plural': 'entrées de recherche',
            },
        ),
        migrations.AddField(
            model_name='session',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='catalog.action', verbose_name='action'),
        ),
        migrations.AddField(
            model_name='session',
            name='place',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='catalog.place', verbose_name='lieu'),
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('feed', models.CharField(max_length=60, verbose_name='flux')),
                ('number', models.CharField(max_length=120, verbose_name='numéro')),
                ('occurrence', models.PositiveSmallIntegerField(default=1, verbose_name='occurrence')),
                ('certification_code', models.CharField(blank=True, db_index=True, default='', help_text="Tel que le flux le donne, même si la certification n'est pas encore connue ici.", max_length=11, verbose_name='numéro de certification')),
                ('occupation_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), blank=True, default=list, size=None, verbose_name='codes ROME')),
                ('title', models.CharField(max_length=255, verbose_name='intitulé')),
                ('objective', models.TextField(blank=True, default='', verbose_name='objectif')),
                ('expected_results', models.TextField(blank=True, default='', verbose_name='résultats attendus')),
                ('content', models.TextField(blank=True, default='', verbose_name='contenu')),
                ('is_certifying', models.BooleanField(default=False, verbose_name='certifiante')),
                ('entry_level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="niveau à l'entrée")),
                ('exit_level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='niveau à la sortie')),
                ('website', models.URLField(blank=True, default='', max_length=400, verbose_name="page de l'organisme")),
                ('described_on', models.DateField(blank=True, null=True, verbose_name="décrite par l'organisme le")),
                ('search_families', models.TextField(blank=True, default='', editable=False)),
                ('digest', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='mise à jour')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='retirée le')),
                ('certification', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='catalog.certification', verbose_name='certification')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='catalog.organisation', verbose_name='organisme')),
            ],
            options={
                'verbose_name': 'formation',
            },
        ),
        migrations.CreateModel(
            name='ImportedTraining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen', to='catalog.importrun')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='catalog.training')),
            ],
            options={
                'verbose_name': 'formation vue par un import',
                'verbose_name_plural': 'formations vues par un import',
            },
        ),
        migrations.AddField(
            model_name='action',
            name='training',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='catalog.training', verbose_name='formation'),
        ),
        migrations.AddIndex(
            model_name='commune',
            index=django.contrib.postgres.indexes.GinIndex(fields=['postal_codes'], name='catalog_commune_postal_codes'),
        ),
        migrations.AddIndex(
            model_name='commune',
            index=models.Index(fields=['latitude', 'longitude'], name='catalog_commune_position'),
        ),
        migrations.AddConstraint(
            model_name='commune',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='catalog_commune_position_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='commune',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'commune'), ('parent__isnull', True)), models.Q(('kind', 'arrondissement'), ('parent__isnull', False)), _connector='OR'), name='catalog_commune_arrondissement_has_city'),
        ),
        migrations.AddConstraint(
            model_name='certification',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^(RNCP|RS)[0-9]{1,6}$')), name='catalog_certification_code_is_national'),
        ),
        migrations.AddConstraint(
            model_name='certification',
            constraint=models.CheckConstraint(condition=models.Q(('level__isnull', True), ('level__range', (1, 8)), _connector='OR'), name='catalog_certification_level_is_european'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('siret__regex', '^[0-9]{14}$')), name='catalog_organisation_siret_has_14_digits'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('nda', ''), ('nda__regex', '^[0-9]{2}([0-9]{2}|2[AB])[0-9]{7}$'), _connector='OR'), name='catalog_organisation_nda_has_11_digits'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.UniqueConstraint(fields=('organisation', 'fingerprint'), name='catalog_place_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='catalog_place_position_on_earth'),
        ),
        migrations.AddField(
            model_name='searchentry',
            name='training',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='search_entries', to='catalog.training'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['starts_on'], name='catalog_session_starts_on'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('action', 'number', 'occurrence'), name='catalog_session_is_unique_in_action'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='catalog_session_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='training',
            constraint=models.UniqueConstraint(fields=('feed', 'number', 'occurrence'), name='catalog_training_is_unique_in_feed'),
        ),
        migrations.AddConstraint(
            model_name='training',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entry_level__isnull', True), ('entry_level__range', (1, 8)), _connector='OR'), models.Q(('exit_level__isnull', True), ('exit_level__range', (1, 8)), _connector='OR')), name='catalog_training_levels_are_european'),
        ),
        migrations.AddConstraint(
            model_name='importedtraining',
            constraint=models.UniqueConstraint(fields=('run', 'training'), name='catalog_imported_training_once'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.UniqueConstraint(fields=('training', 'number', 'occurrence'), name='catalog_action_is_unique_in_training'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=django.contrib.postgres.indexes.GinIndex(fields=['document'], name='catalog_search_document'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(fields=['latitude', 'longitude'], name='catalog_search_position'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(fields=['region_code', 'department_code'], name='catalog_search_area'),
        ),
    ]

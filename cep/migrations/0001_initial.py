import cep.models.spans
import cep.models.validators
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from cpa_portal.kernel.database import ForbidChanges


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0001_initial'),
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9-]+$', 'Lettres sans accent, chiffres et tirets seulement.')], verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
            ],
            options={
                'verbose_name': 'opérateur',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='cep_operator_code_filled')],
            },
        ),
        migrations.CreateModel(
            name='Adviser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='jusqu’au')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='adviser', to=settings.AUTH_USER_MODEL, verbose_name='utilisateur')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advisers', to='cep.operator', verbose_name='opérateur')),
            ],
            options={
                'verbose_name': 'conseiller',
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
                ('address', models.CharField(max_length=300, verbose_name='adresse')),
                ('commune_code', models.CharField(max_length=5, verbose_name='commune (code INSEE)')),
                ('latitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude')),
                ('longitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude')),
                ('time_zone', models.CharField(max_length=40, validators=[cep.models.validators.validate_time_zone], verbose_name='fuseau horaire')),
                ('holiday_zone', models.CharField(choices=[('metropole', 'Métropole'), ('alsace_moselle', 'Alsace et Moselle'), ('guadeloupe', 'Guadeloupe'), ('martinique', 'Martinique'), ('guyane', 'Guyane'), ('reunion', 'La Réunion'), ('mayotte', 'Mayotte'), ('saint_pierre_et_miquelon', 'Saint-Pierre-et-Miquelon'), ('saint_barthelemy', 'Saint-Barthélemy'), ('saint_martin', 'Saint-Martin')], max_length=40, verbose_name='zone de jours fériés')),
                ('wheelchair_accessible', models.BooleanField(default=False, verbose_name='accessible en fauteuil roulant')),
                ('phone', models.CharField(max_length=20, verbose_name='téléphone')),
                ('email', models.EmailField(max_length=254, verbose_name='adresse électronique')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='cep.operator', verbose_name='opérateur')),
            ],
            options={
                'verbose_name': 'lieu d’accueil',
                'verbose_name_plural': 'lieux d’accueil',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mode', models.CharField(choices=[('on_site', 'Sur place'), ('remote', 'En visioconférence'), ('phone', 'Par téléphone')], max_length=10, verbose_name='mode')),
                ('span', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='plage')),
                ('local_date', models.DateField(verbose_name='jour')),
                ('local_time', models.TimeField(verbose_name='heure')),
                ('time_zone', models.CharField(max_length=40, verbose_name='fuseau horaire')),
                ('status', models.CharField(choices=[('confirmed', 'Confirmé'), ('cancelled_by_person', 'Annulé par la personne'), ('cancelled_by_service', 'Annulé par le service'), ('done', 'Rencontre faite'), ('no_show', 'Personne absente')], default='confirmed', max_length=20, verbose_name='état')),
                ('sequence', models.PositiveSmallIntegerField(default=0, verbose_name='version du fichier de calendrier')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='demandé le')),
                ('adviser', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='cep.adviser', verbose_name='conseiller')),
                ('holder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='accounts.holder', verbose_name='personne')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='cep.site', verbose_name='lieu')),
            ],
            options={
                'verbose_name': 'rendez-vous',
                'verbose_name_plural': 'rendez-vous',
                'db_table': 'cep_booking',
                'ordering': ['local_date', 'local_time'],
            },
        ),
        migrations.CreateModel(
            name='Window',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('on_site', 'Sur place'), ('remote', 'En visioconférence'), ('phone', 'Par téléphone')], max_length=10, verbose_name='mode')),
                ('span', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='plage')),
                ('adviser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='cep.adviser', verbose_name='conseiller')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='cep.site', verbose_name='lieu')),
            ],
            options={
                'verbose_name': 'plage d’ouverture',
                'verbose_name_plural': 'plages d’ouverture',
                'ordering': ['span'],
            },
        ),
        migrations.CreateModel(
            name='BookingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='le')),
                ('action', models.CharField(choices=[('book', 'Réservation'), ('cancel_by_person', 'Annulation par la personne'), ('cancel_by_service', 'Annulation par le service'), ('mark_done', 'Rencontre marquée comme faite'), ('mark_no_show', 'Absence constatée')], max_length=20, verbose_name='action')),
                ('status_after', models.CharField(choices=[('confirmed', 'Confirmé'), ('cancelled_by_person', 'Annulé par la personne'), ('cancelled_by_service', 'Annulé par le service'), ('done', 'Rencontre faite'), ('no_show', 'Personne absente')], max_length=20, verbose_name='état obtenu')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='cep.booking', verbose_name='rendez-vous')),
            ],
            options={
                'verbose_name': 'événement de rendez-vous',
                'verbose_name_plural': 'événements de rendez-vous',
                'ordering': ['at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('action', 'book')), fields=('booking',), name='cep_booking_event_booked_once'), models.CheckConstraint(condition=models.Q(('action__in', ['book', 'cancel_by_person', 'cancel_by_service', 'mark_done', 'mark_no_show'])), name='cep_booking_event_action_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='adviser',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='cep_adviser_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.UniqueConstraint(fields=('operator', 'name'), name='cep_site_name_unique_per_operator'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='cep_site_coordinates_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(('holiday_zone__in', ['metropole', 'alsace_moselle', 'guadeloupe', 'martinique', 'guyane', 'reunion', 'mayotte', 'saint_pierre_et_miquelon', 'saint_barthelemy', 'saint_martin'])), name='cep_site_holiday_zone_known'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(models.Func(models.F('time_zone'), models.Value('2026-01-01 00:00:00+00'), output_field=models.BooleanField(), template='timezone(%(expressions)s::timestamptz) IS NOT NULL')), name='cep_site_time_zone_known'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['adviser', 'local_date'], name='cep_booking_adviser_day'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['holder', 'local_date'], name='cep_booking_holder_day'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ('confirmed', 'done', 'no_show'))), expressions=[('adviser', '='), ('span', '&&')], name='cep_booking_adviser_one_place'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ('confirmed',))), expressions=[('holder', '='), ('span', '&&')], name='cep_booking_person_one_place'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(cep.models.spans.IsBoundedHalfOpen(models.F('span'), models.Value(datetime.timedelta(seconds=28800)))), name='cep_booking_span_bounded'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['on_site', 'remote', 'phone'])), name='cep_booking_mode_known'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['confirmed', 'cancelled_by_person', 'cancelled_by_service', 'done', 'no_show'])), name='cep_booking_status_known'),
        ),
        migrations.AddIndex(
            model_name='window',
            index=models.Index(models.F('site'), models.F('mode'), models.Func(models.F('span'), function='lower'), name='cep_window_site_mode_start'),
        ),
        migrations.AddConstraint(
            model_name='window',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('adviser', '='), ('span', '&&')], name='cep_window_adviser_one_place'),
        ),
        migrations.AddConstraint(
            model_name='window',
            constraint=models.CheckConstraint(condition=models.Q(cep.models.spans.IsBoundedHalfOpen(models.F('span'), models.Value(datetime.timedelta(days=1)))), name='cep_window_span_bounded'),
        ),
        migrations.AddConstraint(
            model_name='window',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['on_site', 'remote', 'phone'])), name='cep_window_mode_known'),
        ),
        ForbidChanges('cep_bookingevent'),
    ]

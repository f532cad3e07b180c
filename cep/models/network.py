"""Who advises, where: operators, their sites, their advisers."""

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from cep.models.validators import validate_time_zone
from cep.rules.local_time import zone_note
from cpa_portal.kernel.working_days import Zone

if TYPE_CHECKING:
    from accounts.models import User


class Operator(models.Model):
    """The body that holds the career-advice contract of a territory."""

    code = models.CharField(
        "code",
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+$", "Lettres sans accent, chiffres et tirets seulement.")],
    )
    name = models.CharField("nom", max_length=200)
    works_whit_monday = models.BooleanField(
        "lundi de Pentecôte travaillé",
        default=False,
        db_default=False,
        help_text="Journée de solidarité (article L. 3133-7 du code du travail).",
    )

    # A practice of some operators, no contract rule: each sets its own (framework evaluation, 2022).
    remote_after_days = models.PositiveSmallIntegerField(
        "distance proposée au-delà de (jours)",
        default=10,
        db_default=10,
        help_text="Quand rien n’est libre sur place dans la commune d’ici là, la visio ou l’appel est proposé.",
    )

    class Meta:
        verbose_name = "opérateur"
        ordering = ["code"]
        constraints = [models.CheckConstraint(name="cep_operator_code_filled", condition=~Q(code=""))]

    def __str__(self) -> str:
        return self.name

    @property
    def worked_holidays(self) -> frozenset[str]:
        """Keys of the public holidays on which the operator receives all the same."""
        return frozenset({"whit_monday"}) if self.works_whit_monday else frozenset()


class Site(models.Model):
    """A place where advice is given. Its time zone is the zone of everything that happens there."""

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="sites", verbose_name="opérateur")
    name = models.CharField("nom", max_length=200)
    address = models.CharField("adresse", max_length=300)
    # A public code, not a foreign key: the gazetteer may be reloaded under us.
    commune_code = models.CharField("commune (code INSEE)", max_length=5)
    latitude = models.FloatField("latitude", validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField("longitude", validators=[MinValueValidator(-180), MaxValueValidator(180)])
    time_zone = models.CharField("fuseau horaire", max_length=40, validators=[validate_time_zone])
    holiday_zone = models.CharField("zone de jours fériés", max_length=40, choices=Zone)
    wheelchair_accessible = models.BooleanField("accessible en fauteuil roulant", default=False)
    phone = models.CharField("téléphone", max_length=20)
    # Each number has a written twin, for those who do not hear or do not speak on the telephone.
    email = models.EmailField("adresse électronique")

    class Meta:
        verbose_name = "lieu d’accueil"
        verbose_name_plural = "lieux d’accueil"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "name"], name="cep_site_name_unique_per_operator"),
            models.CheckConstraint(
                name="cep_site_coordinates_on_earth",
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(
                name="cep_site_holiday_zone_known", condition=Q(holiday_zone__in=Zone.values)
            ),
            # PostgreSQL raises on a zone that it does not know: no site without a usable clock.
            models.CheckConstraint(
                name="cep_site_time_zone_known",
                condition=Q(
                    Func(
                        F("time_zone"),
                        Value("2026-01-01 00:00:00+00"),
                        template="timezone(%(expressions)s::timestamptz) IS NOT NULL",
                        output_field=models.BooleanField(),
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_digits(self) -> str:
        """The number as a `tel:` link wants it."""
        return "".join(character for character in self.phone if character.isdigit() or character == "+")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def zone_note(self) -> str:
        """What to write after an hour when it is not the hour of Paris, else an empty string."""
        return zone_note(self.time_zone)


class AdviserQuerySet(models.QuerySet["Adviser"]):
    def active_on(self, day: date) -> "AdviserQuerySet":
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class Adviser(models.Model):
    """A member of staff who advises, between two days, both included."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="adviser", verbose_name="utilisateur"
    )
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="advisers", verbose_name="opérateur")
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = AdviserQuerySet.as_manager()

    class Meta:
        verbose_name = "conseiller"
        constraints = [
            models.CheckConstraint(
                name="cep_adviser_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        user: User = self.user
        return f"{user.first_name} {user.last_name}".strip() or "Votre conseiller"

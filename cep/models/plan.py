"""What an adviser and a site intend: regular openings, exceptional ones, absences, closures, a departure.

Days and hours are local, on the clock of the place: that is the intention. The instants are laid down from them as
windows (`cep.services.agenda`), again whenever the plan or the clocks change. Nothing here is deleted: what no longer
holds is lifted, with its date.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cep.enums import AbsenceKind, MeetingMode
from cep.models.network import Adviser, Site
from cep.models.validators import validate_time_zone
from cep.rules.local_time import PARIS, day_start, instant_or_jump
from cep.rules.recurrence import Recurrence

WEEKDAYS = [
    (0, "lundi"),
    (1, "mardi"),
    (2, "mercredi"),
    (3, "jeudi"),
    (4, "vendredi"),
    (5, "samedi"),
    (6, "dimanche"),
]
RANKS = [(1, "premier du mois"), (2, "deuxième"), (3, "troisième"), (4, "quatrième"), (-1, "dernier du mois")]
A_DAY = timedelta(days=1)


class PlanEntry(models.Model):
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par",
        editable=False,
    )  # fmt: skip
    lifted_at = models.DateTimeField("levé le", null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None


class Opening(PlanEntry):
    """Who receives where and how, between two hours of the place's clock."""

    adviser = models.ForeignKey(Adviser, models.PROTECT, related_name="+", verbose_name="conseiller")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name="lieu")
    mode = models.CharField("mode", max_length=10, choices=MeetingMode, default=MeetingMode.ON_SITE)
    local_start = models.TimeField("de")
    local_end = models.TimeField("à")
    # A bus stands elsewhere each Thursday, a town hall lends a room: the place is that day's.
    place = models.CharField(
        "adresse ce jour-là", max_length=300, blank=True, help_text="Vide : l’adresse habituelle du lieu."
    )

    class Meta:
        abstract = True


def hours_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(local_end__gt=F("local_start")))


def days_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(last_day__gte=F("first_day")))


def hours_whole_or_none(name: str) -> models.CheckConstraint:
    """Whole days, or hours of one day: « from 10 to 12, three days long » could be read two ways."""
    return models.CheckConstraint(
        name=name,
        condition=Q(local_start__isnull=True, local_end__isnull=True)
        | Q(
            local_start__isnull=False,
            local_end__isnull=False,
            local_end__gt=F("local_start"),
            last_day=F("first_day"),
        ),
    )


class Pattern(Opening):
    """A regular opening."""

    weekdays = ArrayField(models.PositiveSmallIntegerField(choices=WEEKDAYS), verbose_name="jours")
    every_weeks = models.PositiveSmallIntegerField(
        "une semaine sur",
        default=1,
        help_text="1 : chaque semaine ; 2 : une semaine sur deux, à partir du début.",
    )
    week_of_month = models.SmallIntegerField(
        "rang dans le mois", null=True, blank=True, choices=RANKS, help_text="Vide : chaque semaine."
    )
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "ouverture régulière"
        verbose_name_plural = "ouvertures régulières"
        ordering = ["adviser", "starts_on", "local_start"]
        constraints = [
            hours_in_order("cep_pattern_hours_in_order"),
            models.CheckConstraint(
                name="cep_pattern_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="cep_pattern_weekdays_known",
                condition=Q(weekdays__contained_by=list(range(7))) & Q(weekdays__len__gte=1),
            ),
            models.CheckConstraint(
                name="cep_pattern_weekly_or_monthly",
                condition=Q(every_weeks__range=(1, 52))
                & (Q(week_of_month__isnull=True) | Q(week_of_month__in=[1, 2, 3, 4, -1], every_weeks=1)),
            ),
            models.CheckConstraint(name="cep_pattern_mode_known", condition=Q(mode__in=MeetingMode.values)),
        ]

    def __str__(self) -> str:
        days = ", ".join(dict(WEEKDAYS)[day] for day in sorted(self.weekdays))
        return f"{days}, {self.local_start:%H:%M}-{self.local_end:%H:%M}"

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(
            weekdays=frozenset(self.weekdays),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            every_weeks=self.every_weeks,
            week_of_month=self.week_of_month,
        )


class ExtraOpening(Opening):
    """An opening on one day, decided for that day: a holiday or a closed site does not stop it."""

    day = models.DateField("jour")

    class Meta:
        verbose_name = "ouverture exceptionnelle"
        verbose_name_plural = "ouvertures exceptionnelles"
        ordering = ["day", "local_start"]
        constraints = [
            hours_in_order("cep_extra_hours_in_order"),
            models.CheckConstraint(name="cep_extra_mode_known", condition=Q(mode__in=MeetingMode.values)),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}, {self.local_start:%H:%M}-{self.local_end:%H:%M}"


class Interruption(PlanEntry):
    """Whole days, or hours of one day, on the clock of a zone."""

    first_day = models.DateField("du")
    last_day = models.DateField("au")
    local_start = models.TimeField("de", null=True, blank=True, help_text="Vide : la journée entière.")
    local_end = models.TimeField("à", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def zone(self) -> ZoneInfo:
        raise NotImplementedError

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """First and last instants (UTC, last excluded)."""
        if self.local_start is None or self.local_end is None:
            return day_start(self.first_day, self.zone), day_start(self.last_day + A_DAY, self.zone)
        # Hours that the clocks jump over or say twice: nothing is missed by an absence.
        start = instant_or_jump(self.first_day, self.local_start, self.zone)
        return start, instant_or_jump(self.first_day, self.local_end, self.zone, last=True)

    def __str__(self) -> str:
        return f"{self.first_day:%d/%m/%Y} – {self.last_day:%d/%m/%Y}"


class Absence(Interruption):
    """An adviser does not receive. The kind is shown to the team, the reason to nobody but its author's role."""

    adviser = models.ForeignKey(Adviser, models.PROTECT, related_name="absences", verbose_name="conseiller")
    kind = models.CharField("nature", max_length=10, choices=AbsenceKind, default=AbsenceKind.LEAVE)
    private_reason = models.CharField("précision, gardée pour l’équipe", max_length=200, blank=True)
    time_zone = models.CharField(
        "fuseau horaire", max_length=40, default=PARIS, validators=[validate_time_zone], editable=False
    )

    class Meta:
        verbose_name = "absence"
        ordering = ["-first_day"]
        constraints = [
            days_in_order("cep_absence_days_in_order"),
            hours_whole_or_none("cep_absence_hours_of_one_day"),
            models.CheckConstraint(name="cep_absence_kind_known", condition=Q(kind__in=AbsenceKind.values)),
        ]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class SiteClosure(Interruption):
    """A site is shut, for everyone but those whom an exceptional opening lets in."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="closures", verbose_name="lieu")
    reason = models.CharField("motif", max_length=200)

    class Meta:
        verbose_name = "fermeture de lieu"
        verbose_name_plural = "fermetures de lieux"
        ordering = ["-first_day"]
        constraints = [
            days_in_order("cep_closure_days_in_order"),
            hours_whole_or_none("cep_closure_hours_of_one_day"),
            models.CheckConstraint(name="cep_closure_reason_given", condition=~Q(reason="")),
        ]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)


class Departure(models.Model):
    """The last day of an adviser, as it was announced. The adviser's own dates follow it."""

    adviser = models.OneToOneField(
        Adviser, models.PROTECT, related_name="departure", verbose_name="conseiller"
    )
    last_day = models.DateField("dernier jour de travail")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par",
        editable=False,
    )  # fmt: skip

    class Meta:
        verbose_name = "départ"
        ordering = ["-last_day"]

    def __str__(self) -> str:
        return f"{self.adviser}, {self.last_day:%d/%m/%Y}"

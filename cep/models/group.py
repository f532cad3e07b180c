"""Group sessions: as many people as there are seats, counted by the database."""

import uuid
from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Holder
from cep.models.booking import LONGEST_BOOKING
from cep.models.network import Adviser, Site
from cep.models.plan import Absence
from cep.models.spans import bounded_span
from cep.rules.wording import hour_in_words, meeting_in_words


class GroupSession(models.Model):
    """A workshop. `taken` counts its seats and never passes `capacity`."""

    adviser = models.ForeignKey(
        Adviser, models.PROTECT, related_name="group_sessions", verbose_name="conseiller"
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="group_sessions", verbose_name="lieu")
    title = models.CharField("sujet", max_length=200)
    span = DateTimeRangeField("plage")
    capacity = models.PositiveSmallIntegerField("places")
    taken = models.PositiveSmallIntegerField("places prises", default=0, editable=False)
    # What keeps the adviser from receiving anybody else meanwhile; lifted when the session is called off.
    absence = models.OneToOneField(
        Absence, models.PROTECT, null=True, blank=True, related_name="group_session", editable=False
    )
    called_off_at = models.DateTimeField("annulé le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "atelier collectif"
        verbose_name_plural = "ateliers collectifs"
        ordering = ["span"]
        constraints = [
            ExclusionConstraint(
                name="cep_group_adviser_one_place",
                expressions=[("adviser", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(called_off_at__isnull=True),
            ),
            bounded_span("cep_group_span_bounded", longest=LONGEST_BOOKING),
            models.CheckConstraint(name="cep_group_within_capacity", condition=Q(taken__lte=F("capacity"))),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def starts_at(self) -> datetime:
        start: datetime = self.span.lower
        return start

    @property
    def when(self) -> str:
        """« lundi 23 novembre 2026 à 9 h », on the clock of the place."""
        return meeting_in_words(self.starts_at.astimezone(self.site.zone), self.site.zone_note)

    @property
    def ends(self) -> str:
        """« 11 h », on the clock of the place."""
        return hour_in_words(self.span.upper.astimezone(self.site.zone).time())

    @property
    def seats_left(self) -> int:
        return self.capacity - self.taken


class Seat(models.Model):
    # Chosen here, so that one look after the insert tells whose row it is.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(GroupSession, models.PROTECT, related_name="seats", verbose_name="atelier")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="seats", verbose_name="personne")
    taken_at = models.DateTimeField("inscrit le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "inscription à un atelier"
        verbose_name_plural = "inscriptions aux ateliers"
        constraints = [
            models.UniqueConstraint(fields=["session", "holder"], name="cep_seat_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.session}"

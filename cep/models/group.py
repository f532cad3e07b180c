"""Group sessions: as many people as there are seats, counted by the database."""

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Holder
from cep.models.booking import LONGEST_BOOKING
from cep.models.network import Adviser, Site
from cep.models.spans import bounded_span


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

    class Meta:
        verbose_name = "atelier collectif"
        verbose_name_plural = "ateliers collectifs"
        ordering = ["span"]
        constraints = [
            bounded_span("cep_group_span_bounded", longest=LONGEST_BOOKING),
            models.CheckConstraint(name="cep_group_within_capacity", condition=Q(taken__lte=F("capacity"))),
        ]

    def __str__(self) -> str:
        return self.title


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

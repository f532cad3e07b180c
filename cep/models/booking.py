"""An appointment, decided by the database: one place at a time for the adviser and for the person."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Holder
from cep.enums import (
    STATUS_FOR_PERSON,
    STATUSES_HOLDING_ADVISER,
    STATUSES_HOLDING_PERSON,
    BookingAction,
    BookingStatus,
    MeetingMode,
)
from cep.models.network import Adviser, Site
from cep.models.spans import bounded_span
from cep.rules.local_time import zone_note
from cep.rules.wording import meeting_in_words
from cpa_portal.kernel.database import AppendOnlyModel

LONGEST_BOOKING = timedelta(hours=8)


class Booking(models.Model):
    """A meeting between a person and an adviser.

    The key is chosen by the form that asks for it: a replayed request names the same row.
    The span says the instant; the local date and time with the zone keep what was promised to the
    person, should a government change its clocks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Their indexes are the composite ones below.
    adviser = models.ForeignKey(
        Adviser, models.PROTECT, related_name="bookings", verbose_name="conseiller", db_index=False
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="bookings", verbose_name="lieu")
    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="bookings", verbose_name="personne", db_index=False
    )
    mode = models.CharField("mode", max_length=10, choices=MeetingMode)
    span = DateTimeRangeField("plage")
    local_date = models.DateField("jour")
    local_time = models.TimeField("heure")
    time_zone = models.CharField("fuseau horaire", max_length=40)
    status = models.CharField("état", max_length=20, choices=BookingStatus, default=BookingStatus.CONFIRMED)
    # RFC 5545 SEQUENCE: grows at each change that calendars must learn.
    sequence = models.PositiveSmallIntegerField("version du fichier de calendrier", default=0)
    created_at = models.DateTimeField("demandé le", db_default=Now(), editable=False)

    class Meta:
        db_table = "cep_booking"
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering = ["local_date", "local_time"]
        indexes = [
            models.Index(fields=["adviser", "local_date"], name="cep_booking_adviser_day"),
            models.Index(fields=["holder", "local_date"], name="cep_booking_holder_day"),
        ]
        constraints = [
            ExclusionConstraint(
                name="cep_booking_adviser_one_place",
                expressions=[("adviser", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(status__in=STATUSES_HOLDING_ADVISER),
            ),
            ExclusionConstraint(
                name="cep_booking_person_one_place",
                expressions=[("holder", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(status__in=STATUSES_HOLDING_PERSON),
            ),
            bounded_span("cep_booking_span_bounded", longest=LONGEST_BOOKING),
            models.CheckConstraint(name="cep_booking_mode_known", condition=Q(mode__in=MeetingMode.values)),
            models.CheckConstraint(
                name="cep_booking_status_known", condition=Q(status__in=BookingStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_date:%d/%m/%Y} {self.local_time:%H:%M}"

    @property
    def starts_at(self) -> datetime:
        return self.span.lower

    @property
    def ends_at(self) -> datetime:
        return self.span.upper

    @property
    def zone_note(self) -> str:
        """What to write after the hour where it is not the hour of Paris, else an empty string."""
        return zone_note(self.time_zone)

    @property
    def local_start(self) -> datetime:
        """What the person was told: day and hour on the clock of the place, without a zone."""
        return datetime.combine(self.local_date, self.local_time)

    @property
    def when(self) -> str:
        """The beginning in words, with the zone where it is not that of Paris."""
        return meeting_in_words(self.local_start, self.zone_note)

    @property
    def status_for_person(self) -> str:
        return STATUS_FOR_PERSON[BookingStatus(self.status)]

    @property
    def is_confirmed(self) -> bool:
        return self.status == BookingStatus.CONFIRMED


class BookingEvent(AppendOnlyModel):
    """What happened to an appointment, by whom, and the state that it left."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="events", verbose_name="rendez-vous")
    at = models.DateTimeField("le", db_default=Now(), editable=False)
    action = models.CharField("action", max_length=20, choices=BookingAction)
    status_after = models.CharField("état obtenu", max_length=20, choices=BookingStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )

    class Meta:
        verbose_name = "événement de rendez-vous"
        verbose_name_plural = "événements de rendez-vous"
        ordering = ["at", "id"]
        constraints = [
            # Two sendings of one request begin one history.
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(action=BookingAction.BOOK),
                name="cep_booking_event_booked_once",
            ),
            models.CheckConstraint(
                name="cep_booking_event_action_known", condition=Q(action__in=BookingAction.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({timezone.localtime(self.at):%d/%m/%Y %H:%M})"

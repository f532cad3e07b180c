"""An appointment, decided by the database: one place at a time for the adviser and for the person."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Holder
from cep.enums import (
    STATUS_FOR_PERSON,
    STATUSES_ACTIVE,
    STATUSES_HOLDING_ADVISER,
    STATUSES_HOLDING_PERSON,
    BookingAction,
    BookingStatus,
    MeetingKind,
    MeetingMode,
    RemoteReason,
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
    # Empty two years later (cep/retention.py): the hour and the place are then all that is left.
    holder = models.ForeignKey(
        Holder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name="personne",
        db_index=False,
    )
    mode = models.CharField("mode", max_length=10, choices=MeetingMode)
    kind = models.CharField(
        "objet",
        max_length=10,
        choices=MeetingKind,
        default=MeetingKind.FOLLOW_UP,
        db_default=MeetingKind.FOLLOW_UP,
    )
    remote_reason = models.CharField(
        "raison de la distance",
        max_length=10,
        choices=RemoteReason,
        blank=True,
        default=RemoteReason.NONE,
        db_default=RemoteReason.NONE,
    )
    # A place that came free is proposed once to who is met at a distance for want of one.
    on_site_proposed_at = models.DateTimeField("sur place proposé le", null=True, blank=True, editable=False)
    span = DateTimeRangeField("plage")
    local_date = models.DateField("jour")
    local_time = models.TimeField("heure")
    time_zone = models.CharField("fuseau horaire", max_length=40)
    status = models.CharField("état", max_length=20, choices=BookingStatus, default=BookingStatus.CONFIRMED)
    # A held slot goes back to everyone at this instant, without anything having to be run.
    expires_at = models.DateTimeField("gardé jusqu’à", null=True, blank=True)
    # Where the adviser stands that day, when it is not the usual address of the site.
    place = models.CharField("adresse ce jour-là", max_length=300, blank=True, default="", db_default="")
    # One for the life of an appointment, its moves included: calendars follow it by this name (RFC 5545 UID).
    calendar_uid = models.UUIDField(
        "identifiant de calendrier", default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )
    moved_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_to", verbose_name="remplace"
    )
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
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(kind=MeetingKind.FIRST, status__in=STATUSES_HOLDING_PERSON),
                name="cep_booking_one_first_meeting",
            ),
            models.UniqueConstraint(
                fields=["holder"], condition=Q(status=BookingStatus.HELD), name="cep_booking_one_hold"
            ),
            models.CheckConstraint(
                name="cep_booking_hold_expires",
                condition=Q(status=BookingStatus.HELD, expires_at__isnull=False)
                | (~Q(status=BookingStatus.HELD) & Q(expires_at__isnull=True)),
            ),
            models.CheckConstraint(name="cep_booking_kind_known", condition=Q(kind__in=MeetingKind.values)),
            bounded_span("cep_booking_span_bounded", longest=LONGEST_BOOKING),
            models.CheckConstraint(name="cep_booking_mode_known", condition=Q(mode__in=MeetingMode.values)),
            models.CheckConstraint(
                name="cep_booking_remote_reason_known", condition=Q(remote_reason__in=RemoteReason.values)
            ),
            models.CheckConstraint(
                name="cep_booking_status_known", condition=Q(status__in=BookingStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_date:%d/%m/%Y} {self.local_time:%H:%M}"

    @property
    def person(self) -> Holder:
        """Whose appointment it is. Raises ValueError once nobody may know any more."""
        if self.holder is None:
            raise ValueError("this appointment is old enough to be nobody's")
        return self.holder

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

    @property
    def is_active(self) -> bool:
        """Somebody is expected: confirmed, or proposed and not yet answered."""
        return self.status in STATUSES_ACTIVE

    @property
    def is_proposed(self) -> bool:
        return self.status == BookingStatus.PROPOSED

    @property
    def address(self) -> str:
        return self.place or self.site.address


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

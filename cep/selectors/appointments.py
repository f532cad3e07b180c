"""Appointments as the one who asks may see them: the person's own, the adviser's own, the manager's team."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Holder, User
from accounts.permissions import is_cep_adviser
from accounts.selectors.staff import scope_codes
from cep.enums import STATUSES_ACTIVE, BookingStatus
from cep.models import Booking, Impact

WITH_PLACE_AND_ADVISER = ("site", "adviser__user")


def appointments_of(holder: Holder) -> QuerySet[Booking]:
    """Every appointment of the person, latest first; a slot held for some minutes is none. One query."""
    return (
        Booking.objects.filter(holder=holder)
        .exclude(status=BookingStatus.HELD)
        .select_related(*WITH_PLACE_AND_ADVISER)
        .order_by("-local_date", "-local_time")
    )


def upcoming_appointments(holder: Holder, *, now: datetime | None = None) -> QuerySet[Booking]:
    """The person's appointments to come, proposed ones included, at `now` (the present), soonest first. One query."""
    return (
        appointments_of(holder)
        .filter(status__in=STATUSES_ACTIVE, span__endswith__gt=now or timezone.now())
        .order_by("local_date", "local_time")
    )


def appointment_of(holder: Holder, key: UUID) -> Booking | None:
    """One appointment of the person; another person's does not exist for them. One query."""
    return appointments_of(holder).filter(pk=key).first()


def latest_of(booking: Booking) -> Booking:
    """What has become of an appointment through its moves. One query a move."""
    while booking.status == BookingStatus.MOVED:
        following = Booking.objects.filter(moved_from=booking).select_related(*WITH_PLACE_AND_ADVISER).first()
        if following is None:
            break
        booking = following
    return booking


def is_called_off(booking: Booking) -> bool:
    """Whether the appointment has lost its opening and nothing was found yet in its place. One query."""
    return booking.is_active and Impact.objects.filter(booking=booking, closed_at__isnull=True).exists()


def held_slot(holder: Holder, key: UUID, *, now: datetime) -> Booking | None:
    """The slot that the person keeps under that key, while its time lasts. One query."""
    return (
        Booking.objects.filter(pk=key, holder=holder, status=BookingStatus.HELD, expires_at__gt=now)
        .select_related("site")
        .first()
    )


def bookings_visible_to(user: User) -> QuerySet[Booking]:
    """What a member of staff may see: an adviser their own meetings, a manager those of their operators.

    Nobody else, a technical administrator included; and nobody sees what is no longer anybody's. The roles cost one
    query a user, the rows another.
    """
    operators = scope_codes(user, StaffRole.CEP_MANAGER)
    known = Booking.objects.filter(holder__isnull=False).exclude(status=BookingStatus.HELD)
    bookings = known.select_related("holder", *WITH_PLACE_AND_ADVISER)
    if operators:
        return bookings.filter(adviser__operator__code__in=operators)
    if is_cep_adviser(user):
        return bookings.filter(
            adviser__user=user, adviser__operator__code__in=scope_codes(user, StaffRole.CEP_ADVISER)
        )
    return bookings.none()


def agenda_of(user: User, *, day: date) -> QuerySet[Booking]:
    """The meetings of one local day, in the order of the clock, as far as the user may see them. One query."""
    return bookings_visible_to(user).filter(local_date=day).order_by("local_time", "pk")


# How long before and after an appointment its adviser prepares it and follows it up.
DAYS_AROUND = 90


def received_people(user: User, *, today: date) -> QuerySet[Booking]:
    """The confirmed or kept appointments of this adviser, around today, with the person. One query."""
    around = timedelta(days=DAYS_AROUND)
    return (
        Booking.objects.filter(
            adviser__user=user,
            status__in=STATUSES_ACTIVE,
            local_date__gte=today - around,
            local_date__lte=today + around,
        )
        .select_related("holder", "site")
        .order_by("local_date", "local_time")
    )


def upcoming_or_recent_appointment(user: User, key: UUID, *, today: date) -> Booking | None:
    """One of them; a colleague's, a cancelled one or an old one does not exist for this adviser. One query."""
    return received_people(user, today=today).filter(pk=key).first()

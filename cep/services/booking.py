"""Taking an appointment. The database decides between those who ask at the same instant."""

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from accounts.models import Holder
from cep.enums import (
    STATUSES_HOLDING_ADVISER,
    STATUSES_HOLDING_PERSON,
    BookingAction,
    BookingStatus,
    MeetingMode,
)
from cep.exceptions import (
    BookingBusy,
    CallsRefused,
    HolderAlreadyBooked,
    KeyAlreadyUsed,
    SlotBeyondHorizon,
    SlotTaken,
    SlotTooSoon,
    SlotUnavailable,
    WindowClosed,
)
from cep.models import Adviser, Booking, BookingEvent, Site
from cep.rules.meetings import Slot, bookable_period, is_aligned
from cep.selectors.slots import nearest_slots
from cep.services.messages import announce_confirmation

Result = TypeVar("Result")

MAX_TRIES: Final = 3
MAX_PAUSE_SECONDS: Final = 0.05
# serialization_failure, deadlock_detected: nothing was written, the same transaction may be run again.
RETRIABLE_SQLSTATES: Final = frozenset({"40001", "40P01"})
# lock_not_available, query_canceled: nothing was written either, but it has lasted; the person decides.
BUSY_SQLSTATES: Final = frozenset({"55P03", "57014"})

# Share locks: bookings do not wait for each other, a closing waits for them and they for it.
LOCK_OPEN_WINDOWS = """
    WITH locked AS MATERIALIZED (
        SELECT w.span
        FROM cep_window w
        JOIN cep_adviser a ON a.id = w.adviser_id
        WHERE w.adviser_id = %(adviser)s AND w.site_id = %(site)s AND w.mode = %(mode)s
          AND w.span && tstzrange(%(start)s, %(end)s)
          AND a.starts_on <= %(local_day)s AND (a.ends_on IS NULL OR a.ends_on >= %(local_day)s)
        ORDER BY w.id
        FOR SHARE OF w
    )
    SELECT coalesce(range_agg(span) @> tstzrange(%(start)s, %(end)s), false) FROM locked
"""


class _ConflictVanished(Exception):
    """What stood in the way was gone when looked for: a cancellation came between."""


def book_appointment(
    *,
    key: UUID,
    holder: Holder,
    adviser: Adviser,
    site: Site,
    mode: MeetingMode,
    start: datetime,
    now: datetime,
) -> Booking:
    """Book the meeting that begins at `start` (aware) for the holder, under the request's own key.

    The same key with the same meeting gives the same appointment back, however often it is sent.
    Raises SlotTaken, WindowClosed, SlotTooSoon or SlotBeyondHorizon, each with the three nearest free
    meetings; HolderAlreadyBooked with the appointment in the way; KeyAlreadyUsed; BookingBusy; CallsRefused for
    a telephone meeting of a person who asked not to be called.
    """
    wanted = _wanted_booking(key, holder, adviser, site, Slot(site.pk, adviser.pk, mode, start))
    already = Booking.objects.filter(pk=key).first()
    if already is not None:
        return _same_meeting(already, wanted)
    if mode == MeetingMode.PHONE and holder.refuses_calls:
        raise CallsRefused
    try:
        _refuse_outside_bookable_period(start, now)
        return _with_retries(lambda: _book_once(wanted))
    except SlotUnavailable as refusal:
        # Searched once the transaction is over: no lock is held while looking for something else.
        refusal.nearest = nearest_slots(site=site, mode=mode, start=start, now=now)
        raise


def _wanted_booking(key: UUID, holder: Holder, adviser: Adviser, site: Site, slot: Slot) -> Booking:
    local = slot.start.astimezone(site.zone)
    return Booking(
        pk=key,
        holder=holder,
        adviser=adviser,
        site=site,
        mode=slot.mode,
        span=DateTimeTZRange(slot.start, slot.end),
        local_date=local.date(),
        local_time=local.time(),
        time_zone=site.time_zone,
        status=BookingStatus.CONFIRMED,
    )


def _refuse_outside_bookable_period(start: datetime, now: datetime) -> None:
    first, last = bookable_period(now)
    if start < first:
        raise SlotTooSoon
    if start >= last:
        raise SlotBeyondHorizon


def _book_once(wanted: Booking) -> Booking:
    with transaction.atomic():
        _limit_waiting()
        if not (is_aligned(wanted.starts_at, wanted.site.zone) and _lock_open_windows(wanted)):
            raise WindowClosed
        # The exclusion constraints decide; a plain insert would be right too, but deadlocks in a crowd.
        Booking.objects.bulk_create([wanted], ignore_conflicts=True)
        booked = _booked_or_refused(wanted)
        _record_first_event(booked)
        # Written with the booking, swept by a task: a crash after the commit loses no message.
        announce_confirmation(booked)
    return booked


def _limit_waiting() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', '3s', true), set_config('statement_timeout', '5s', true)"
        )


def _lock_open_windows(wanted: Booking) -> bool:
    """Keep the windows under the meeting open until the commit. False where they do not cover it."""
    with connection.cursor() as cursor:
        cursor.execute(
            LOCK_OPEN_WINDOWS,
            {
                "adviser": wanted.adviser_id,
                "site": wanted.site_id,
                "mode": wanted.mode,
                "start": wanted.starts_at,
                "end": wanted.ends_at,
                "local_day": wanted.local_date,
            },
        )
        (covered,) = cursor.fetchone()
    return bool(covered)


def _booked_or_refused(wanted: Booking) -> Booking:
    """One look tells what the insert did: booked, replayed, person elsewhere, adviser taken."""
    overlapping = Q(span__overlap=wanted.span)
    of_person = Q(holder=wanted.holder, status__in=STATUSES_HOLDING_PERSON) & overlapping
    of_adviser = Q(adviser=wanted.adviser, status__in=STATUSES_HOLDING_ADVISER) & overlapping
    found = list(Booking.objects.filter(Q(pk=wanted.pk) | of_person | of_adviser))
    for booking in found:
        if booking.pk == wanted.pk:
            return _same_meeting(booking, wanted)
    for booking in found:
        if booking.holder_id == wanted.holder_id and booking.is_confirmed:
            raise HolderAlreadyBooked(booking)
    if found:
        raise SlotTaken
    raise _ConflictVanished


def _same_meeting(booked: Booking, wanted: Booking) -> Booking:
    """The booking, when it is the one that was asked for. A key is no way into another person's appointment."""
    if _identity(booked) != _identity(wanted):
        raise KeyAlreadyUsed
    booked.holder, booked.adviser, booked.site = wanted.holder, wanted.adviser, wanted.site
    return booked


def _identity(booking: Booking) -> tuple[object, ...]:
    return booking.holder_id, booking.adviser_id, booking.site_id, booking.mode, booking.starts_at


def _record_first_event(booked: Booking) -> None:
    first = BookingEvent(
        booking=booked,
        action=BookingAction.BOOK,
        status_after=BookingStatus.CONFIRMED,
        actor_id=booked.holder.user_id,
    )
    # One per booking by constraint: two sendings of one request write it once.
    BookingEvent.objects.bulk_create([first], ignore_conflicts=True)


def _with_retries(attempt: Callable[[], Result]) -> Result:
    for tries_left in reversed(range(MAX_TRIES)):
        try:
            return attempt()
        except (OperationalError, _ConflictVanished) as problem:
            sqlstate = getattr(problem.__cause__, "sqlstate", None)
            if isinstance(problem, OperationalError) and sqlstate not in RETRIABLE_SQLSTATES | BUSY_SQLSTATES:
                raise
            if sqlstate in BUSY_SQLSTATES or not tries_left:
                raise BookingBusy from problem
            time.sleep(random.uniform(0, MAX_PAUSE_SECONDS))  # noqa: S311 a pause, not a secret
    raise AssertionError("unreachable")

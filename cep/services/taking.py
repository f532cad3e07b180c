"""How a slot is taken, whatever for: one insert that the exclusion constraints decide, under the share lock of the
windows that cover it. Booking, holding, moving and replacing stand on this.
"""

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
    STATUSES_ACTIVE,
    STATUSES_HOLDING_ADVISER,
    STATUSES_HOLDING_PERSON,
    BookingStatus,
    MeetingKind,
    RequestChannel,
)
from cep.exceptions import (
    BookingBusy,
    FirstMeetingAlready,
    HolderAlreadyBooked,
    KeyAlreadyUsed,
    SlotBeyondHorizon,
    SlotTaken,
    SlotTooSoon,
    WindowClosed,
)
from cep.models import AdviceRequest, Adviser, Booking, Site
from cep.rules.meetings import Slot, bookable_period, is_aligned

Result = TypeVar("Result")

MAX_TRIES: Final = 3
MAX_PAUSE_SECONDS: Final = 0.05
# serialization_failure, deadlock_detected: nothing was written, the same transaction may be run again.
RETRIABLE_SQLSTATES: Final = frozenset({"40001", "40P01"})
# lock_not_available, query_canceled: nothing was written either, but it has lasted; the person decides.
BUSY_SQLSTATES: Final = frozenset({"55P03", "57014"})

# Share locks: bookings do not wait for each other, a closing waits for them and they for it. All the windows stand at
# one address: nobody is told of two places for one meeting.
LOCK_OPEN_WINDOWS = """
    WITH locked AS MATERIALIZED (
        SELECT w.span, w.place
        FROM cep_window w
        JOIN cep_adviser a ON a.id = w.adviser_id
        WHERE w.adviser_id = %(adviser)s AND w.site_id = %(site)s AND w.mode = %(mode)s
          AND w.span && tstzrange(%(start)s, %(end)s)
          AND a.starts_on <= %(local_day)s AND (a.ends_on IS NULL OR a.ends_on >= %(local_day)s)
        ORDER BY w.id
        FOR SHARE OF w
    )
    SELECT place FROM locked GROUP BY place HAVING range_agg(span) @> tstzrange(%(start)s, %(end)s)
"""

# In the order of the keys, so that two crowds do not lock each other up. Who waited for that place is served; who
# takes a first meeting has asked, and the promised delay runs from here at the latest. Should the slot be lost after
# all, the transaction takes it back.
CLEAR_THE_WAY = """
    WITH given_back AS (
        DELETE FROM cep_booking WHERE status = 'held' AND id IN (
            SELECT id FROM cep_booking
            WHERE status = 'held' AND id <> %(key)s
              AND (holder_id = %(holder)s
                   OR (adviser_id = %(adviser)s AND span && tstzrange(%(start)s, %(end)s) AND expires_at <= %(now)s))
            ORDER BY id FOR UPDATE)
        RETURNING id
    ), served AS (
        UPDATE cep_waitingentry SET state = 'served'
        WHERE %(is_served)s AND holder_id = %(holder)s AND site_id = %(site)s AND mode = %(mode)s
          AND state IN ('waiting', 'offered')
        RETURNING id
    ), asked AS (
        INSERT INTO cep_advicerequest
            (holder_id, site_id, channel, received_at, due_on, alert_dates, alerted, "end")
        SELECT %(holder)s, %(site)s, %(channel)s, %(now)s, %(due_on)s, %(alert_dates)s::date[], 0, ''
        WHERE %(is_first)s
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT (SELECT count(*) FROM given_back) + (SELECT count(*) FROM served) + (SELECT count(*) FROM asked)
"""


class ConflictVanished(Exception):
    """What stood in the way was gone when looked for: a cancellation or the end of a hold came between."""


def wanted_booking(
    *, key: UUID, holder: Holder, adviser: Adviser, site: Site, slot: Slot, status: BookingStatus
) -> Booking:
    """The row to insert, not saved. Its calendar name is its own key until a move hands one down."""
    local = slot.start.astimezone(site.zone)
    return Booking(
        pk=key,
        calendar_uid=key,
        holder=holder,
        adviser=adviser,
        site=site,
        mode=slot.mode,
        kind=slot.kind,
        span=DateTimeTZRange(slot.start, slot.end),
        local_date=local.date(),
        local_time=local.time(),
        time_zone=site.time_zone,
        status=status,
    )


def refuse_outside_bookable_period(start: datetime, now: datetime) -> None:
    first, last = bookable_period(now)
    if start < first:
        raise SlotTooSoon
    if start >= last:
        raise SlotBeyondHorizon


def take(wanted: Booking, *, now: datetime) -> Booking:
    """Insert the row, in the caller's transaction; gives back the one that bears its key.

    Raises WindowClosed, SlotTaken, HolderAlreadyBooked, FirstMeetingAlready, KeyAlreadyUsed; ConflictVanished where
    the same transaction is worth another try (`with_retries`).
    """
    place = lock_open_windows(wanted)
    if place is None or not is_aligned(wanted.starts_at, wanted.site.zone):
        raise WindowClosed
    wanted.place = place
    clear_the_way(wanted, now=now)
    # The exclusion constraints decide; a plain insert would be right too, but deadlocks in a crowd.
    Booking.objects.bulk_create([wanted], ignore_conflicts=True)
    return taken_or_refused(wanted)


def limit_waiting() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', '3s', true), set_config('statement_timeout', '5s', true)"
        )


def lock_open_windows(wanted: Booking) -> str | None:
    """Keep the windows under the meeting open until the commit; the address of that day, '' for the usual one.

    None where they do not cover it.
    """
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
        found = cursor.fetchone()
    return found[0] if found else None


def clear_the_way(wanted: Booking, *, now: datetime) -> None:
    """Remove what no longer keeps anybody out: holds that are over, and the person's own other one."""
    is_taken = wanted.status == BookingStatus.CONFIRMED
    asked = AdviceRequest.asked(
        holder=wanted.person, site=wanted.site, channel=RequestChannel.ONLINE, now=now
    )
    with connection.cursor() as cursor:
        cursor.execute(
            CLEAR_THE_WAY,
            {
                "key": wanted.pk,
                "adviser": wanted.adviser_id,
                "holder": wanted.holder_id,
                "start": wanted.starts_at,
                "end": wanted.ends_at,
                "site": wanted.site_id,
                "mode": wanted.mode,
                "now": now,
                "is_served": is_taken,
                "is_first": is_taken and wanted.kind == MeetingKind.FIRST,
                "channel": asked.channel,
                "due_on": asked.due_on,
                "alert_dates": asked.alert_dates,
            },
        )


def taken_or_refused(wanted: Booking) -> Booking:
    """One look tells what the insert did: taken, replayed, person elsewhere, adviser taken."""
    overlapping = Q(span__overlap=wanted.span)
    of_person = Q(holder=wanted.holder, status__in=STATUSES_HOLDING_PERSON) & overlapping
    of_adviser = Q(adviser=wanted.adviser, status__in=STATUSES_HOLDING_ADVISER) & overlapping
    first = Q(holder=wanted.holder, kind=MeetingKind.FIRST, status__in=STATUSES_HOLDING_PERSON)
    if wanted.kind == MeetingKind.FIRST:
        of_person |= first
    found = list(Booking.objects.filter(Q(pk=wanted.pk) | of_person | of_adviser))
    for booking in found:
        if booking.pk == wanted.pk:
            return same_meeting(booking, wanted)
    for booking in found:
        if booking.holder_id == wanted.holder_id and booking.status in STATUSES_ACTIVE:
            overlaps = booking.starts_at < wanted.ends_at and wanted.starts_at < booking.ends_at
            raise HolderAlreadyBooked(booking) if overlaps else FirstMeetingAlready(booking)
    if any(booking.adviser_id == wanted.adviser_id for booking in found):
        raise SlotTaken
    # Nothing is left, or a hold that the same person has just taken in another tab: the next try gives it back.
    raise ConflictVanished


def same_meeting(booked: Booking, wanted: Booking) -> Booking:
    """The booking, when it is the one that was asked for. A key is no way into another person's appointment."""
    if _identity(booked) != _identity(wanted):
        raise KeyAlreadyUsed
    booked.holder, booked.adviser, booked.site = wanted.holder, wanted.adviser, wanted.site
    return booked


def _identity(booking: Booking) -> tuple[object, ...]:
    return booking.holder_id, booking.adviser_id, booking.site_id, booking.mode, booking.starts_at


def with_retries(attempt: Callable[[], Result]) -> Result:
    """Run a transaction again, a few times, when the database gave it up or what stood in the way is gone.

    Raises BookingBusy when it keeps failing or has waited too long: nothing was written.
    """
    for tries_left in reversed(range(MAX_TRIES)):
        try:
            return attempt()
        except (OperationalError, ConflictVanished) as problem:
            sqlstate = getattr(problem.__cause__, "sqlstate", None)
            if isinstance(problem, OperationalError) and sqlstate not in RETRIABLE_SQLSTATES | BUSY_SQLSTATES:
                raise
            if sqlstate in BUSY_SQLSTATES or not tries_left:
                raise BookingBusy from problem
            time.sleep(random.uniform(0, MAX_PAUSE_SECONDS))  # noqa: S311 a pause, not a secret
    raise AssertionError("unreachable")


def in_one_transaction(attempt: Callable[[], Result]) -> Result:
    """One try: a transaction that waits for nobody longer than a person would."""
    with transaction.atomic():
        limit_waiting()
        return attempt()

"""Opening and closing an adviser's windows, by difference: what stands already is left alone."""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from cep.enums import BookingStatus, MeetingMode
from cep.exceptions import AdviserElsewhere, WindowHasBookings
from cep.models import Adviser, Booking, Site, Window
from cep.rules.local_time import instant_of
from cpa_portal.kernel.working_days import Zone, is_public_holiday

logger = logging.getLogger(__name__)

Span = tuple[datetime, datetime]


@dataclass
class OpeningReport:
    """What an opening did: windows added, days that were open already, days left closed and why."""

    added: int = 0
    already_open: int = 0
    public_holidays: list[date] = field(default_factory=list)
    clock_changes: list[date] = field(default_factory=list)


def open_windows(
    *,
    adviser: Adviser,
    site: Site,
    mode: MeetingMode = MeetingMode.ON_SITE,
    weekdays: Collection[int],
    local_start: time,
    local_end: time,
    from_day: date,
    until_day: date,
) -> OpeningReport:
    """Open the adviser at the site on these weekdays (0 is Monday), between two days included.

    Hours are those of the site's clock, before and after a change of time. Public holidays of the site's
    zone stay closed, and the adviser's own dates are kept. May be run again: only what is missing is added.
    Raises ValueError on hours or an operator that make no sense, AdviserElsewhere when the adviser is already
    open at another place or in another mode.
    """
    if local_end <= local_start:
        raise ValueError("A window ends after it begins, on the same local day.")
    if site.operator_id != adviser.operator_id:
        raise ValueError("An adviser receives at the sites of their own operator.")
    report = OpeningReport()
    days = _days(weekdays, max(from_day, adviser.starts_on), min(until_day, adviser.ends_on or until_day))
    wanted = list(_local_spans(days, local_start, local_end, site, report))
    with transaction.atomic():
        # One opening at a time for an adviser; bookings, which only refer to the row, do not wait.
        Adviser.objects.select_for_update(no_key=True).get(pk=adviser.pk)
        existing = _existing_windows(adviser, wanted)
        if any(_is_in_the_way(window, wanted, site, mode) for window in existing):
            raise AdviserElsewhere
        missing = [piece for span in wanted for piece in _without(span, existing)]
        Window.objects.bulk_create(
            Window(adviser=adviser, site=site, mode=mode, span=DateTimeTZRange(*piece)) for piece in missing
        )
    report.added = len(missing)
    report.already_open = sum(1 for span in wanted if not _without(span, existing))
    return report


def _days(weekdays: Collection[int], first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() in weekdays:
            yield day


def _local_spans(
    days: Iterable[date], local_start: time, local_end: time, site: Site, report: OpeningReport
) -> Iterator[Span]:
    for day in days:
        if is_public_holiday(day, Zone(site.holiday_zone)):
            report.public_holidays.append(day)
            continue
        start, end = instant_of(day, local_start, site.zone), instant_of(day, local_end, site.zone)
        if start is None or end is None:
            # The clocks jump over one of the two hours: nobody can be told to come then.
            logger.warning("window_at_no_hour", extra={"site": site.pk, "day": day.isoformat()})
            report.clock_changes.append(day)
            continue
        yield start, end


def _existing_windows(adviser: Adviser, wanted: list[Span]) -> list[Window]:
    if not wanted:
        return []
    whole = DateTimeTZRange(min(start for start, _ in wanted), max(end for _, end in wanted))
    return list(Window.objects.filter(adviser=adviser, span__overlap=whole).order_by("span"))


def _is_in_the_way(window: Window, wanted: list[Span], site: Site, mode: str) -> bool:
    if window.site_id == site.pk and window.mode == mode:
        return False
    return any(start < window.span.upper and window.span.lower < end for start, end in wanted)


def _without(span: Span, existing: list[Window]) -> list[Span]:
    """The pieces of the span that no window covers yet. Windows are in order and do not overlap."""
    start, end = span
    pieces = []
    for window in existing:
        if window.span.upper <= start or window.span.lower >= end:
            continue
        if start < window.span.lower:
            pieces.append((start, window.span.lower))
        start = max(start, window.span.upper)
    if start < end:
        pieces.append((start, end))
    return pieces


def close_windows(*, windows: Collection[Window]) -> int:
    """Close windows under which nobody is expected; returns how many were. All or none.

    Raises WindowHasBookings with the confirmed appointments that would be left without an opening.
    """
    keys = [window.pk for window in windows]
    with transaction.atomic():
        # Waits for the bookings that hold a share lock, and makes the next ones wait for the deletion.
        locked = list(Window.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        expected = _confirmed_bookings_under(locked)
        if expected:
            raise WindowHasBookings(expected)
        closed, _ = Window.objects.filter(pk__in=[window.pk for window in locked]).delete()
    return closed


def _confirmed_bookings_under(windows: list[Window]) -> list[Booking]:
    """A new statement, so a new snapshot: it sees the bookings that the lock has waited for."""
    if not windows:
        return []
    under = (Q(adviser=window.adviser_id, span__overlap=window.span) for window in windows)
    return list(Booking.objects.filter(reduce(or_, under), status=BookingStatus.CONFIRMED))

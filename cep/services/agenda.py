"""Laying down an adviser's windows from the plan, by difference, and seeing whom a change leaves without an opening.

What is wanted over the coming days: regular openings less public holidays and closures of the site, exceptional
openings, what was opened without a plan; all of it less the adviser's absences and within their dates. An exceptional
opening moves what is regular at that hour. Windows that are wanted as they stand are left alone, the others are taken
away, the missing ones are made. In the same transaction each appointment that is no longer covered gets an impact, each
held slot is given back.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from cep.enums import STATUSES_ACTIVE, BookingStatus, ImpactCause, ImpactEnd
from cep.models import Absence, Adviser, Booking, ExtraOpening, Impact, Pattern, Site, SiteClosure, Window
from cep.models.plan import Opening
from cep.rules.intervals import Span, covers, merged, without
from cep.rules.local_time import instant_of
from cep.rules.meetings import HORIZON_DAYS
from cpa_portal.kernel.working_days import Zone, is_public_holiday

logger = logging.getLogger(__name__)

# Beyond what can be booked, so that each night adds a day before anybody may ask for it.
PLAN_DAYS: Final = HORIZON_DAYS + 10
A_DAY: Final = timedelta(days=1)
LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)

# Windows are told apart by where and how, and by what they come from: (site, mode, address of that day, planned).
Place = tuple[int, str, str, bool]
Wanted = dict[Place, list[Span]]
PLANNED: Final = True


@dataclass
class LayingReport:
    """What a laying down did: windows added and removed, appointments left alone, days left closed and why."""

    added: int = 0
    removed: int = 0
    impacts: list[Impact] = field(default_factory=list)
    public_holidays: set[date] = field(default_factory=set)
    clock_changes: set[date] = field(default_factory=set)
    # Days on which the adviser is wanted at two places: the first recorded opening is kept.
    conflicts: set[date] = field(default_factory=set)


def lay_down(
    *, adviser: Adviser, now: datetime, cause: ImpactCause = ImpactCause.PLAN_CHANGED
) -> LayingReport:
    """Make the adviser's windows from `now` on what the plan says. May be run again: then nothing changes.

    `cause` is written on the impacts of the appointments that this leaves without an opening.
    """
    report = LayingReport()
    with transaction.atomic():
        # One laying down at a time for an adviser; bookings, which only refer to the row, do not wait.
        adviser = Adviser.objects.select_for_update(no_key=True, of=("self",)).get(pk=adviser.pk)
        # Waits for the bookings that hold a share lock, and makes the next ones wait for the end.
        standing = list(
            Window.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(adviser=adviser, span__endswith__gt=now)
            .order_by("pk")
        )
        wanted = _wanted(adviser, standing, now, report)
        _apply(adviser, standing, wanted, report)
        _settle_bookings(adviser, now, cause, report)
    return report


def _wanted(adviser: Adviser, standing: Iterable[Window], now: datetime, report: LayingReport) -> Wanted:
    first = now.astimezone(UTC).date() - A_DAY
    days = (first, first + timedelta(days=PLAN_DAYS + 1))
    away = [
        absence.bounds
        for absence in Absence.objects.filter(lifted_at__isnull=True, adviser=adviser, last_day__gte=first)
    ]
    elsewhere: Wanted = defaultdict(list)
    _add(_unplanned(adviser, standing, days), elsewhere, report)
    exceptional = list(_exceptional(adviser, days, report))
    _add(exceptional, elsewhere, report)
    # What was decided for one day stands above what is decided for every week.
    regular = list(_regular(adviser, days, report))
    _add(_giving_way(regular, exceptional), elsewhere, report)
    coming = {place: without(spans, [*away, (LONG_AGO, now)]) for place, spans in elsewhere.items()}
    return _with_what_is_past(coming, standing, now)


def _add(openings: Iterable[tuple[Place, Span]], elsewhere: Wanted, report: LayingReport) -> None:
    """Each opening where the adviser is not wanted already; two places at one hour are a conflict."""
    for place, span in openings:
        pieces = [span]
        for taken_place, taken in elsewhere.items():
            if taken_place == place:
                continue
            pieces, before = without(pieces, taken), pieces
            if pieces != before and taken_place[:-1] != place[:-1]:
                report.conflicts.add(span[0].date())
        elsewhere[place] += pieces


def _giving_way(
    openings: Iterable[tuple[Place, Span]], first: Iterable[tuple[Place, Span]]
) -> Iterator[tuple[Place, Span]]:
    first = list(first)
    for place, span in openings:
        for piece in without([span], [other for other_place, other in first if other_place != place]):
            yield place, piece


def _with_what_is_past(coming: Wanted, standing: Iterable[Window], now: datetime) -> Wanted:
    """A window that has begun keeps its beginning: meetings took place in it."""
    result: Wanted = defaultdict(list, coming)
    for window in standing:
        if window.span.lower < now:
            result[_place_of(window)].append((window.span.lower, now))
    return {place: merged(spans) for place, spans in result.items()}


def _place_of(window: Window) -> Place:
    return window.site_id, window.mode, window.place, window.planned


def _unplanned(
    adviser: Adviser, standing: Iterable[Window], days: tuple[date, date]
) -> Iterator[tuple[Place, Span]]:
    first, last = _within_dates(adviser, (date.min, date.max))
    windows = [
        window
        for window in standing
        if not window.planned and first <= window.span.lower.astimezone(window.site.zone).date() <= last
    ]
    closed = _closures({window.site_id for window in windows}, days)
    for window in windows:
        for piece in without([(window.span.lower, window.span.upper)], closed[window.site_id]):
            yield _place_of(window), piece


def _regular(adviser: Adviser, days: tuple[date, date], report: LayingReport) -> Iterator[tuple[Place, Span]]:
    patterns = list(
        Pattern.objects.filter(lifted_at__isnull=True, adviser=adviser)
        .select_related("site__operator")
        .order_by("pk")
    )
    closed = _closures({pattern.site_id for pattern in patterns}, days)
    for pattern in patterns:
        for day in pattern.recurrence.days(*_within_dates(adviser, days)):
            if _is_holiday(day, pattern.site):
                report.public_holidays.add(day)
                continue
            span = _instants(pattern, day, report)
            for piece in without([span] if span else [], closed[pattern.site_id]):
                yield (pattern.site_id, pattern.mode, pattern.place, PLANNED), piece


def _is_holiday(day: date, site: Site) -> bool:
    return is_public_holiday(day, Zone(site.holiday_zone), worked_holidays=site.operator.worked_holidays)


def _exceptional(
    adviser: Adviser, days: tuple[date, date], report: LayingReport
) -> Iterator[tuple[Place, Span]]:
    first, last = _within_dates(adviser, days)
    extras = ExtraOpening.objects.filter(lifted_at__isnull=True, adviser=adviser, day__range=(first, last))
    for extra in extras.select_related("site").order_by("pk"):
        span = _instants(extra, extra.day, report)
        if span:
            yield (extra.site_id, extra.mode, extra.place, PLANNED), span


def _within_dates(adviser: Adviser, days: tuple[date, date]) -> tuple[date, date]:
    return max(days[0], adviser.starts_on), min(days[1], adviser.ends_on or days[1])


def _instants(opening: Opening, day: date, report: LayingReport) -> Span | None:
    zone = opening.site.zone
    start, end = instant_of(day, opening.local_start, zone), instant_of(day, opening.local_end, zone)
    if start is None or end is None or end <= start:
        # The clocks jump over one of the two hours: nobody can be told to come then.
        logger.warning("window_at_no_hour", extra={"site": opening.site_id, "day": day.isoformat()})
        report.clock_changes.add(day)
        return None
    return start, end


def _closures(sites: Iterable[int], days: tuple[date, date]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    closures = SiteClosure.objects.filter(lifted_at__isnull=True, site__in=sites, last_day__gte=days[0])
    for closure in closures.select_related("site"):
        found[closure.site_id].append(closure.bounds)
    return found


def _apply(adviser: Adviser, standing: Iterable[Window], wanted: Wanted, report: LayingReport) -> None:
    missing = {place: set(spans) for place, spans in wanted.items()}
    gone: list[Window] = []
    for window in standing:
        spans = missing.get(_place_of(window), set())
        span = (window.span.lower, window.span.upper)
        if span in spans:
            spans.remove(span)
        else:
            gone.append(window)
    # In this order: the exclusion constraint sees each statement, not the transaction.
    Window.objects.filter(pk__in=[window.pk for window in gone]).delete()
    made = [
        Window(
            adviser=adviser, site_id=place[0], mode=place[1], place=place[2], planned=place[3],
            span=DateTimeTZRange(*span),
        )
        for place, spans in missing.items()
        for span in sorted(spans)
    ]  # fmt: skip
    Window.objects.bulk_create(made)
    report.added, report.removed = len(made), len(gone)


def _settle_bookings(adviser: Adviser, now: datetime, cause: ImpactCause, report: LayingReport) -> None:
    """A new statement, so a new snapshot: it sees the bookings for which the lock has waited."""
    spans: dict[tuple[int, str], list[Span]] = defaultdict(list)
    for window in Window.objects.filter(adviser=adviser, span__endswith__gt=now):
        spans[window.site_id, window.mode].append((window.span.lower, window.span.upper))
    coming = Booking.objects.filter(adviser=adviser, span__endswith__gt=now)
    alone: list[Booking] = []
    covered: list[Booking] = []
    for booking in coming.filter(status__in=[*STATUSES_ACTIVE, BookingStatus.HELD]):
        stands = covers(spans[booking.site_id, booking.mode], (booking.starts_at, booking.ends_at))
        (covered if stands else alone).append(booking)
    Booking.objects.filter(
        pk__in=[held.pk for held in alone if not held.is_active], status=BookingStatus.HELD
    ).delete()
    Impact.objects.filter(booking__in=covered, closed_at__isnull=True).update(
        closed_at=now, end=ImpactEnd.RESTORED
    )
    _open_impacts([booking for booking in alone if booking.is_active], cause, report)


def _open_impacts(bookings: list[Booking], cause: ImpactCause, report: LayingReport) -> None:
    # One open impact per appointment, by constraint: what is open already stays as it began.
    known = set(
        Impact.objects.filter(booking__in=bookings, closed_at__isnull=True).values_list(
            "booking_id", flat=True
        )
    )
    new = [Impact(booking=booking, cause=cause) for booking in bookings if booking.pk not in known]
    report.impacts = Impact.objects.bulk_create(new)


def extend_plans(*, now: datetime) -> int:
    """Every night: lay down the day that has come within the horizon, for every adviser with something planned.

    Those who begin later too: their days come near like any other. Returns how many windows were added. Each adviser
    in a transaction of their own.
    """
    today = now.date() - A_DAY
    openings = [
        Pattern.objects.filter(lifted_at__isnull=True),
        ExtraOpening.objects.filter(lifted_at__isnull=True, day__gte=today),
    ]
    planned = Q(pk__in=openings[0].values("adviser")) | Q(pk__in=openings[1].values("adviser"))
    with_plan = Adviser.objects.filter(planned, Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    return sum(lay_down(adviser=adviser, now=now).added for adviser in with_plan.order_by("pk"))

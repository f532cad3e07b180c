"""The extended hours of a place, week after week, against what the contract asks."""

from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from cep.enums import STATUSES_HOLDING_ADVISER, BookingStatus, MeetingMode
from cep.models import Booking, Site, Window
from cep.rules.extended_hours import ExtendedWeek, extended_week, monday_of
from cep.rules.local_time import day_start
from cpa_portal.kernel.working_days import Zone, is_working_day

A_WEEK = timedelta(days=7)
# A slot kept for some minutes is no use of the hour yet.
USED = [status for status in STATUSES_HOLDING_ADVISER if status != BookingStatus.HELD]


def extended_weeks(*, site: Site, since: datetime, weeks: int) -> list[ExtendedWeek]:
    """The week of `since` on the clock of the place, and the following ones. Face to face only. Two queries."""
    first = monday_of(since, site.zone)
    whole = DateTimeTZRange(day_start(first, site.zone), day_start(first + weeks * A_WEEK, site.zone))
    here = {"site": site, "mode": MeetingMode.ON_SITE, "span__overlap": whole}
    offered = [(row.lower, row.upper) for row in Window.objects.filter(**here).values_list("span", flat=True)]
    used = [
        (row.lower, row.upper)
        for row in Booking.objects.filter(**here, status__in=USED).values_list("span", flat=True)
    ]
    return [
        extended_week(
            monday=monday, zone=site.zone, open_days=_open_days(site, monday), offered=offered, used=used
        )
        for monday in (first + rank * A_WEEK for rank in range(weeks))
    ]


def _open_days(site: Site, monday: date) -> int:
    worked, zone = site.operator.worked_holidays, Zone(site.holiday_zone)
    days = (monday + timedelta(days=offset) for offset in range(5))
    return sum(is_working_day(day, zone, worked_holidays=worked) for day in days)

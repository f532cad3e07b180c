"""Counting in working days: Monday to Friday, less the public holidays of the zone.

The day from which one counts is not counted: a delay of one working day that starts on a Monday ends on
Tuesday. Days are plain dates in the zone's own time; whoever holds an instant converts it first.
"""

from datetime import date, timedelta

from cpa_portal.kernel.working_days.holidays import is_public_holiday
from cpa_portal.kernel.working_days.territories import Zone

SATURDAY = 5
_NONE: frozenset[str] = frozenset()


def is_working_day(day: date, zone: Zone, *, worked_holidays: frozenset[str] = _NONE) -> bool:
    """Monday to Friday and no holiday; `worked_holidays`: keys such as `whit_monday` that are worked."""
    return day.weekday() < SATURDAY and not is_public_holiday(day, zone, worked_holidays=worked_holidays)


def add_working_days(start: date, count: int, zone: Zone, *, worked_holidays: frozenset[str] = _NONE) -> date:
    """The day that ends a delay of `count` working days after `start`; before it when `count` is negative.

    `start` itself, whatever the day, for a count of zero.
    """
    step = timedelta(days=1 if count > 0 else -1)
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_working_day(day, zone, worked_holidays=worked_holidays)
    return day


def working_days_between(
    start: date, end: date, zone: Zone, *, worked_holidays: frozenset[str] = _NONE
) -> int:
    """How many working days go from `start`, not counted, to `end`, counted; negative if `end` is earlier.

    It undoes `add_working_days`.
    """
    step = 1 if end >= start else -1
    days = (start + timedelta(days=step * offset) for offset in range(1, abs((end - start).days) + 1))
    return step * sum(is_working_day(day, zone, worked_holidays=worked_holidays) for day in days)

"""Sessions laid out on the months in which they begin, week by week."""

import calendar
import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.models import Session

MOST_MONTHS = 6
_WEEKS = calendar.Calendar(firstweekday=calendar.MONDAY)


@dataclass(frozen=True)
class Day:
    """`number` is None in the squares before the first and after the last of the month."""

    number: int | None
    sessions: Sequence[Session]


@dataclass(frozen=True)
class Month:
    first: datetime.date
    weeks: Sequence[Sequence[Day]]


def months_of(sessions: Iterable[Session]) -> list[Month]:
    """The first MOST_MONTHS months in which a session begins; sessions without a first day are on none."""
    starts: dict[datetime.date, list[Session]] = defaultdict(list)
    for session in sessions:
        if session.starts_on:
            starts[session.starts_on].append(session)
    firsts = sorted({day.replace(day=1) for day in starts})
    return [Month(first, _weeks(first, starts)) for first in firsts[:MOST_MONTHS]]


def _weeks(first: datetime.date, starts: dict[datetime.date, list[Session]]) -> list[list[Day]]:
    return [
        [Day(number or None, starts.get(first.replace(day=number), []) if number else []) for number in week]
        for week in _WEEKS.monthdayscalendar(first.year, first.month)
    ]

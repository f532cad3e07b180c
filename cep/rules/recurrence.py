"""Which days a weekly or monthly opening falls on: a small part of RFC 5545's recurrence rules, on local days.

« Every Monday and Thursday », « every second Tuesday counted from a day », « the first Friday of each month ». Days are
those of the place; the hours and their instants follow from its zone (`cep.rules.local_time`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

# RFC 5545 §3.3.10, Monday first, as date.weekday() counts.
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LAST = -1


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`starts_on` begins the rule and its count of weeks; `ends_on` included, None: no end.

    `week_of_month` 1 to 4, or -1 for the last one, makes the rule monthly; `every_weeks` then is 1.
    """

    weekdays: frozenset[int]
    starts_on: date
    ends_on: date | None = None
    every_weeks: int = 1
    week_of_month: int | None = None

    def falls_on(self, day: date) -> bool:
        if day < self.starts_on or (self.ends_on is not None and day > self.ends_on):
            return False
        if day.weekday() not in self.weekdays:
            return False
        if self.week_of_month is not None:
            return self.week_of_month in _ranks_in_month(day)
        return (_monday(day) - _monday(self.starts_on)).days // 7 % self.every_weeks == 0

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days of the rule between two days, both included."""
        day = max(first, self.starts_on)
        while day <= last:
            if self.falls_on(day):
                yield day
            day += A_DAY

    def as_rrule(self) -> str:
        """The same rule as RFC 5545 writes it, with its weeks beginning on Monday."""
        rank = "" if self.week_of_month is None else str(self.week_of_month)
        parts = ["FREQ=WEEKLY" if not rank else "FREQ=MONTHLY"]
        if self.every_weeks > 1:
            parts.append(f"INTERVAL={self.every_weeks}")
        parts.append("BYDAY=" + ",".join(rank + DAY_CODES[day] for day in sorted(self.weekdays)))
        if self.ends_on:
            parts.append(f"UNTIL={self.ends_on:%Y%m%d}")
        return ";".join([*parts, "WKST=MO"])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _ranks_in_month(day: date) -> Collection[int]:
    is_last = (day + A_WEEK).month != day.month
    return ((day.day - 1) // 7 + 1, LAST) if is_last else ((day.day - 1) // 7 + 1,)

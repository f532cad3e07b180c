"""Extended hours: the contract asks for openings early, at noon or late, at least two days a week.

What is kept is what was *offered*, whether taken or not; whether it is of use is what was *used*. The two are counted
apart: an empty evening keeps the commitment, and says that the hour may be badly chosen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cep.rules.intervals import Span, merged
from cep.rules.local_time import instant_of

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ExtendedHoursRule:
    """`every_range`: all the ranges are wanted on one day for it to count (the contract does not say)."""

    since: date
    ranges: Sequence[tuple[time, time]]
    days_a_week: int
    shortest: timedelta
    every_range: bool
    source: str


RULES: Final = (
    ExtendedHoursRule(
        since=date(2020, 1, 1),
        ranges=((time(8), time(9, 30)), (time(12), time(14)), (time(17), time(19, 30))),
        days_a_week=2,
        # Shorter than a meeting, nobody can be received.
        shortest=timedelta(hours=1),
        every_range=False,
        source="Marchés du conseil en évolution professionnelle, 2020 (évaluation de 2022, accès)",
    ),
)


@dataclass(frozen=True, slots=True)
class ExtendedWeek:
    """One week of one place. Minutes offered and used within the ranges; days that count, days that were due."""

    monday: date
    offered_minutes: int
    used_minutes: int
    days: int
    days_due: int

    @property
    def is_kept(self) -> bool:
        return self.days >= self.days_due

    @property
    def used_share(self) -> float | None:
        """From 0 to 1; None where nothing was offered."""
        return self.used_minutes / self.offered_minutes if self.offered_minutes else None


def rule_on(day: date) -> ExtendedHoursRule:
    """The rule in force that day. Raises LookupError before the first contract."""
    for rule in reversed(RULES):
        if rule.since <= day:
            return rule
    raise LookupError(f"no rule of extended hours on {day}")


def extended_week(
    *, monday: date, zone: ZoneInfo, open_days: int, offered: Iterable[Span], used: Iterable[Span]
) -> ExtendedWeek:
    """What a place offered and used in the week of that Monday, on its own clock.

    `offered`: openings, one list for all advisers; `used`: meetings that are expected or took place. Two advisers at
    once offer twice the minutes. `open_days`: working days of the week; no more days than that are due.
    """
    rule = rule_on(monday)
    offered, used = list(offered), list(used)
    offered_minutes = used_minutes = days = 0
    for offset in range(7):
        ranges = _ranges(rule, monday + offset * A_DAY, zone)
        offered_minutes += sum(_minutes(offered, span) for span in ranges)
        used_minutes += sum(_minutes(used, span) for span in ranges)
        held = [_longest(offered, span) >= rule.shortest for span in ranges]
        days += bool(held) and (all(held) if rule.every_range else any(held))
    return ExtendedWeek(monday, offered_minutes, used_minutes, days, min(rule.days_a_week, open_days))


def _ranges(rule: ExtendedHoursRule, day: date, zone: ZoneInfo) -> list[Span]:
    found = [(instant_of(day, start, zone), instant_of(day, end, zone)) for start, end in rule.ranges]
    return [(start, end) for start, end in found if start is not None and end is not None]


def _inside(spans: Iterable[Span], bounds: Span) -> list[Span]:
    cut = ((max(start, bounds[0]), min(end, bounds[1])) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def _minutes(spans: Iterable[Span], bounds: Span) -> int:
    return sum(((end - start) // timedelta(minutes=1) for start, end in _inside(spans, bounds)), 0)


def _longest(spans: Iterable[Span], bounds: Span) -> timedelta:
    """The longest time without a break during which somebody receives."""
    return max((end - start for start, end in merged(_inside(spans, bounds))), default=timedelta(0))


def monday_of(moment: datetime, zone: ZoneInfo) -> date:
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())

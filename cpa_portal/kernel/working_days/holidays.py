"""Public holidays of a zone in a year, read from `holidays.csv` beside this file.

What the table leaves out, although it is often given as a holiday, because no law makes it one:
- 21 July (Victor Schœlcher), Mi-Carême and Good Friday in the Antilles: custom and collective agreements;
- the Muslim feasts in Mayotte: custom, which L. 3422-3 of the Code du travail leaves standing.
Where it simplifies:
- Good Friday in Alsace and Moselle is a holiday only in communes with a Protestant or shared church
  (L. 3134-13): the table gives it to the whole zone;
- Whit Monday is a holiday that many people work (day of solidarity, L. 3133-7): whoever counts says so with
  `worked_holidays`;
- Saint-Martin keeps 28 May since 2018 by ministerial instruction, the Code still naming another day.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

from cpa_portal.kernel.working_days.territories import Zone

# The law of 1981 on 8 May is the last change to the national list: earlier years are not in the table.
FIRST_YEAR = 1982


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """One holiday on its day. `key` is stable (`whit_monday`), `name` is French, `source` the legal text."""

    on: date
    key: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class _Rule:
    key: str
    name: str
    kind: str
    value: str
    zones: frozenset[Zone]
    valid_from: date
    valid_until: date
    source: str

    def day(self, year: int) -> date:
        if self.kind == "easter":
            return easter_sunday(year) + timedelta(days=int(self.value))
        return date.fromisoformat(f"{year}-{self.value}")


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (Meeus, Jones and Butcher's rule)."""
    golden = year % 19
    century, year_of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap_years, year_rest = divmod(year_of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=512)
def public_holidays(zone: Zone, year: int) -> tuple[PublicHoliday, ...]:
    """The holidays of a calendar year in a zone, by date; two may fall on one day (1 May 2008).

    Raises ValueError before 1982, which the table does not cover.
    """
    if year < FIRST_YEAR:
        raise ValueError(f"public holidays are known from {FIRST_YEAR} on")
    return tuple(sorted(_holidays(Zone(zone), year), key=lambda holiday: (holiday.on, holiday.key)))


def is_public_holiday(day: date, zone: Zone, *, worked_holidays: frozenset[str] = frozenset()) -> bool:
    """Whether the day is a holiday of the zone; `worked_holidays` holds the keys of those not to count."""
    return any(
        holiday.on == day and holiday.key not in worked_holidays
        for holiday in public_holidays(zone, day.year)
    )


def _holidays(zone: Zone, year: int) -> Iterator[PublicHoliday]:
    for rule in _rules():
        if zone in rule.zones and rule.valid_from <= rule.day(year) <= rule.valid_until:
            yield PublicHoliday(on=rule.day(year), key=rule.key, name=rule.name, source=rule.source)


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    text = files(__package__).joinpath("holidays.csv").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in csv.DictReader(text.splitlines()))


def _rule(row: dict[str, str]) -> _Rule:
    kind, value = row["rule"].split(" ")
    zones = frozenset(Zone) if row["zones"] == "all" else frozenset(map(Zone, row["zones"].split("|")))
    return _Rule(
        key=row["key"],
        name=row["name"],
        kind=kind,
        value=value,
        zones=zones,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
        valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else date.max,
        source=row["source"],
    )

"""Keys of a case, read one by one; what nobody read is refused, so that no key is ignored in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

_FRACTION = re.compile(r"\d+(?:\.\d+)?(?:/\d+)?")
_RANGE = re.compile(r"(?P<first>\d{4})(?:-(?P<last>\d{4}))?")
FIRST_LIKELY_YEAR = 1900
LAST_LIKELY_YEAR = 2199
# Beyond, a number is a mistake, and computing it exactly would cost whoever computes it.
LARGEST_NUMBER = 10**12
MOST_DIGITS = 24
WHOLE_PERCENT = 100


class Unreadable(ValueError):
    """The case cannot be read; the message names the key and what is expected."""


def parse_json(text: str) -> Any:
    """JSON with exact numbers: no float is ever made. Raises Unreadable."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"JSON illisible : {error}") from error


class Keys:
    """The keys of one object. Each `take…` reads one and notes that it was read."""

    def __init__(self, raw: Any, name: str = "") -> None:
        if not isinstance(raw, dict):
            raise Unreadable(f"{name or 'inputs'} : attendu un objet")
        self._raw = raw
        self._name = name
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    def any_of(self, *keys: str) -> bool:
        return any(key in self._raw for key in keys)

    def take(self, key: str) -> Any:
        """The value as it is written, None when the key is absent."""
        self._read.add(key)
        return self._raw.get(key)

    def skip(self, *keys: str) -> None:
        """Keys that only inform."""
        self._read.update(keys)

    def number(self, key: str, default: Fraction | None = None) -> Fraction | None:
        value = self.take(key)
        return default if value is None else exact(self.label(key), value)

    def whole(self, key: str, default: int | None = None) -> int | None:
        value = self.number(key)
        if value is None:
            return default
        if value.denominator != 1:
            raise Unreadable(f"{self.label(key)} : attendu un entier")
        return int(value)

    def cents(self, key: str) -> int | None:
        """An amount in euros, in cents."""
        return self._scaled(key, 100)

    def minutes(self, key: str) -> int | None:
        """A number of hours, in minutes."""
        return self._scaled(key, 60)

    def _scaled(self, key: str, factor: int) -> int | None:
        value = self.number(key)
        if value is None:
            return None
        scaled = value * factor
        if scaled.denominator != 1 or scaled < 0:
            raise Unreadable(f"{self.label(key)} : montant impossible")
        return int(scaled)

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise Unreadable(f"{self.label(key)} : attendu true ou false")
        return value

    def day(self, key: str) -> date | None:
        value = self.take(key)
        return None if value is None else read_day(self.label(key), value)

    def year(self, key: str) -> int | None:
        value = self.whole(key)
        return None if value is None else read_years(self.label(key), value)[0]

    def percent(self, key: str) -> Fraction | None:
        value = self.number(key)
        if value is not None and value > WHOLE_PERCENT:
            raise Unreadable(f"{self.label(key)} : attendu de 0 à {WHOLE_PERCENT}")
        return value

    def above_zero(self, key: str) -> Fraction | None:
        value = self.number(key)
        if value == 0:
            raise Unreadable(f"{self.label(key)} : attendu un nombre au-dessus de zéro")
        return value

    def text(self, key: str, allowed: Iterable[str]) -> str | None:
        value = self.take(key)
        if value is None:
            return None
        known = list(allowed)
        if value not in known:
            raise Unreadable(f"{self.label(key)} : attendu {', '.join(known)}")
        return str(value)

    def label(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def finish(self) -> None:
        """Refuse what nobody read."""
        unknown = sorted(set(self._raw) - self._read)
        if unknown:
            raise Unreadable(f"clé inconnue ici : {', '.join(self.label(str(key)) for key in unknown)}")


def exact(name: str, value: Any) -> Fraction:
    """An exact number from zero on: an integer, a decimal or a fraction written "7/12"."""
    if isinstance(value, bool):
        raise Unreadable(f"{name} : attendu un nombre")
    if isinstance(value, Decimal) and not _reasonable(value):
        raise Unreadable(f"{name} : nombre trop grand ou trop précis")
    if isinstance(value, int | Decimal):
        number = Fraction(value)
        if not 0 <= number <= LARGEST_NUMBER:
            raise Unreadable(f"{name} : attendu un nombre de 0 à {LARGEST_NUMBER}")
        return number
    if isinstance(value, str) and len(value) <= MOST_DIGITS and _FRACTION.fullmatch(value):
        whole, _, below = value.partition("/")
        if below and int(below) == 0:
            raise Unreadable(f"{name} : division par zéro")
        return Fraction(whole) / Fraction(below or 1)
    raise Unreadable(f"{name} : attendu un nombre ou une fraction, lu {value!r}")


def _reasonable(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    return abs(value.adjusted()) <= MOST_DIGITS and len(value.as_tuple().digits) <= MOST_DIGITS


def read_day(name: str, value: Any) -> date:
    if not isinstance(value, str):
        raise Unreadable(f"{name} : attendu une date AAAA-MM-JJ")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Unreadable(f"{name} : attendu une date AAAA-MM-JJ, lu {value!r}") from error


def read_years(name: str, value: Any) -> list[int]:
    """The years of "2019", 2019 or "2015-2018", each in it."""
    found = _RANGE.fullmatch(str(value)) if isinstance(value, int | str) else None
    if found is None or isinstance(value, bool):
        raise Unreadable(f"{name} : attendu une année ou une suite d’années, lu {value!r}")
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if last < first or first < FIRST_LIKELY_YEAR or last > LAST_LIKELY_YEAR:
        raise Unreadable(f"{name} : années impossibles, lu {value!r}")
    return list(range(first, last + 1))

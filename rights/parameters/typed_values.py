"""One value of the file, read as its unit asks; a value of another type is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from rights.enums import Scheme
from rights.parameters.needed import CHOICES
from rights.parameters.types import InvalidParameters, ParameterUnit, PostingDay, Value

_SHARE = re.compile(r"[0-9]+(?:/[1-9][0-9]*)?")
_POSTING_DAY = re.compile(r"\+(?P<later>[0-9]) (?P<month>[0-9]{2})-(?P<day>[0-9]{2})")


def typed_value(name: str, unit: ParameterUnit, value: Any) -> Value:
    """The value in its Python type; None stays None, whatever the unit. Raises InvalidParameters."""
    if value is None:
        return None
    return _READERS.get(unit, _number)(name, value)


def _number(name: str, value: Any) -> int:
    # bool is an int in Python; a float would bring back rounding that the law does not know.
    if type(value) is not int or value < 0:
        raise InvalidParameters(f"{name} : attendu un entier positif ou nul, lu {value!r}")
    return value


def _ratio(name: str, value: Any) -> Fraction:
    if not isinstance(value, str) or not _SHARE.fullmatch(value):
        raise InvalidParameters(f'{name} : attendu une part écrite "1/2", lu {value!r}')
    return Fraction(value)


def _date(name: str, value: Any) -> date:
    if type(value) is not date:
        raise InvalidParameters(f"{name} : attendu une date, lu {value!r}")
    return value


def _posting_day(name: str, value: Any) -> PostingDay:
    found = _POSTING_DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidParameters(f'{name} : attendu un jour écrit "+1 04-01", lu {value!r}')
    wanted = PostingDay(int(found["later"]), int(found["month"]), int(found["day"]))
    try:
        # A year that is not a leap one: a day that exists every year.
        wanted.of(2022)
    except ValueError as error:
        raise InvalidParameters(f"{name} : {value!r} n’existe pas chaque année") from error
    return wanted


def _choice(name: str, value: Any) -> str:
    allowed = CHOICES.get(name)
    if not isinstance(value, str) or (allowed is not None and value not in allowed):
        raise InvalidParameters(
            f"{name} : attendu un choix parmi {', '.join(sorted(allowed or ()))}, lu {value!r}"
        )
    return value


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise InvalidParameters(f"{name} : attendu une liste de noms, lu {value!r}")
    if len(set(value)) != len(value):
        raise InvalidParameters(f"{name} : un nom est écrit deux fois")
    return tuple(value)


def _schemes(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not set(value) <= set(Scheme.values):
        raise InvalidParameters(f"{name} : attendu une liste de droits parmi {', '.join(Scheme.values)}")
    return _names(name, value)


_READERS: dict[ParameterUnit, Callable[[str, Any], Value]] = {
    ParameterUnit.RATIO: _ratio,
    ParameterUnit.DATE: _date,
    ParameterUnit.POSTING_DAY: _posting_day,
    ParameterUnit.CHOICE: _choice,
    ParameterUnit.NAMES: _names,
    ParameterUnit.SCHEMES: _schemes,
}

"""What a case comes to, and how it is printed and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from rights.rules.derivation import Derivation

Number = int | Fraction
Result = int | Fraction | date | bool | str

UNITS = ("EUR", "h", "points", "days", "quarters", "date", "bool", "SMIC")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Outcome:
    """The value in `unit` (EUR, h, points, days, quarters, SMIC, date, bool), details by name, and the workings."""

    value: Result
    unit: str
    details: dict[str, Result] = field(default_factory=dict)
    derivations: tuple[Derivation, ...] = ()
    refusal: str = ""


def printed(value: Result, unit: str = "") -> str:
    """Amounts with a point and two decimals, dates as ISO, true or false, other numbers as short as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    hundredths = to_hundredths(value)
    if unit == "EUR":
        return str(hundredths)
    # Never with an exponent: 400 hours are not "4E+2".
    return f"{hundredths.normalize():f}"


def to_hundredths(value: Number) -> Decimal:
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(HUNDREDTH, ROUND_HALF_UP)


def same(computed: Result | None, expected: Any) -> bool:
    """Equality by value: 2 is 2.0, amounts to the hundredth; True is not 1."""
    if computed is None:
        return False
    if isinstance(computed, bool) or isinstance(expected, bool):
        return printed(computed) == str(expected).lower()
    if isinstance(computed, date | str):
        return printed(computed) == str(expected)
    try:
        wanted = Decimal(str(expected))
    except ArithmeticError:
        return False
    return wanted.is_finite() and to_hundredths(computed) == wanted.quantize(HUNDREDTH, ROUND_HALF_UP)

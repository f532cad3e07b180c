"""The numbers of a derivation as people read them."""

from __future__ import annotations

from fractions import Fraction

from cpa_portal.kernel.money import SPACE, format_euros
from rights.enums import Unit
from rights.rules.derivation import Exact, Measure, Rounding
from rights.wording.amounts import format_amount

_COUNTED = {
    Measure.DAYS: ("jour", "jours"),
    Measure.MONTHS: ("mois", "mois"),
    Measure.QUARTERS: ("trimestre", "trimestres"),
    Measure.YEARS: ("an", "ans"),
}
_OF_COUNTERS = frozenset({Measure.CENTS, Measure.MINUTES, Measure.POINTS})
_RATES = {Measure.CENTS_PER_HOUR: "l’heure", Measure.CENTS_PER_POINT: "le point"}

ROUNDINGS = {
    Rounding.CENT_UP: "au centime supérieur",
    Rounding.HOUR_UP: "à l’heure entière supérieure",
    Rounding.HOUR_NEAREST: "à l’heure la plus proche",
    Rounding.HOUR_DOWN: "à l’heure entière inférieure",
    Rounding.UNIT_DOWN: "à l’unité inférieure",
    Rounding.UNIT_NEAREST: "à l’unité la plus proche",
    Rounding.UNIT_UP: "à l’unité supérieure",
}


def format_exact(value: Exact, unit: Measure) -> str:
    """The number with its unit; one that does not end is given as its fraction: `3/10`, `600/1607`."""
    if isinstance(value, Fraction) and value.denominator != 1:
        return _fraction(value, unit)
    whole = int(value)
    if unit in _OF_COUNTERS:
        return format_amount(whole, Unit(unit.value))
    if unit in _RATES:
        return f"{format_euros(whole)} {_RATES[unit]}"
    if unit is Measure.MINUTES_PER_POINT:
        return f"{format_amount(whole, Unit.MINUTES)} par point"
    if unit in _COUNTED:
        one, several = _COUNTED[unit]
        return f"{whole}{SPACE}{several if whole > 1 else one}"
    return str(whole)


def _fraction(value: Fraction, unit: Measure) -> str:
    if unit is Measure.CENTS:
        return f"{value.numerator}/{value.denominator} centime"
    if unit is Measure.MINUTES:
        return f"{value.numerator}/{value.denominator} minute"
    return f"{value.numerator}/{value.denominator}"

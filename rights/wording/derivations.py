"""The numbers of a derivation as people read them."""

from __future__ import annotations

from fractions import Fraction

from cpa_portal.kernel.money import SPACE, format_euros
from rights.enums import Unit
from rights.rules.derivation import Exact, Measure, Operation, Rounding, Step, applied
from rights.wording.amounts import format_amount

_COUNTED = {
    Measure.DAYS: ("jour", "jours"),
    Measure.MONTHS: ("mois", "mois"),
    Measure.QUARTERS: ("trimestre", "trimestres"),
    Measure.YEARS: ("an", "ans"),
}
_OF_COUNTERS = frozenset({Measure.CENTS, Measure.MINUTES, Measure.POINTS})
_RATES = {Measure.CENTS_PER_HOUR: "l’heure", Measure.CENTS_PER_POINT: "le point"}

_SIGNS = {
    Operation.SUM: " + ",
    Operation.DIFFERENCE: " − ",
    Operation.ROOM: " − ",
    Operation.PRODUCT: " × ",
    Operation.AT_RATE: " × ",
    Operation.INTO_HOURS: " ÷ ",
}
_CHOSEN = {Operation.SMALLEST: "Le plus petit", Operation.LARGEST: "Le plus grand"}
# With one operand there is nothing to write: the amount is the operand.
FEWEST_OPERANDS = 2
DECIMALS = 4
_SCALES = {Measure.CENTS: (100, "€"), Measure.MINUTES: (60, "h")}

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
    """The number with its unit; one that does not end is given as its fraction: `3/10 (30 %)`."""
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


def format_formula(step: Step) -> str:
    """The step as one writes it on paper: `500,00 € × 3/10 = 150,00 €`; empty when nothing is computed.

    What is rounded is shown as it was before: `24 h × 4/5 = 19,2 h, arrondi à l’heure entière supérieure : 20 h`.
    """
    numbers = [format_exact(operand.value, operand.unit) for operand in step.operands]
    if not step.operation or len(numbers) < FEWEST_OPERANDS:
        return ""
    result = format_exact(step.amount, step.unit)
    if step.operation in _CHOSEN:
        return f"{_CHOSEN[step.operation]} entre {', '.join(numbers[:-1])} et {numbers[-1]} : {result}"
    written = _SIGNS[step.operation].join(numbers)
    if step.operation is Operation.ROOM and step.operands[0].value < sum(o.value for o in step.operands[1:]):
        return f"{written} : moins que zéro, donc {result}"
    exact = applied(step.operation, [Fraction(operand.value) for operand in step.operands])
    if exact == step.amount:
        return f"{written} = {result}"
    if step.rounding:
        return f"{written} {_decimal(exact, step.unit)}, arrondi {ROUNDINGS[step.rounding]} : {result}"
    return f"{written} = {result}"


def _decimal(exact: Fraction, unit: Measure) -> str:
    """`= 19,2 h`, or `≈ 186,6833 €` when the decimals do not end."""
    scale, symbol = _SCALES.get(unit, (1, ""))
    value = exact / scale
    shown = round(value * 10**DECIMALS)
    sign = "=" if Fraction(shown, 10**DECIMALS) == value else "≈"
    whole, below = divmod(shown, 10**DECIMALS)
    decimals = f"{below:0{DECIMALS}}".rstrip("0")
    grouped = f"{whole:,}".replace(",", SPACE)
    return f"{sign} {grouped}{',' if decimals else ''}{decimals}{SPACE if symbol else ''}{symbol}"


def _fraction(value: Fraction, unit: Measure) -> str:
    if unit is Measure.RATIO:
        percent = _decimal(value * 100, unit).removeprefix("= ")
        return f"{value.numerator}/{value.denominator} ({percent}{SPACE}%)"
    if unit is Measure.CENTS:
        return f"{value.numerator}/{value.denominator} centime"
    if unit is Measure.MINUTES:
        return f"{value.numerator}/{value.denominator} minute"
    return f"{value.numerator}/{value.denominator}"

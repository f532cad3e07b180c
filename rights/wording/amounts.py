from cpa_portal.kernel.money import format_euros, format_hours
from cpa_portal.kernel.money.formatting import MINUS, SPACE
from rights.enums import Unit


def format_amount(amount: int, unit: str, *, signed: bool = False) -> str:
    """An amount in its unit: `1 234,56 €`, `24 h 30`, `26 points`; with `signed`, a `+` before what is added."""
    if unit == Unit.CENTS:
        return format_euros(amount, signed=signed)
    if unit == Unit.MINUTES:
        return format_hours(amount, signed=signed)
    return _points(amount, signed)


def _points(amount: int, signed: bool) -> str:
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{sign}{abs(amount)}{SPACE}point{'s' if abs(amount) > 1 else ''}"

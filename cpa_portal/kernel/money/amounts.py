"""Making amounts and rounding exact results; what is rounded is a Fraction or a Decimal, never a float."""

import math
from decimal import Decimal
from fractions import Fraction

MINUTES_PER_HOUR = 60
CENTS_PER_EURO = 100

Exact = int | Decimal | Fraction


def euros(amount: int | str | Decimal, cents: int = 0) -> int:
    """Cents from euros: `euros(5_000)`, `euros(12, 50)`, `euros("12.50")`, `euros(Decimal("12.50"))`.

    Raises TypeError for a float or a boolean, ValueError for a fraction of a cent. What people type goes
    through `parse_euros`.
    """
    exact = _exact(Decimal(amount) if isinstance(amount, str) else amount) * CENTS_PER_EURO
    if exact.denominator != 1:
        raise ValueError("an amount in euros has at most two decimals")
    if not 0 <= cents < CENTS_PER_EURO or (cents and exact < 0):
        raise ValueError("the cents go from 0 to 99, beside a positive number of euros")
    return exact.numerator + cents


def hours(whole: int, minutes: int = 0) -> int:
    """Minutes from hours: `hours(24, 30)` is 1,470. Raises ValueError for minutes beyond 0 to 59."""
    if not 0 <= minutes < MINUTES_PER_HOUR or (minutes and whole < 0):
        raise ValueError("the minutes go from 0 to 59, beside a positive number of hours")
    return whole * MINUTES_PER_HOUR + minutes


def ceil_to_cent(cents: Exact) -> int:
    """An exact number of cents, rounded up (towards the holder for a right). Raises TypeError for a float."""
    return math.ceil(_exact(cents))


def floor_to_cent(cents: Exact) -> int:
    """An exact number of cents, rounded down. Raises TypeError for a float."""
    return math.floor(_exact(cents))


def round_half_up_to_cent(cents: Exact) -> int:
    """An exact number of cents, to the nearest; a half goes away from zero, as French law words it
    (Python's own `round` sends it to the even neighbour). Raises TypeError for a float."""
    exact = _exact(cents)
    nearest = math.floor(abs(exact) + Fraction(1, 2))
    return nearest if exact >= 0 else -nearest


def _exact(value: Exact) -> Fraction:
    # A boolean is an int for Python, a float would bring its binary error in: both are slips of code.
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise TypeError(f"an exact number is needed, not {type(value).__name__}")
    return Fraction(value)

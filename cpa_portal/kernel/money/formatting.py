"""How amounts and durations read in French."""

from cpa_portal.kernel.money.amounts import CENTS_PER_EURO, MINUTES_PER_HOUR

# Narrow no-break space, between groups of digits and before a unit (Lexique des règles typographiques en
# usage à l'Imprimerie nationale): a number never breaks over two lines.
SPACE = "\u202f"
# The true minus sign: screen readers say "moins", which they do not for a hyphen.
MINUS = "\u2212"


def format_euros(cents: int, *, signed: bool = False) -> str:
    """`1 234,56 €`; with `signed`, a `+` before a positive amount (movements of a counter)."""
    whole, rest = divmod(abs(cents), CENTS_PER_EURO)
    return f"{_sign(cents, signed)}{_grouped(whole)},{rest:02d}{SPACE}€"


def format_hours(minutes: int, *, signed: bool = False) -> str:
    """`24 h`, `24 h 30`, `45 min`; `0 h` for nothing."""
    whole, rest = divmod(abs(minutes), MINUTES_PER_HOUR)
    if rest and not whole:
        text = f"{rest}{SPACE}min"
    else:
        text = f"{_grouped(whole)}{SPACE}h" + (f"{SPACE}{rest:02d}" if rest else "")
    return _sign(minutes, signed) + text


def _grouped(whole: int) -> str:
    return f"{whole:,}".replace(",", SPACE)


def _sign(number: int, signed: bool) -> str:
    if number < 0:
        return MINUS
    return "+" if signed and number > 0 else ""

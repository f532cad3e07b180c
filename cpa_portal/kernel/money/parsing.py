"""Reading an amount that a person typed or a file holds."""

import re
from enum import StrEnum

MAXIMUM_CENTS = 999_999_999_99

_SPACES = str.maketrans("", "", " \u00a0\u202f")
_AMOUNT = re.compile(r"(?P<minus>[-\u2212]?)(?P<whole>[0-9]+)(?:[.,](?P<decimals>[0-9]*))?")
# Groups of three, so that "1 2" is not read as twelve.
_GROUPED = re.compile(r"[-\u2212]?(?:[0-9]+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:[.,].*)?")


class AmountFault(StrEnum):
    FORM = "form"
    DECIMALS = "decimals"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"


_MESSAGES = {
    AmountFault.FORM: "Saisissez un montant en euros, par exemple 1 250 ou 12,50.",
    AmountFault.DECIMALS: "Saisissez au plus deux chiffres après la virgule.",
    AmountFault.NEGATIVE: "Saisissez un montant positif.",
    AmountFault.TOO_LARGE: "Ce montant est trop élevé.",
}


class InvalidAmount(ValueError):
    """`code` names the rule, `message` is a French sentence for the person."""

    def __init__(self, code: AmountFault) -> None:
        super().__init__(code)
        self.code = code
        self.message = _MESSAGES[code]


def parse_euros(text: str, *, negative: bool = False, maximum_cents: int = MAXIMUM_CENTS) -> int:
    """Cents of `12,50`, `12.5`, `1 250`, `1 250,00 €`. Raises InvalidAmount.

    Comma and point both separate decimals (numeric keypads write a point), never thousands: `1.250` has
    three decimals and is refused rather than guessed. `negative` lets a minus sign through.
    """
    stripped = text.strip().removesuffix("€").rstrip(" \u00a0\u202f")
    found = _AMOUNT.fullmatch(stripped.translate(_SPACES))
    if found is None or not _GROUPED.fullmatch(stripped) or found["decimals"] == "":
        raise InvalidAmount(AmountFault.FORM)
    decimals = found["decimals"] or ""
    if len(decimals) > 2:
        raise InvalidAmount(AmountFault.DECIMALS)
    # Measured before the conversion: Python refuses to read a number of thousands of digits.
    if len(found["whole"].lstrip("0")) > len(str(maximum_cents)):
        raise InvalidAmount(AmountFault.TOO_LARGE)
    return _bounded(int(found["whole"] + decimals.ljust(2, "0")), found["minus"], negative, maximum_cents)


def _bounded(cents: int, minus: str, negative: bool, maximum_cents: int) -> int:
    if minus and not negative:
        raise InvalidAmount(AmountFault.NEGATIVE)
    if cents > maximum_cents:
        raise InvalidAmount(AmountFault.TOO_LARGE)
    return -cents if minus else cents

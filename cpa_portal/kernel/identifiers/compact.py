"""First step of every check: one spelling, in ASCII."""

from cpa_portal.kernel.identifiers.errors import Cause, InvalidIdentifier

# What people and office software put between groups of digits: space, no-break and narrow no-break space.
_SPACES = str.maketrans("", "", " \u00a0\u202f\t\r\n")


def compact(value: str, *, field: str, noun: str) -> str:
    """The value without spaces, in capitals. Raises InvalidIdentifier (`caracteres`) beyond ASCII.

    Capitals are taken after the test on ASCII: Python would turn other letters into ASCII ones, and
    accepts digits of every script as digits.
    """
    text = value.translate(_SPACES)
    if not text.isascii() or not text.isprintable():
        message = f"{noun} contient un caractère qui n’est ni un chiffre ni une lettre de A à Z."
        raise InvalidIdentifier(field=field, cause=Cause.CHARACTERS, message=message)
    return text.upper()

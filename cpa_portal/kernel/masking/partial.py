"""Partial display: enough for the person to recognise their own data, not enough for another to use it."""

from cpa_portal.kernel.identifiers import format_nir

BULLET = "•"
# Shorter secrets would lose too much of their strength with four characters shown.
SHORTEST_TOKEN_SHOWN = 20
TOKEN_CHARACTERS_SHOWN = 4


def mask_nir(nir: str) -> str:
    """`1 •• •• •• ••• ••• 49`: sex and key, no birth date nor place. Any other text is hidden whole."""
    groups = format_nir(nir).split(" ")
    if [len(group) for group in groups] != [1, 2, 2, 2, 3, 3, 2]:
        return BULLET * 3
    return " ".join([groups[0], *(BULLET * len(group) for group in groups[1:-1]), groups[-1]])


def mask_email(email: str) -> str:
    """`j•••@exemple.fr`; the number of hidden letters is not told."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}{BULLET * 3}@{domain}" if at and local and domain else BULLET * 3


def mask_phone(phone: str) -> str:
    """The last two digits only: `•• •• •• •• 78`."""
    digits = "".join(character for character in phone if character.isdigit())
    return f"{BULLET * 2} " * 4 + digits[-2:] if len(digits) >= 6 else BULLET * 3


def mask_token(token: str) -> str:
    """The first four characters of a long token, enough to tell two of them apart in a list."""
    shown = token[:TOKEN_CHARACTERS_SHOWN] if len(token) >= SHORTEST_TOKEN_SHOWN else ""
    return f"{shown}{BULLET * 3}"

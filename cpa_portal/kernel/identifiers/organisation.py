"""SIREN and SIRET of an organisation, and its declaration number as a training organisation (NDA)."""

import re
from typing import Protocol

from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from cpa_portal.kernel.identifiers.compact import compact
from cpa_portal.kernel.identifiers.errors import Cause, InvalidIdentifier

NDA_LENGTH = 11
# Written in real feeds by organisations that have no number to give.
_NDA_DIGITS = "Le numéro de déclaration d’activité ne comporte que des chiffres."
PLACEHOLDERS = {"0" * NDA_LENGTH: Cause.ZEROS, "9" * NDA_LENGTH: Cause.SPECIMEN}


class _Checker(Protocol):
    """The part of a python-stdnum module that is used here."""

    def validate(self, number: str) -> str: ...


def normalise_siren(value: str, *, field: str = "siren") -> str:
    """The 9 digits of a valid SIREN. Raises InvalidIdentifier."""
    return _normalise_sirene_number(
        value, length=9, field=field, noun="Le numéro SIREN", checker=stdnum_siren
    )


def normalise_siret(value: str, *, field: str = "siret") -> str:
    """The 14 digits of a valid SIRET. Raises InvalidIdentifier.

    The establishments of La Poste other than its head office follow another key: the sum of their digits
    is a multiple of five.
    """
    return _normalise_sirene_number(
        value, length=14, field=field, noun="Le numéro SIRET", checker=stdnum_siret
    )


def normalise_nda(value: str, *, field: str = "nda") -> str:
    """The 11 characters of a declaration number (Code du travail, L. 6351-1). Raises InvalidIdentifier.

    Digits, the numbers issued in Corsica having 2A or 2B as their second pair. There is no key.
    """
    nda = compact(value, field=field, noun="Le numéro de déclaration d’activité")
    if not re.fullmatch(r"[0-9]*(?:2[AB])?[0-9]*", nda):
        raise _refusal(field, Cause.CHARACTERS, _NDA_DIGITS)
    if len(nda) != NDA_LENGTH:
        raise _refusal(field, Cause.LENGTH, "Le numéro de déclaration d’activité comporte 11 caractères.")
    if not re.fullmatch(r"[0-9]{2}(?:[0-9]{2}|2[AB])[0-9]{7}", nda):
        raise _refusal(field, Cause.CHARACTERS, _NDA_DIGITS)
    if nda in PLACEHOLDERS:
        message = "Ce numéro de déclaration d’activité n’est attribué à aucun organisme."
        raise _refusal(field, PLACEHOLDERS[nda], message)
    return nda


def _normalise_sirene_number(value: str, *, length: int, field: str, noun: str, checker: _Checker) -> str:
    number = compact(value, field=field, noun=noun)
    if not re.fullmatch(r"[0-9]*", number):
        raise _refusal(field, Cause.CHARACTERS, f"{noun} ne comporte que des chiffres.")
    if len(number) != length:
        raise _refusal(field, Cause.LENGTH, f"{noun} comporte {length} chiffres.")
    if set(number[:9]) == {"0"}:
        raise _refusal(field, Cause.ZEROS, f"{noun} ne peut pas être composé de zéros.")
    try:
        return checker.validate(number)
    except StdnumError:
        raise _refusal(field, Cause.KEY, f"{noun} est inexact : vérifiez chaque chiffre.") from None


def _refusal(field: str, cause: Cause, message: str) -> InvalidIdentifier:
    return InvalidIdentifier(field=field, cause=cause, message=message)

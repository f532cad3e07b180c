"""The registration number of a natural person (NIR) and the temporary numbers of the same form.

Source: INSEE, structure of the NIR (decree 82-103); python-stdnum checks form and key, and accepts a
month 13, an order 000, a sex 0 and all zeros: the other rules are ours.
"""

import re
from enum import StrEnum

from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import nir as stdnum_nir

from cpa_portal.kernel.identifiers.compact import compact
from cpa_portal.kernel.identifiers.errors import Cause, InvalidIdentifier

NIR_LENGTH = 15
# Printed on the specimen of the Vitale card: its key is right and it belongs to nobody.
SPECIMENS = frozenset({"269054958815780"})
# Calendar months; 20-42 and 50-99 stand for a month that the civil status does not give.
MONTHS = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})

_FORM = re.compile(r"[0-9]{5}(?:[0-9]{2}|2A|2B)[0-9]{8}")


class NIRKind(StrEnum):
    """A number certified by INSEE, or one given while waiting for it."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"


_KINDS = {
    "1": NIRKind.PERMANENT,
    "2": NIRKind.PERMANENT,
    "3": NIRKind.TEMPORARY,
    "4": NIRKind.TEMPORARY,
    "7": NIRKind.TEMPORARY,
    "8": NIRKind.TEMPORARY,
}

_MESSAGES = {
    Cause.CHARACTERS: "Le numéro de sécurité sociale ne comporte que des chiffres (2A ou 2B en Corse).",
    Cause.LENGTH: "Le numéro de sécurité sociale comporte 15 caractères, clé comprise.",
    Cause.SPECIMEN: "Ce numéro est celui du modèle imprimé sur les cartes Vitale de démonstration.",
    Cause.SEX: "Le premier chiffre du numéro de sécurité sociale n’est pas reconnu.",
    Cause.MONTH: "Le mois de naissance contenu dans le numéro de sécurité sociale n’est pas reconnu.",
    Cause.PLACE: "Le lieu de naissance contenu dans le numéro de sécurité sociale n’est pas reconnu.",
    Cause.ORDER: "Le numéro d’ordre contenu dans le numéro de sécurité sociale n’est pas reconnu.",
    Cause.KEY: "La clé du numéro de sécurité sociale (les deux derniers chiffres) ne correspond pas.",
    Cause.KIND: "Un numéro d’attente est demandé ici, et non un numéro de sécurité sociale définitif.",
}


def normalise_nir(value: str, *, field: str = "nir") -> str:
    """The 15 characters of a valid number, permanent or temporary: no space, capital A or B for Corsica.

    Raises InvalidIdentifier with the first rule that fails: characters, length, specimen, sex, month,
    place, order, key.
    """
    nir = compact(value, field=field, noun="Le numéro de sécurité sociale")
    cause = _first_fault(nir)
    if cause is not None:
        raise InvalidIdentifier(field=field, cause=cause, message=_MESSAGES[cause])
    return nir


def normalise_temporary_number(value: str, *, field: str = "nia") -> str:
    """The same for a field that takes only a temporary number (NIA). Raises InvalidIdentifier."""
    number = normalise_nir(value, field=field)
    if nir_kind(number) is not NIRKind.TEMPORARY:
        raise InvalidIdentifier(field=field, cause=Cause.KIND, message=_MESSAGES[Cause.KIND])
    return number


def nir_kind(nir: str) -> NIRKind:
    """The kind of a normalised number, read from its first digit."""
    return _KINDS[nir[0]]


def nir_with_key(first_13: str) -> str:
    """The full number from its 13 first characters. Raises InvalidIdentifier if the result is no NIR."""
    body = compact(first_13, field="nir", noun="Le numéro de sécurité sociale")
    cause = Cause.LENGTH if len(body) != NIR_LENGTH - 2 else None
    if cause is None and not _FORM.fullmatch(f"{body}00"):
        cause = Cause.CHARACTERS
    if cause is not None:
        raise InvalidIdentifier(field="nir", cause=cause, message=_MESSAGES[cause])
    return normalise_nir(body + stdnum_nir.calc_check_digits(body))


def format_nir(nir: str) -> str:
    """A normalised number in its usual groups: `1 85 01 75 056 001 49`."""
    return stdnum_nir.format(nir)


def _first_fault(nir: str) -> Cause | None:
    if not re.fullmatch(r"[0-9]*(?:[0-9]2[AB])?[0-9]*", nir):
        return Cause.CHARACTERS
    if len(nir) != NIR_LENGTH:
        return Cause.LENGTH
    if not _FORM.fullmatch(nir):
        return Cause.CHARACTERS
    if nir in SPECIMENS:
        return Cause.SPECIMEN
    return _fault_of_parts(nir) or _fault_of_key(nir)


def _fault_of_parts(nir: str) -> Cause | None:
    if nir[0] not in _KINDS:
        return Cause.SEX
    if int(nir[3:5]) not in MONTHS:
        return Cause.MONTH
    # No département 00, no commune 000; the rest of the official geographic code changes with the years
    # and a person keeps the code of the day of birth, so that nothing more can be refused.
    if nir[5:7] == "00" or nir[7:10] == "000":
        return Cause.PLACE
    return Cause.ORDER if nir[10:13] == "000" else None


def _fault_of_key(nir: str) -> Cause | None:
    try:
        stdnum_nir.validate(nir)
    except StdnumError:
        return Cause.KEY
    return None

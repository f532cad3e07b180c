"""The values of a file that agents may correct: how each is read, checked and shown. Pure but for the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.models import Certification
from cpa_portal.kernel.identifiers import (
    InvalidIdentifier,
    certification_code,
    normalise_nda,
    normalise_siret,
)
from rights.facts import CORRECTABLE
from rights.models import TrainingFile

Value = str | int
# What neither a message (XML 1.0, §2.2) nor the database can hold.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What was there and what replaces it, by field.
Changes = dict[str, list[Value]]


@dataclass(frozen=True)
class Field:
    """`column` names it in a sheet; `read` gives its one writing or raises ValueError with a sentence."""

    column: str
    label: str
    read: Callable[[str], Value]


def _text(longest: int, *, required: bool) -> Callable[[str], Value]:
    def read(written: str) -> Value:
        value = " ".join(written.split())
        if _UNWRITABLE.search(value):
            raise ValueError(
                "Cette valeur contient un caractère invisible qui ne peut pas être transmis : saisissez-la à la main."
            )
        if required and not value:
            raise ValueError("Cette valeur ne peut pas être vide.")
        if len(value) > longest:
            raise ValueError(f"Cette valeur compte plus de {longest} caractères.")
        return value

    return read


def _identifier(read: Callable[[str], str], *, required: bool) -> Callable[[str], Value]:
    """The identifier in its one writing; the sentence of a wrong one, without the technical name of its field."""

    def checked(written: str) -> Value:
        if not written.strip() and not required:
            return ""
        try:
            return read(written)
        except InvalidIdentifier as problem:
            raise ValueError(problem.message) from None

    return checked


def _known_certification(written: str) -> str:
    code = certification_code(written)
    if not Certification.objects.filter(pk=code).exists():
        raise ValueError(f"La certification {code} n’est pas dans nos registres.")
    return code


def _minutes(written: str) -> Value:
    if not (written.strip().isdecimal() and int(written) < 1_000_000):
        raise ValueError("La durée est un nombre entier de minutes.")
    return int(written)


FIELDS: dict[str, Field] = {
    "organisation_siret": Field("siret", "SIRET de l’organisme", _identifier(normalise_siret, required=True)),
    "nda": Field("nda", "Numéro de déclaration d’activité", _identifier(normalise_nda, required=False)),
    "certification_code": Field(
        "certification", "Certification (RNCP ou RS)", _identifier(_known_certification, required=False)
    ),
    "title": Field("intitule", "Intitulé de la formation", _text(500, required=True)),
    "hours_minutes": Field("duree_minutes", "Durée, en minutes", _minutes),
    "place": Field("lieu", "Lieu", _text(250, required=False)),
}
assert set(FIELDS) == set(CORRECTABLE)


def changes_of(training_file: TrainingFile, written: Mapping[str, str]) -> Changes:
    """What the values written change in the file, empty when nothing. Raises ValueError naming the field."""
    changes: Changes = {}
    for name, text in written.items():
        field, before = FIELDS[name], getattr(training_file, name)
        # As it stands, right or wrong: nobody asked to change it.
        if text.strip() == str(before):
            continue
        try:
            after = field.read(text)
        except ValueError as problem:
            raise ValueError(f"{field.label} : {problem}") from None
        if after != before:
            changes[name] = [before, after]
    return changes


def told_changes(changes: Changes) -> str:
    """The fields corrected, in words for the history of the file."""
    return ", ".join(FIELDS[name].label for name in FIELDS if name in changes)

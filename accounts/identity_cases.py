"""Worked cases of identity matching, as a file: who is held, who someone says to be, what must come out.

The columns are described in docs/identity.md.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.enums import Sex
from accounts.rules.birth_dates import BirthDate
from accounts.rules.identity import (
    Ambiguous,
    ClaimedIdentity,
    HeldIdentity,
    Match,
    birthplace_of_number,
    match_identity,
)
from accounts.rules.typed_numbers import typed_nir
from cpa_portal.kernel.identifiers import normalise_nir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MATCH, NO_MATCH, AMBIGUOUS, OTHER_PERSON = "match", "no_match", "ambiguous", "other_person"
EXPECTED = (MATCH, NO_MATCH, AMBIGUOUS)
COLUMNS = (
    "id", "expected", "note", "also_held",
    "held_numbers", "held_birth_name", "held_usual_name", "held_first_names", "held_birth_date", "held_sex",
    "held_birthplace", "held_deceased_on",
    "claimed_number", "claimed_birth_name", "claimed_first_names", "claimed_birth_date", "claimed_sex",
    "claimed_birthplace",
)  # fmt: skip
# Those that a file may leave out: an absent column is an empty one.
OPTIONAL = {
    "note", "also_held", "held_usual_name", "held_first_names", "held_sex", "held_birthplace", "held_deceased_on",
    "claimed_first_names", "claimed_sex", "claimed_birthplace",
}  # fmt: skip


class UnusableFile(Exception):
    """The file as a whole cannot be read: the message says why."""


class UnreadableCase(Exception):
    """One row does not say what it must: the message says which column and why."""


@dataclass(frozen=True)
class IdentityCase:
    """One row: `held` is None when nobody is held, `claimed` is None when the form itself would refuse the answer."""

    id: str
    expected: str
    held: HeldIdentity[str] | None
    claimed: ClaimedIdentity | None
    also_held: tuple[str, ...] = ()


@dataclass
class CaseFile:
    """The rows in their order, and what is wrong with those that cannot be read, by their identifier."""

    cases: dict[str, IdentityCase] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def read_cases(lines: Iterable[str]) -> CaseFile:
    """Every row of a CSV with a header. Raises UnusableFile without the columns of COLUMNS that are not optional."""
    rows = csv.DictReader(lines)
    missing = set(COLUMNS) - OPTIONAL - set(rows.fieldnames or ())
    if missing:
        raise UnusableFile(f"colonnes absentes : {', '.join(sorted(missing))}")
    file = CaseFile()
    for rank, row in enumerate(rows, start=2):
        identifier = (row.get("id") or "").strip() or f"ligne {rank}"
        try:
            if identifier in file.cases:
                raise UnreadableCase("id : déjà donné à une autre ligne")
            file.cases[identifier] = _case(identifier, row)
        except UnreadableCase as problem:
            file.unreadable[identifier] = str(problem)
    return file


def computed(case: IdentityCase, file: CaseFile) -> str:
    """What the rule answers when the people of the row, and of the rows that it names, are held."""
    if case.claimed is None:
        return NO_MATCH
    outcome = match_identity(case.claimed, list(_register(case, file)))
    if isinstance(outcome, Ambiguous):
        return AMBIGUOUS
    if isinstance(outcome, Match):
        return MATCH if outcome.key == case.id else OTHER_PERSON
    return NO_MATCH


def _register(case: IdentityCase, file: CaseFile) -> Iterator[HeldIdentity[str]]:
    for identifier in (case.id, *case.also_held):
        neighbour = file.cases.get(identifier)
        if neighbour is not None and neighbour.held is not None:
            yield neighbour.held


def _case(identifier: str, row: dict[str, str | None]) -> IdentityCase:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if cells["expected"] not in EXPECTED:
        raise UnreadableCase(f"expected : attendu {', '.join(EXPECTED)}")
    return IdentityCase(
        id=identifier,
        expected=cells["expected"],
        held=_held(identifier, cells) if cells["held_birth_name"] else None,
        claimed=_claimed(cells),
        also_held=tuple(part.strip() for part in cells["also_held"].split(";") if part.strip()),
    )


def _held(identifier: str, cells: dict[str, str]) -> HeldIdentity[str]:
    try:
        numbers = [normalise_nir(part) for part in cells["held_numbers"].split(";") if part.strip()]
    except ValueError as problem:
        raise UnreadableCase("held_numbers : un numéro n’est pas valide") from problem
    places = {cells["held_birthplace"], *(birthplace_of_number(number) for number in numbers)}
    return HeldIdentity(
        key=identifier,
        birth_name=cells["held_birth_name"],
        usual_name=cells["held_usual_name"],
        first_names=cells["held_first_names"],
        birth_date=_held_date(cells["held_birth_date"]),
        sex=_sex("held_sex", cells["held_sex"]),
        birthplaces=frozenset(places - {""}),
        numbers=frozenset(numbers),
        is_deceased=bool(cells["held_deceased_on"]),
    )


def _claimed(cells: dict[str, str]) -> ClaimedIdentity | None:
    """None for an answer that the form refuses by itself: a wrong key, a date that does not exist."""
    try:
        numbers = frozenset({typed_nir(cells["claimed_number"])} if cells["claimed_number"] else ())
        birth_date = BirthDate.parse(cells["claimed_birth_date"])
    except ValueError:
        return None
    return ClaimedIdentity(
        birth_name=cells["claimed_birth_name"],
        first_names=cells["claimed_first_names"],
        birth_date=birth_date,
        sex=_sex("claimed_sex", cells["claimed_sex"]),
        birthplace=cells["claimed_birthplace"],
        numbers=numbers,
    )


def _held_date(text: str) -> BirthDate | None:
    try:
        return BirthDate.parse(text) if text else None
    except ValueError as problem:
        raise UnreadableCase(
            "held_birth_date : attendu AAAA-MM-JJ, 00 pour un mois ou un jour inconnu"
        ) from problem


def _sex(column: str, text: str) -> str:
    if text not in {"", Sex.FEMALE, Sex.MALE}:
        raise UnreadableCase(f"{column} : attendu male, female ou rien")
    return text

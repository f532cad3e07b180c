"""Whose identity is this? One function for the activation form, FranceConnect and `check_identities`.

Two situations. With a number (NIR or temporary number) the number designates one person, and name and date of
birth show that it is not someone else's card: the comparison forgives what registers write differently. Without
a number, civil status alone must designate one person: it forgives less, and wants the place of birth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from accounts.rules.birth_dates import BirthDate
from accounts.rules.birthplaces import is_same_birthplace
from accounts.rules.names import (
    first_names_are_registered_alike,
    is_a_first_name_of,
    is_a_name_of,
    is_same_registered_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

K = TypeVar("K")

FEMALE, MALE = "female", "male"
_SEX_OF_FIRST_DIGIT = {"1": MALE, "3": MALE, "7": MALE, "2": FEMALE, "4": FEMALE, "8": FEMALE}


@dataclass(frozen=True, slots=True)
class HeldIdentity(Generic[K]):
    """What is held about a person. `numbers`: everything that designates their present and former numbers.

    `birthplaces`: the INSEE codes under which the commune, or the country (99…), of birth is known: the code of the
    civil status and the one in the NIR may differ. `sex`: male, female or "".
    """

    key: K
    birth_name: str
    first_names: str
    birth_date: BirthDate | None
    usual_name: str = ""
    sex: str = ""
    birthplaces: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    is_deceased: bool = False


@dataclass(frozen=True, slots=True)
class ClaimedIdentity:
    """Who someone says to be. `numbers`: the one number given, in every form under which it may be held.

    With a number, empty first names, sex and place of birth were not asked. Without one, all but `sex` are needed.
    """

    birth_name: str
    birth_date: BirthDate | None
    first_names: str = ""
    sex: str = ""
    birthplace: str = ""
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match(Generic[K]):
    """One living person, and no other."""

    key: K


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nobody: unknown, contradicted by what is held, or deceased. Which one is said to nobody."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several people answer to this identity."""


Outcome = Match[K] | NoMatch | Ambiguous


def match_identity(claimed: ClaimedIdentity, held: Iterable[HeldIdentity[K]]) -> Outcome[K]:
    """Whom the claimed identity designates among those held.

    A deceased person counts as a namesake and is never the answer. Every comparison is made whatever the first
    ones give: how long it takes does not tell which answer was wrong.
    """
    designates = _designates_with_number if claimed.numbers else _designates_by_civil_status
    found = [person for person in held if designates(claimed, person)]
    if len(found) > 1:
        return Ambiguous()
    if not found or found[0].is_deceased:
        return NoMatch()
    return Match(found[0].key)


def sex_of_number(number: str) -> str:
    """male or female, from the first digit of a normalised number, temporary ones included."""
    return _SEX_OF_FIRST_DIGIT[number[0]]


def birthplace_of_number(number: str) -> str:
    """The code of the commune or country of birth that a permanent number bears; "" when it bears none."""
    code = number[5:10]
    is_permanent = number[0] in "12"
    # 99 stands for a birth abroad and 96 to 98 for overseas territories; 990 to 999 are unknown communes.
    return code if is_permanent and not (code[2:] >= "990" and not code.startswith("99")) else ""


def _designates_with_number(claimed: ClaimedIdentity, held: HeldIdentity[K]) -> bool:
    agreements = [
        bool(claimed.numbers & held.numbers),
        is_a_name_of(claimed.birth_name, birth_name=held.birth_name, usual_name=held.usual_name),
        _date_is_admitted(claimed, held),
        not claimed.first_names or is_a_first_name_of(claimed.first_names, held.first_names),
        _do_not_contradict(claimed.sex, held.sex),
        _is_place_admitted(claimed.birthplace, held.birthplaces, held.birth_date),
    ]
    return all(agreements)


def _designates_by_civil_status(claimed: ClaimedIdentity, held: HeldIdentity[K]) -> bool:
    agreements = [
        is_same_registered_name(claimed.birth_name, held.birth_name),
        first_names_are_registered_alike(claimed.first_names, held.first_names),
        # Two copies of one civil status ignore the same parts of a date.
        claimed.birth_date is not None and claimed.birth_date == held.birth_date,
        _do_not_contradict(claimed.sex, held.sex),
        bool(claimed.birthplace and held.birthplaces),
        _is_place_admitted(claimed.birthplace, held.birthplaces, held.birth_date),
    ]
    return all(agreements)


def _date_is_admitted(claimed: ClaimedIdentity, held: HeldIdentity[K]) -> bool:
    if claimed.birth_date is None or held.birth_date is None:
        return False
    return held.birth_date.admits(claimed.birth_date)


def _do_not_contradict(one: str, other: str) -> bool:
    return not one or not other or one == other


def _is_place_admitted(claimed: str, held: frozenset[str], birth_date: BirthDate | None) -> bool:
    year = birth_date.year if birth_date else None
    agreements = [is_same_birthplace(claimed, place, year) for place in held]
    return not claimed or not held or any(agreements)

"""Finding the person whom an identity designates. What decides is in `accounts.rules.identity`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.enums import Sex
from accounts.models import Holder
from accounts.rules.birth_dates import BirthDate
from accounts.rules.identity import (
    ClaimedIdentity,
    HeldIdentity,
    NoMatch,
    birthplace_of_number,
    match_identity,
)
from accounts.rules.names import is_a_name_of
from cpa_portal.kernel.encryption import keyed_hashes

if TYPE_CHECKING:
    from accounts.rules.identity import Outcome

_FRANCE = "99100"
_DECOY: HeldIdentity[Holder] = HeldIdentity(
    key=Holder(), birth_name="Nom de personne", first_names="Personne", birth_date=BirthDate(1900, 1, 1)
)


@dataclass(frozen=True, slots=True)
class PivotIdentity:
    """What FranceConnect says of a person, each word as the token has it (OpenID Connect claims).

    `birthdate` may be partial (1962-00-00); `birthplace` is the INSEE code of a commune, empty for a birth abroad,
    which `birthcountry` (99…) then names.
    """

    given_name: str
    family_name: str
    birthdate: str
    gender: str = ""
    birthplace: str = ""
    birthcountry: str = ""
    preferred_username: str = ""

    def claimed(self) -> ClaimedIdentity | None:
        """The identity to compare, None when the date is not one."""
        try:
            birth_date = BirthDate.parse(self.birthdate)
        except ValueError:
            return None
        return ClaimedIdentity(
            birth_name=self.family_name,
            first_names=self.given_name,
            birth_date=birth_date,
            sex=self.gender if self.gender in {Sex.FEMALE, Sex.MALE} else "",
            birthplace=self.birthplace or _abroad(self.birthcountry),
        )


def find_holder_by_identity(identity: PivotIdentity) -> Outcome[Holder]:
    """Match(holder), NoMatch or Ambiguous for an identity without NIR. Two queries, by the date of birth.

    The holder may already be linked to a web user: the caller decides what that means. A deceased person is
    never the answer.
    """
    claimed = identity.claimed()
    if claimed is None or claimed.birth_date is None:
        return NoMatch()
    born_that_day = (
        Q(birth_date=claimed.birth_date.as_date)
        if claimed.birth_date.as_date
        else Q(partial_birth_date=str(claimed.birth_date))
    )
    holders = Holder.objects.filter(born_that_day).prefetch_related("nirs")
    return match_identity(claimed, [_held(holder) for holder in holders])


def match_holder_by_number(
    *, number: str, birth_name: str, birth_date: BirthDate, first_names: str = ""
) -> Outcome[Holder]:
    """The same for a person who gives a NIR or a temporary number, already normalised. One indexed query.

    The same work is done when nobody holds the number: the time of the answer does not tell.
    """
    hashes = frozenset(keyed_hashes(number))
    claimed = ClaimedIdentity(
        birth_name=birth_name, birth_date=birth_date, first_names=first_names, numbers=hashes
    )
    holder = Holder.objects.filter(nirs__nir_hash__in=hashes).first()
    held = _held_by_number(holder, hashes) if holder else _DECOY
    return match_identity(claimed, [held])


def owner_of_number(*, number: str, birth_name: str, birth_date: BirthDate) -> Holder | None:
    """The person who holds or held the number, if the name or the date of birth is theirs. One indexed query."""
    holder = Holder.objects.filter(nirs__nir_hash__in=keyed_hashes(number)).first()
    held = holder or _DECOY.key
    known = held.known_birth_date
    agreements = [
        is_a_name_of(birth_name, birth_name=held.birth_name, usual_name=held.usual_name),
        known is not None and known.admits(birth_date),
    ]
    return holder if any(agreements) else None


def _held(holder: Holder) -> HeldIdentity[Holder]:
    places = {holder.birth_commune_code, _abroad(holder.birth_country_code)}
    places |= {birthplace_of_number(row.nir) for row in holder.nirs.all()}
    return HeldIdentity(
        key=holder,
        birth_name=holder.birth_name,
        usual_name=holder.usual_name,
        first_names=holder.first_names,
        birth_date=holder.known_birth_date,
        sex="" if holder.sex == Sex.UNKNOWN else holder.sex,
        birthplaces=frozenset(places - {""}),
        is_deceased=not holder.is_alive,
    )


def _held_by_number(holder: Holder, hashes: frozenset[str]) -> HeldIdentity[Holder]:
    # The query found the person by one of these hashes: the number itself is not decrypted to compare it again.
    return HeldIdentity(
        key=holder,
        birth_name=holder.birth_name,
        usual_name=holder.usual_name,
        first_names=holder.first_names,
        birth_date=holder.known_birth_date,
        numbers=hashes,
        is_deceased=not holder.is_alive,
    )


def _abroad(country_code: str) -> str:
    """The code of a foreign country; France says nothing of the place."""
    return "" if country_code == _FRANCE else country_code

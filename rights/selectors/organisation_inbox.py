"""The requests that a training organisation's people share: by site, with those of an absent colleague."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.enums import StaffRole
from accounts.models import StaffScope
from accounts.selectors.habilitations import inbox_sites
from rights.models import TrainingFile

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

SHOWN = 100
SIREN_LENGTH = 9


@dataclass(frozen=True)
class SharedFile:
    """One request of the inbox, whether the reader may answer it, and whether they may open the file itself."""

    file: TrainingFile
    may_answer: bool
    opens: bool


def shared_files(user: User, *, today: date) -> list[SharedFile]:
    """The last requests made to the sites that the user receives. At most four queries for one habilitation.

    Sites of another company (SIREN) than the habilitation's are never shown, whatever a row says.
    """
    sites: dict[str, bool] = {}
    scopes = own_scopes(user, today=today)
    own = {scope.scope_code for scope in scopes}
    for scope in scopes:
        for siret, answers in sites_of(scope, today=today).items():
            sites[siret] = sites.get(siret, False) or answers
    files = TrainingFile.objects.filter(organisation_siret__in=sites).select_related("holder")
    return [
        SharedFile(
            file=file,
            may_answer=sites[file.organisation_siret],
            # What instructs a file is the habilitation of its establishment (rights/selectors/instruction.py).
            opens=file.organisation_siret in own,
        )
        for file in files.order_by("-created_at")[:SHOWN]
    ]


def own_scopes(user: User, *, today: date) -> list[StaffScope]:
    """The habilitations of the user for training organisations. One query."""
    held = StaffScope.objects.on(today).filter(user=user, role=StaffRole.TRAINING_ORGANISATION)
    return list(held.order_by("scope_code"))


def colleagues_of(scope: StaffScope, *, today: date) -> list[StaffScope]:
    """Who acts for the same organisation, the person aside. One query."""
    same = StaffScope.objects.on(today).filter(role=scope.role, scope_code=scope.scope_code)
    return list(same.exclude(user=scope.user_id).select_related("user").prefetch_related("site_rights"))


def sites_of(scope: StaffScope, *, today: date) -> dict[str, bool]:
    """SIRET to the right to answer; without any site named, the habilitation's own establishment."""
    named = inbox_sites(scope, today=today)
    if named is None:
        return {scope.scope_code: True}
    company = scope.scope_code[:SIREN_LENGTH]
    return {siret: answers for siret, answers in named.items() if siret[:SIREN_LENGTH] == company}

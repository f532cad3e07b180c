"""What staff of organisations, payers and the Caisse des dépôts may see and do of training files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.enums import StaffRole
from accounts.selectors.staff import current_roles, scope_codes
from rights.enums import FileRole, PartAnswer, TrainingFileState
from rights.models import TrainingFile, TrainingFileFunding, TrainingFileMessage, TrainingFileTransition
from rights.parties import Party
from rights.rules.training_file_states import TURNS

if TYPE_CHECKING:
    from accounts.models import User

S = TrainingFileState
PAYER_ROLES = (StaffRole.FUNDER, StaffRole.EMPLOYER, StaffRole.REGIONAL_AGENT)
INSTRUCTING = frozenset({StaffRole.TRAINING_ORGANISATION, StaffRole.CDC, *PAYER_ROLES})
OPEN_STATES = tuple(TURNS)


@dataclass(frozen=True)
class FileLine:
    """One file of a list, for who reads it: what they are to it, and whether it waits for them."""

    file: TrainingFile
    is_mine: bool
    is_late: bool


def payer_codes(user: User) -> frozenset[str]:
    """The bodies that the user answers for as a payer: SIRET of an employer or a fund, code of a region."""
    return frozenset(code for role in PAYER_ROLES for code in scope_codes(user, role))


def files_for(user: User) -> QuerySet[TrainingFile]:
    """The files that concern the user: of their organisation, with a part of their body; all of them for the CDC."""
    files = TrainingFile.objects.select_related("holder", "session")
    if StaffRole.CDC in current_roles(user):
        return files
    sirets = scope_codes(user, StaffRole.TRAINING_ORGANISATION)
    # The account and the holder's own parts have no payer code: they concern nobody here.
    asked = TrainingFileFunding.objects.filter(payer_code__in=payer_codes(user) - {""})
    return files.filter(Q(organisation_siret__in=sirets) | Q(pk__in=asked.values("training_file")))


def waiting_for(user: User, *, today: date) -> list[FileLine]:
    """The open files of the user, those that wait for them first, then by due date."""
    parts = Prefetch("fundings", TrainingFileFunding.objects.order_by("-amount_cents"))
    found = files_for(user).filter(state__in=OPEN_STATES).prefetch_related(parts)
    lines = [
        _line(file, user, today) for file in found.order_by(F("due_on").asc(nulls_last=True), "pk")[:200]
    ]
    return sorted(lines, key=lambda line: not line.is_mine)


def _line(file: TrainingFile, user: User, today: date) -> FileLine:
    party = party_of(user, file)
    turn = TURNS.get(S(file.state))
    is_payer = file.state == S.WAITING_FUNDERS and any(
        part.answer == PartAnswer.WAITING and part.payer_code in payer_codes(user)
        for part in file.fundings.all()
    )
    is_mine = is_payer or bool(turn and party and turn[0] == party.role and party.role != FileRole.FUNDER)
    return FileLine(file, is_mine, file.due_on is not None and file.due_on < today)


def file_for(user: User, training_file_id: UUID) -> TrainingFile | None:
    """One file of the user with its parts, history and messages; None for a file that does not concern them."""
    return (
        files_for(user)
        .filter(pk=training_file_id)
        .prefetch_related(
            Prefetch(
                "fundings", TrainingFileFunding.objects.select_related("counter").order_by("-amount_cents")
            ),
            Prefetch("transitions", TrainingFileTransition.objects.order_by("id")),
            Prefetch("messages", TrainingFileMessage.objects.order_by("id")),
        )
        .first()
    )


def party_of(user: User, training_file: TrainingFile) -> Party | None:
    """In what capacity the user acts on this file; the organisation first, then a payer, then the CDC."""
    if training_file.organisation_siret in scope_codes(user, StaffRole.TRAINING_ORGANISATION):
        return Party(FileRole.ORGANISATION, user)
    codes = payer_codes(user) - {""}
    for part in training_file.fundings.all():
        if part.payer_code in codes and part.instructing_role is not None:
            return Party(part.instructing_role, user, codes)
    if StaffRole.CDC in current_roles(user):
        return Party(FileRole.CDC, user)
    return None


def session_files(user: User, session_id: int) -> list[TrainingFile]:
    """The files of one session, for its organisation alone, by name."""
    sirets = scope_codes(user, StaffRole.TRAINING_ORGANISATION)
    return list(
        TrainingFile.objects.filter(session_id=session_id, organisation_siret__in=sirets)
        .filter(state__in=(S.ACCEPTED, S.IN_TRAINING, S.LEFT, S.SERVICE_DECLARED, S.SERVICE_DONE, S.PAID))
        .select_related("holder")
        .prefetch_related("fundings")
        .order_by("holder__birth_name", "holder__first_names", "pk")
    )

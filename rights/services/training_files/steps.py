"""The steps that carry something of their own: a proposal, a commitment, an answer, an exit. One function each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Holder
from rights.enums import (
    ExitReason,
    FileRole,
    Funder,
    PartAnswer,
    TrainingFileAction,
    TrainingFileState,
    Transmission,
)
from rights.exceptions import (
    AttendanceImpossible,
    ExitDateOutsideTraining,
    ProposalIncomplete,
    ReasonMissing,
    TopUpNotPossible,
)
from rights.models import TrainingFile, TrainingFileFunding
from rights.rules.training_file_states import Rule
from rights.selectors.file_steps import awaited_parts
from rights.services.training_files.acting import HOLDER, SYSTEM, Party, take_step
from rights.services.training_files.guards import check_spending
from rights.services.training_files.planning import OURS, plan_file
from rights.services.transitions import lock_file

if TYPE_CHECKING:
    from accounts.services.sign_in_proofs import Assurance

A, S = TrainingFileAction, TrainingFileState


def propose(
    *,
    training_file_id: UUID,
    party: Party,
    today: date,
    price_cents: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> TrainingFile:
    """The organisation accepts the request, with its price and dates when the request had none or they changed.

    Raises ProposalIncomplete without a price or with dates that do not follow each other or are past, and what the
    table refuses.
    """

    def fill(training_file: TrainingFile, rule: Rule) -> None:
        if price_cents is not None:
            training_file.price_cents = price_cents
        training_file.session_starts_on = starts_on or training_file.session_starts_on
        training_file.session_ends_on = ends_on or training_file.session_ends_on
        _check_proposal(training_file, today)

    return take_step(
        training_file_id=training_file_id,
        action=A.PROPOSE,
        party=party,
        today=today,
        reason=note,
        prepare=fill,
    )


def _check_proposal(training_file: TrainingFile, today: date) -> None:
    if not training_file.price_cents:
        raise ProposalIncomplete("Indiquez le prix : le titulaire doit savoir ce qu’il confirme.")
    if training_file.session_ends_on < training_file.session_starts_on:
        raise ProposalIncomplete("La fin de la formation précède son début. Corrigez les dates.")
    if training_file.session_starts_on <= today:
        raise ProposalIncomplete("La formation doit commencer après aujourd’hui. Proposez une autre date.")


def commit(
    *,
    training_file_id: UUID,
    holder: Holder,
    today: date,
    expected_charge_cents: int,
    assurance: Assurance | None = None,
) -> TrainingFile:
    """The holder binds themselves: rights are set aside by the plan of the day, payers with a part are asked.

    Raises PlanChanged when the remaining charge is not the one read, ActionNotPaid, SpendingRefused,
    IdentityProofRequired, and what the table refuses.
    Source: article L. 6323-9 of the code du travail; conditions of use (withdrawal).
    """

    def bind(training_file: TrainingFile, rule: Rule) -> TrainingFileState | None:
        plan_file(training_file, today=today, expected_charge_cents=expected_charge_cents)
        training_file.committed_on = today
        is_awaited = training_file.fundings.filter(answer=PartAnswer.WAITING).exists()
        return S.WAITING_FUNDERS if is_awaited else None

    with transaction.atomic():
        check_spending(holder=holder, assurance=assurance, now=timezone.now())
        return take_step(
            training_file_id=training_file_id, action=A.COMMIT, party=HOLDER, today=today, prepare=bind
        )


def ask_top_up(
    *, training_file_id: UUID, funder: Funder, payer_code: str, amount_cents: int, today: date
) -> TrainingFile:
    """Before they commit, the holder asks a payer for a part of what is left to pay; the plan is made again.

    One part by payer: asking again replaces it. Raises TopUpNotPossible.
    """
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        if training_file.state != S.PROPOSED or funder in OURS:
            raise TopUpNotPossible(
                "Un complément se demande sur une proposition de l’organisme, avant de confirmer l’inscription."
            )
        if not 0 < amount_cents <= training_file.price_cents:
            raise TopUpNotPossible("Le complément demandé doit être compris entre 1 centime et le prix.")
        TrainingFileFunding.objects.update_or_create(
            training_file=training_file,
            funder=funder,
            counter=None,
            defaults={
                "amount_cents": amount_cents,
                "payer_code": payer_code,
                "answer": PartAnswer.WAITING,
                "answered_on": None,
                "answer_note": "",
            },
        )
        plan_file(training_file, today=today)
    return training_file


def answer_part(
    *, training_file_id: UUID, party: Party, agreed: bool, today: date, reason: str = ""
) -> TrainingFile:
    """A payer answers for its part. The last agreement makes the enrolment firm; a refusal sends the proposal back.

    Raises ReasonMissing for a refusal without one, and what the table refuses.
    """
    if not agreed and not reason.strip():
        raise ReasonMissing

    def write(training_file: TrainingFile, rule: Rule) -> TrainingFileState | None:
        parts = training_file.fundings.filter(
            pk__in=awaited_parts(training_file, party.role, party.payer_codes)
        )
        parts.update(
            answer=PartAnswer.AGREED if agreed else PartAnswer.REFUSED,
            answered_on=today,
            answer_note=reason.strip(),
        )
        if not agreed:
            plan_file(training_file, today=today)
            return None
        is_awaited = training_file.fundings.filter(answer=PartAnswer.WAITING).exists()
        return S.WAITING_FUNDERS if is_awaited else None

    return take_step(
        training_file_id=training_file_id,
        action=A.AGREE_PART if agreed else A.REFUSE_PART,
        party=party,
        today=today,
        reason=reason,
        prepare=write,
    )


def declare_exit(
    *,
    training_file_id: UUID,
    party: Party,
    today: date,
    left_on: date,
    reason: ExitReason,
    attended_minutes: int | None = None,
) -> TrainingFile:
    """The organisation tells the last day, why it ended and, unless it was followed to the end, the time followed.

    Raises ExitDateOutsideTraining, AttendanceImpossible, and what the table refuses.
    """

    def fill(training_file: TrainingFile, rule: Rule) -> None:
        assert training_file.entered_on is not None
        if not training_file.entered_on <= left_on <= min(today, training_file.session_ends_on):
            raise ExitDateOutsideTraining(
                entered_on=training_file.entered_on, last_day=min(today, training_file.session_ends_on)
            )
        _fill_exit(training_file, left_on, reason, attended_minutes)

    return take_step(
        training_file_id=training_file_id,
        action=A.DECLARE_EXIT,
        party=party,
        today=today,
        reason=reason.label,
        prepare=fill,
    )


def _fill_exit(
    training_file: TrainingFile, left_on: date, reason: ExitReason, attended_minutes: int | None
) -> None:
    planned = training_file.hours_minutes
    if reason is ExitReason.COMPLETED:
        attended_minutes = planned
    elif attended_minutes is None or attended_minutes > planned:
        raise AttendanceImpossible(planned)
    training_file.left_on = left_on
    training_file.exit_reason = reason
    training_file.attended_minutes = attended_minutes


def recognise_force_majeure(
    *, training_file_id: UUID, party: Party, today: date, reason: str, attended_minutes: int | None = None
) -> TrainingFile:
    """The Caisse des dépôts recognises that the person could not come or go on: only what was followed is due.

    Raises ReasonMissing, AttendanceImpossible, and what the table refuses.
    """
    if not reason.strip():
        raise ReasonMissing

    def fill(training_file: TrainingFile, rule: Rule) -> None:
        if rule.after == S.LEFT:
            left_on = training_file.left_on or min(today, training_file.session_ends_on)
            _fill_exit(training_file, left_on, ExitReason.FORCE_MAJEURE, attended_minutes)

    return take_step(
        training_file_id=training_file_id,
        action=A.FORCE_MAJEURE,
        party=party,
        today=today,
        reason=reason,
        prepare=fill,
    )


def expire(*, training_file_id: UUID, today: date) -> TrainingFile:
    """Close what nobody answered in time; parts without an answer count as refused. Raises GuardRefused before."""

    def give_up(training_file: TrainingFile, rule: Rule) -> None:
        if rule.state != S.WAITING_FUNDERS:
            return
        training_file.fundings.filter(answer=PartAnswer.WAITING).update(
            answer=PartAnswer.REFUSED, answered_on=today, answer_note="Pas de réponse dans le délai"
        )
        plan_file(training_file, today=today)

    return take_step(
        training_file_id=training_file_id, action=A.EXPIRE, party=SYSTEM, today=today, prepare=give_up
    )


def simple_step(
    *, training_file_id: UUID, action: TrainingFileAction, party: Party, today: date, reason: str = ""
) -> TrainingFile:
    """A step that carries nothing but its reason. Raises ReasonMissing where others must know why."""
    if (action, party.role) in NEEDS_REASON and not reason.strip():
        raise ReasonMissing
    return take_step(
        training_file_id=training_file_id,
        action=action,
        party=party,
        today=today,
        reason=reason.strip(),
        prepare=wait_again if action is A.REOPEN else None,
    )


def wait_again(training_file: TrainingFile, rule: Rule) -> None:
    """What AGORA refused is told again once it is reopened: its refusal is over, and stays in the history."""
    if training_file.transmission == Transmission.REFUSED:
        training_file.transmission = Transmission.PENDING
        training_file.refusal_code = training_file.refusal_label = ""


NEEDS_REASON = frozenset(
    {
        (A.REFUSE, FileRole.ORGANISATION),
        (A.CANCEL, FileRole.ORGANISATION),
        (A.RETURN_SERVICE, FileRole.CDC),
        (A.UPHOLD, FileRole.CDC),
        (A.ASK_REVIEW, FileRole.HOLDER),
    }
)

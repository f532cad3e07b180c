"""From the journal of files to the operations of the contract: what each event has AGORA told. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agora_sync.contract import Operation
from agora_sync.contract.shapes import Wire
from agora_sync.mapping.requests import euros
from rights.enums import ExitReason, FileRole, JournalEventKind, TrainingFileAction, TrainingFileState

A, S = TrainingFileAction, TrainingFileState

OPERATION_OF_REQUEST = Operation.CREATE_FILE
# By what was done and the state it led to. What is not here has no operation in the contract: it stays in the journal.
# The operations of one event leave in the order of their wire names, which is the one AGORA needs.
TOLD: dict[tuple[TrainingFileAction, TrainingFileState], tuple[Operation, ...]] = {
    (A.PROPOSE, S.PROPOSED): (Operation.AMEND_FILE,),
    (A.COMMIT, S.WAITING_FUNDERS): (Operation.AMEND_FILE,),
    (A.COMMIT, S.ACCEPTED): (Operation.AMEND_FILE, Operation.VALIDATE_FILE),
    (A.AGREE_PART, S.ACCEPTED): (Operation.VALIDATE_FILE,),
    (A.REFUSE_PART, S.PROPOSED): (Operation.AMEND_FILE,),
    (A.EXPIRE, S.PROPOSED): (Operation.AMEND_FILE,),
    (A.REFUSE, S.REFUSED): (Operation.REFUSE_FILE,),
    (A.CANCEL, S.CANCELLED): (Operation.CANCEL_FILE,),
    (A.CANCEL_LATE, S.CANCELLED): (Operation.CANCEL_FILE,),
    (A.WITHDRAW, S.WITHDRAWN): (Operation.CANCEL_FILE,),
    (A.DECLINE, S.DECLINED): (Operation.CANCEL_FILE,),
    (A.EXPIRE, S.EXPIRED): (Operation.CANCEL_FILE,),
    (A.FORCE_MAJEURE, S.CANCELLED): (Operation.CANCEL_FILE,),
    (A.DECLARE_NO_SHOW, S.NOT_ENTERED): (Operation.CANCEL_FILE,),
    (A.DECLARE_ENTRY, S.IN_TRAINING): (Operation.DECLARE_ENTRY,),
    (A.DECLARE_EXIT, S.LEFT): (Operation.DECLARE_EXIT,),
    (A.FORCE_MAJEURE, S.LEFT): (Operation.DECLARE_EXIT,),
    (A.PAY, S.PAID): (Operation.SETTLE_FILE,),
    # The contract reopens nothing: the file is told again, and AGORA gives it another number.
    (A.REOPEN, S.REQUESTED): (Operation.CREATE_FILE,),
}
CLOSINGS = (Operation.CANCEL_FILE, Operation.REFUSE_FILE)
_CANCELLED_BY: dict[tuple[str, str], str] = {
    (A.CANCEL, FileRole.HOLDER): "TITULAIRE",
    (A.CANCEL_LATE, FileRole.HOLDER): "TITULAIRE",
    (A.WITHDRAW, FileRole.HOLDER): "TITULAIRE",
    (A.DECLINE, FileRole.HOLDER): "TITULAIRE",
    (A.CANCEL, FileRole.ORGANISATION): "ORGANISME",
    (A.REFUSE, FileRole.ORGANISATION): "ORGANISME",
}
_EXIT_REASONS: dict[str, str] = {
    ExitReason.COMPLETED: "TERME",
    ExitReason.ABANDONED: "ABANDON",
    ExitReason.FORCE_MAJEURE: "FORCE_MAJEURE",
    ExitReason.ORGANISATION: "ORGANISME",
}


def operations_of_event(kind: str, payload: dict[str, Any]) -> tuple[Operation, ...]:
    """What AGORA is told of an event, in order; empty when the contract has no operation for it."""
    if kind == JournalEventKind.FILE_REQUESTED:
        return (OPERATION_OF_REQUEST,)
    if kind == JournalEventKind.ITEMS_CONFIRMED:
        return (Operation.AMEND_FILE,)
    return TOLD.get((payload.get("action"), payload.get("state")), ())  # type: ignore[arg-type]


def closing_values(operation: Operation, payload: dict[str, Any], day: dt.date) -> Wire:
    """What `AnnulerDossier` and `RefuserDossier` say: the day, and on whose account."""
    reason = _CANCELLED_BY.get((payload.get("action", ""), payload.get("role", "")), "AUTRE")
    if operation == Operation.REFUSE_FILE:
        return {"dateRefus": day.isoformat(), "motifRefus": reason}
    return {"dateAnnulation": day.isoformat(), "motifAnnulation": reason}


def exit_values(*, left_on: dt.date, reason: str, attended_minutes: int | None, is_certifying: bool) -> Wire:
    """What `DeclarerSortie` says. The result of a certification comes after the exit, from who awards it."""
    result: Wire = {"resultat": "EN_ATTENTE" if is_certifying else "SANS_OBJET"}
    if attended_minutes is not None:
        result["heuresRealiseesMinutes"] = str(attended_minutes)
    return {
        "dateSortie": left_on.isoformat(),
        "motifSortie": _EXIT_REASONS.get(reason, "AUTRE"),
        "resultat": result,
    }


def validation_values(day: dt.date) -> Wire:
    """What `ValiderDossier` says: the day of the firm enrolment."""
    return {"dateValidation": day.isoformat()}


def settlement_values(day: dt.date, amount_cents: int) -> Wire:
    """What `SolderDossier` says: the action is settled, that day, for that amount."""
    return {"dateSolde": day.isoformat(), "natureSolde": "ACTION", "montantSolde": str(euros(amount_cents))}

"""What happens to a file: validation, refusal, cancellation, interruption, return, pay, exit, settlement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from agora_sync.contract import Operation
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.answers import event_values
from agora_sync.mapping.progress import DAY_NAMES, Declared, is_allowed, is_dated_in_order, wire_state
from agora_sync.mapping.requests import FileEventRequest, cents
from agora_sync.models import FileDeclaration, Partner
from agora_sync.provider.operations.facts import MAX_MINUTES
from agora_sync.provider.operations.files import contributed_file, declared_of, refusal
from agora_sync.provider.operations.people import tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from cpa_portal.kernel.identifiers import InvalidIdentifier, certification_code
from rights.enums import TrainingFileAction
from rights.file_refusals import ActionNotAllowed
from rights.models import TrainingFile
from rights.services.training_files.partner_changes import close_partner_file
from rights.services.transitions import lock_file

CLOSINGS = {
    Operation.REFUSE_FILE: (TrainingFileAction.REFUSE, "motifRefus"),
    Operation.CANCEL_FILE: (TrainingFileAction.CANCEL, "motifAnnulation"),
}


def declare_event(request: FileEventRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal: unknown file (or another partner's), state, date, amount. The file's row orders callers."""
    path = f"/{request.operation.value}"
    number = f"{path}/numeroDossier"
    known = contributed_file(partner, request.agora_number, path=number)
    training_file = lock_file(known.pk)
    declared = declared_of(training_file)
    if not is_allowed(request.operation, training_file.state, declared):
        raise refusal(FaultCode.FORBIDDEN_TRANSITION, number)
    day = day_of(request)
    _refuse_wrong_values(request, training_file, declared, day)
    tell_consultation(
        partner=partner, holder=known.holder, purpose=request.operation.label, what="Dossier de formation"
    )
    if request.operation in CLOSINGS:
        training_file = _closed(request, training_file, number)
    row = FileDeclaration.objects.create(
        training_file=training_file,
        partner=partner,
        operation=request.operation,
        day=day,
        values=request.values,
    )
    state = wire_state(training_file.state, [*declared, Declared(row.operation, day, row.values)])
    return Served(event_values(training_file, state=state, day=day), known.holder, training_file)


def day_of(request: FileEventRequest) -> dt.date:
    """The day on which it took effect; of a payment, the last day of the period paid."""
    if request.operation == Operation.DECLARE_PAY:
        return dt.date.fromisoformat(request.values["remuneration"]["dateFin"])
    return dt.date.fromisoformat(request.values[DAY_NAMES[request.operation]])


def _refuse_wrong_values(
    request: FileEventRequest, training_file: TrainingFile, declared: list[Declared], day: dt.date
) -> None:
    path = f"/{request.operation.value}"
    wrong: list[FaultDetail] = []
    if not is_dated_in_order(request.operation, day, entered_on=training_file.entered_on, declared=declared):
        wrong.append(FaultDetail(FaultCode.INCONSISTENT_DATES, f"{path}/{DAY_NAMES[request.operation]}"))
    if request.operation == Operation.DECLARE_PAY:
        wrong += _wrong_pay(request.values["remuneration"], f"{path}/remuneration", training_file)
    if request.operation == Operation.SETTLE_FILE:
        wrong += _wrong_settlement(request.values, path, training_file)
    if request.operation == Operation.DECLARE_EXIT:
        wrong += _wrong_result(request.values.get("resultat", {}), f"{path}/resultat")
    if wrong:
        raise SOAPRefusal(wrong[0].code, STEP, details=wrong)


def _wrong_pay(pay: dict[str, Any], path: str, training_file: TrainingFile) -> list[FaultDetail]:
    starts_on, ends_on = dt.date.fromisoformat(pay["dateDebut"]), dt.date.fromisoformat(pay["dateFin"])
    entered_on = training_file.entered_on
    if ends_on < starts_on or (entered_on is not None and ends_on < entered_on):
        return [FaultDetail(FaultCode.INCONSISTENT_DATES, f"{path}/dateFin")]
    return []


def _wrong_settlement(values: dict[str, Any], path: str, training_file: TrainingFile) -> list[FaultDetail]:
    if cents(Decimal(values["montantSolde"])) > training_file.price_cents:
        return [FaultDetail(FaultCode.INVALID_AMOUNT, f"{path}/montantSolde")]
    return []


def _wrong_result(result: dict[str, Any], path: str) -> list[FaultDetail]:
    wrong = [
        FaultDetail(FaultCode.INVALID_DURATION, f"{path}/{name}")
        for name in ("heuresRealiseesMinutes", "heuresAbsenceMinutes")
        if int(result.get(name, 0)) > MAX_MINUTES
    ]
    try:
        if code := result.get("codeCertificationObtenue"):
            certification_code(code)
    except InvalidIdentifier as problem:
        cause = str(problem.cause)
        wrong.append(
            FaultDetail(FaultCode.INVALID_CERTIFICATION, f"{path}/codeCertificationObtenue", cause=cause)
        )
    return wrong


def _closed(request: FileEventRequest, training_file: TrainingFile, number: str) -> TrainingFile:
    action, reason = CLOSINGS[request.operation]
    try:
        return close_partner_file(
            training_file_id=training_file.pk, action=action, reason=request.values[reason]
        )
    except ActionNotAllowed:
        raise refusal(FaultCode.FORBIDDEN_TRANSITION, number) from None

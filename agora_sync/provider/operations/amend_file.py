"""ReingenierDossier: the content, the dates or the financing of a live file change."""

from __future__ import annotations

from django.utils import timezone

from agora_sync.contract import Operation
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.progress import is_allowed, wire_state
from agora_sync.mapping.requests import AmendFileRequest
from agora_sync.models import FileDeclaration, Partner
from agora_sync.provider.operations.facts import normalised, wrong_complement, wrong_facts
from agora_sync.provider.operations.files import contributed_file, declared_of, refusal
from agora_sync.provider.operations.people import tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from agora_sync.services.records import merge_items
from rights.exceptions import FileAlreadyOpen, FundingMismatch
from rights.facts import TrainingFileFacts
from rights.models import TrainingFile
from rights.services.training_files.partner_changes import amend_partner_file
from rights.services.transitions import lock_file

PATH = "/ReingenierDossier"
NUMBER, TRAINING, COMPLEMENT = f"{PATH}/numeroDossier", f"{PATH}/formation", f"{PATH}/complement"


def amend_file(request: AmendFileRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal. Who opened the file alone changes the training; items have their own rule."""
    wrong = wrong_complement(request.complement, path=COMPLEMENT)
    if request.facts is not None:
        wrong = [*wrong_facts(request.facts, path=TRAINING), *wrong]
    if wrong:
        raise SOAPRefusal(wrong[0].code, STEP, details=wrong)
    known = contributed_file(partner, request.agora_number, path=NUMBER)
    training_file = lock_file(known.pk)
    declared = declared_of(training_file)
    if not is_allowed(Operation.AMEND_FILE, training_file.state, declared):
        raise refusal(FaultCode.FORBIDDEN_TRANSITION, NUMBER)
    tell_consultation(
        partner=partner, holder=known.holder, purpose="Réingénierie d’un dossier", what="Dossier de formation"
    )
    if request.facts is not None:
        training_file = _amended(training_file, partner, request.facts)
    refused = merge_items(training_file=training_file, partner=partner, complement=request.complement)
    if refused:
        details = [FaultDetail(FaultCode.FILE_CONFLICT, f"{PATH}/{path}", cause="auteur") for path in refused]
        raise SOAPRefusal(FaultCode.FILE_CONFLICT, STEP, details=details)
    FileDeclaration.objects.create(
        training_file=training_file,
        partner=partner,
        operation=Operation.AMEND_FILE,
        day=timezone.localdate(),
        values={"formation": request.facts is not None, "complement": sorted(request.complement)},
    )
    values = {"numeroDossier": training_file.agora_number, "etat": wire_state(training_file.state, declared)}
    return Served(values, known.holder, training_file)


def _amended(training_file: TrainingFile, partner: Partner, facts: TrainingFileFacts) -> TrainingFile:
    if training_file.partner_code != partner.code:
        raise refusal(FaultCode.FILE_CONFLICT, TRAINING, cause="auteur")
    entered_on = training_file.entered_on
    if entered_on is not None and not facts.session_starts_on <= entered_on <= facts.session_ends_on:
        raise refusal(FaultCode.INCONSISTENT_DATES, f"{TRAINING}/dateDebut")
    try:
        return amend_partner_file(training_file_id=training_file.pk, facts=normalised(facts))
    except FundingMismatch:
        raise refusal(FaultCode.INVALID_AMOUNT, f"{TRAINING}/financement") from None
    except FileAlreadyOpen:
        raise refusal(FaultCode.FILE_CONFLICT, TRAINING, cause="doublon") from None

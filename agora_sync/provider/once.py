"""Step 16: the same request again gets the same answer, and has its effect once.

A row claimed under (partner, request identifier) comes first in the transaction of the effect: two calls at the same
instant wait for each other on the constraint, and the second reads what the first answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from lxml import etree

from accounts.models import Holder
from agora_sync.contract import Operation
from agora_sync.faults import BY_NAMESPACE_AND_NAME, PREFIXES, FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.progress import ONCE
from agora_sync.mapping.requests import (
    DeclareEntryRequest,
    FileEventRequest,
    Request,
    element_of,
    read_request,
)
from agora_sync.models import Partner, ReceivedRequest
from agora_sync.provider.operations import SERVICES
from agora_sync.provider.operations.events import CLOSINGS, day_of
from agora_sync.provider.operations.people import tell_consultation
from agora_sync.provider.operations.served import STEP
from agora_sync.provider.soap import canonical_digest
from agora_sync.xml.hardened import text_of
from cpa_portal.kernel.database.rows import gathered, insert_unless_taken, put_off
from cpa_portal.kernel.encryption import decrypt, encrypt
from rights.models import TrainingFile


@dataclass(frozen=True)
class Outcome:
    """An answer without the digest of its request (each HTTP request has its own), or a business refusal."""

    request_id: UUID
    answer: etree._Element | None = None
    refusal: SOAPRefusal | None = None
    holder: Holder | None = None
    training_file: TrainingFile | None = None


def request_id_of(body: etree._Element) -> UUID:
    """The identifier of a validated body, whatever its operation."""
    return UUID(text_of(body[0]).strip())


def answer_once(
    *, operation: Operation, body: etree._Element, partner: Partner, exchange_id: UUID
) -> Outcome:
    """Have the effect and its answer, or the answer already given. Call inside the transaction of the answer's trace.

    Raises SOAPRefusal (ConflitRequete, TransitionInterdite) when the claim itself is refused.
    """
    request = read_request(operation, body)
    claim = _claim(operation, request, body, partner, exchange_id)
    if claim.exchange_id != exchange_id:
        return _earlier_outcome(claim, partner)
    try:
        # A savepoint: what a refused operation wrote goes, the claim and its refusal stay.
        with transaction.atomic(), gathered():
            served = SERVICES[operation](request, partner)
    except SOAPRefusal as refusal:
        _claims_of(partner).filter(request_id=claim.request_id).update(
            refusal=_stored_refusal(refusal), business_key=""
        )
        return Outcome(request.request_id, refusal=refusal)
    answer = element_of(
        operation.answer_name, {"identifiantRequete": str(request.request_id), **served.values}
    )
    _keep_answer(claim, answer, served.holder)
    return Outcome(
        request.request_id, answer=answer, holder=served.holder, training_file=served.training_file
    )


def _claim(
    operation: Operation, request: Request, body: etree._Element, partner: Partner, exchange_id: UUID
) -> ReceivedRequest:
    wanted = ReceivedRequest(
        partner=partner,
        request_id=request.request_id,
        exchange_id=exchange_id,
        operation=operation,
        body_sha256=canonical_digest(body),
        business_key=_business_key(request, partner),
    )
    if insert_unless_taken(wanted):
        return wanted
    claim = _claims_of(partner).filter(request_id=request.request_id).first()
    if claim is None:
        # Refused by the other constraint: the event was already declared, under another identifier.
        raise SOAPRefusal(FaultCode.FORBIDDEN_TRANSITION, STEP, "the business key is taken")
    if (claim.operation, claim.body_sha256) != (wanted.operation, wanted.body_sha256):
        raise SOAPRefusal(FaultCode.REQUEST_CONFLICT, STEP, f"first received by exchange {claim.exchange_id}")
    return claim


def _keep_answer(claim: ReceivedRequest, answer: etree._Element, holder: Holder | None) -> None:
    kept = encrypt(etree.tostring(answer).decode())
    # Written out: this runs in each call, and Django would build the same statement each time.
    statement = (
        "UPDATE agora_sync_receivedrequest SET answer = %s, holder_id = %s "
        "WHERE partner_id = %s AND request_id = %s"
    )
    put_off(statement, [kept, holder.pk if holder else None, claim.partner_id, claim.request_id])


def _claims_of(partner: Partner) -> QuerySet[ReceivedRequest]:
    return ReceivedRequest.objects.filter(partner=partner).select_related("holder")


def _business_key(request: Request, partner: Partner) -> str:
    """Partner, file, event, for what a file may know once. Empty where preexistence decides (CreerDossier) or reads."""
    if isinstance(request, DeclareEntryRequest):
        return f"{partner.code}:{request.agora_number}:entry"
    if not isinstance(request, FileEventRequest):
        return ""
    key = f"{partner.code}:{request.agora_number}:{request.operation.value}"
    if request.operation in ONCE or request.operation in CLOSINGS:
        return key
    # Interruptions, returns and payments happen again, another day or for another period.
    pay = request.values.get("remuneration", {})
    return f"{key}:{day_of(request)}:{pay.get('dateDebut', '')}:{pay.get('typeRemuneration', '')}"


def _earlier_outcome(claim: ReceivedRequest, partner: Partner) -> Outcome:
    if claim.refusal:
        return Outcome(claim.request_id, refusal=_read_refusal(claim.refusal))
    if claim.holder is not None:
        tell_consultation(
            partner=partner,
            holder=claim.holder,
            purpose="Réponse redonnée à une demande déjà reçue",
            what="Dossiers de formation",
        )
    return Outcome(claim.request_id, answer=etree.fromstring(decrypt(claim.answer)), holder=claim.holder)


def _stored_refusal(refusal: SOAPRefusal) -> list[dict[str, str]]:
    return [
        {
            "code": item.code.qualified_name,
            "path": item.path,
            "sentence": item.sentence,
            "cause": item.cause,
        }
        for item in refusal.described()
    ]


def _read_refusal(stored: list[dict[str, str]]) -> SOAPRefusal:
    details = [
        FaultDetail(_code(item["code"]), item["path"], item["sentence"], item["cause"]) for item in stored
    ]
    return SOAPRefusal(details[0].code, STEP, "the same request was refused before", details=details)


def _code(qualified_name: str) -> FaultCode:
    prefix, local_name = qualified_name.split(":")
    return BY_NAMESPACE_AND_NAME[PREFIXES[prefix], local_name]

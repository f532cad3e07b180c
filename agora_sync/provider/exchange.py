"""The whole of one call, in order: nothing before its trace, nothing after a refusal, answer and effect together."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.utils import timezone

from agora_sync.contract import Operation, Version
from agora_sync.enums import Direction, ExchangeState, TraceKind
from agora_sync.exceptions import TracesUnavailable
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.models import Exchange, Partner
from agora_sync.provider.body import validated_body
from agora_sync.provider.call import Call, require_http_form
from agora_sync.provider.channel import authenticated_partner, configured_trust, require_not_cut_off
from agora_sync.provider.envelope import Envelope, parsed_message, read_envelope
from agora_sync.provider.explanations import failed_check
from agora_sync.provider.habilitation import Presented, require_entitled, used_vector, verified_vector
from agora_sync.provider.once import Outcome, answer_once, request_id_of
from agora_sync.provider.opening import place_in_hand, require_open
from agora_sync.provider.reserved import meet_reserved_person
from agora_sync.provider.soap import answer_envelope, fault_envelope
from agora_sync.provider.standing import Standing, standing_of
from agora_sync.selectors.regions import region_found_for
from agora_sync.services.traces import new_trace, record_reception
from agora_sync.vector.claims import Claims
from agora_sync.vector.token import announced_identifier
from cpa_portal.kernel.database.rows import gathered, insert_rows, insert_unless_taken

logger = logging.getLogger(__name__)

RECEPTION_STEP, SERVICE_STEP = 1, 16
_BEFORE_THE_CHANNEL = {2, 3}


@dataclass(frozen=True)
class Answer:
    """What goes back to the caller."""

    status: int
    content: bytes
    retry_after_seconds: int | None = None


@dataclass
class Progress:
    """What is known of a call so far. It feeds the exchange log and the traces, whatever the end."""

    received_at: dt.datetime
    version: Version
    exchange_id: UUID = field(default_factory=uuid4)
    partner: Partner | None = None
    delegate: Partner | None = None
    operation: Operation | None = None
    request_id: UUID | None = None
    vector_id: str = ""
    vector: Presented | None = None
    vector_issued_at: dt.datetime | None = None

    def hear(self, claims: Claims) -> None:
        """What a vector says whose signature holds, even if it is refused for what it says."""
        self.vector_issued_at = claims.issued_at


def handle_call(call: Call) -> Answer:
    """Answer one call. Never raises: whatever happens ends in an answer or a fault of the contract."""
    progress = Progress(timezone.now(), call.version)
    try:
        record_reception(exchange_id=progress.exchange_id, content=call.traced_content)
        return _answer(call, progress)
    except TracesUnavailable:
        logger.error("traces_unavailable", extra={"exchange": str(progress.exchange_id)})
        refusal = SOAPRefusal(FaultCode.TRACES_UNAVAILABLE, RECEPTION_STEP)
        return _fault(refusal, trace_id="", version=call.version)


def _answer(call: Call, progress: Progress) -> Answer:
    try:
        return _served(call, progress)
    except SOAPRefusal as refusal:
        # But for an overload: what is in excess costs no more than its refusal.
        is_early = refusal.step in _BEFORE_THE_CHANNEL and refusal.code is not FaultCode.OVERLOAD
        if progress.partner is None and is_early:
            progress.partner = _known_caller(call, at=progress.received_at)
        return _refused(refusal, progress)
    except TracesUnavailable:
        raise
    except Exception as problem:
        # The message may quote what was received: only the kind of failure is logged.
        logger.exception("exchange_failed", extra={"exchange": str(progress.exchange_id)}, exc_info=False)
        reason = f"{type(problem).__name__}: {problem}"
        return _refused(SOAPRefusal(FaultCode.INTERNAL, SERVICE_STEP, reason), progress)


def _known_caller(call: Call, *, at: dt.datetime) -> Partner | None:
    """Whose call was refused before the channel was looked at: the line in the log is theirs to read."""
    try:
        standing = standing_of(call.client_certificate, at=at)
        return authenticated_partner(call.client_certificate, registered_for=standing.partner, at=at)
    except (SOAPRefusal, DatabaseError):
        return None


def _served(call: Call, progress: Progress) -> Answer:
    at = progress.received_at
    require_http_form(call)
    standing = standing_of(call.client_certificate, at=at)
    require_open(at=at, is_stopped=standing.is_stopped)
    with place_in_hand():
        return _verified_and_served(call, progress, standing, at)


def _verified_and_served(call: Call, progress: Progress, standing: Standing, at: dt.datetime) -> Answer:
    progress.partner = partner = authenticated_partner(
        call.client_certificate, registered_for=standing.partner, at=at
    )
    require_not_cut_off(partner, at=at)
    message = parsed_message(call.body)
    progress.vector_id = announced_identifier(message)
    envelope = read_envelope(message, soap_action=call.soap_action, version=call.version)
    progress.operation = envelope.operation
    progress.vector = vector = verified_vector(
        envelope, standing=standing, trust=configured_trust(), at=at, hear=progress.hear
    )
    if vector.standing.partner != partner:
        # Transmitted for another, who answers for what is said; its own cut-off counts too.
        assert vector.standing.partner is not None
        progress.delegate, progress.partner = partner, vector.standing.partner
        partner = vector.standing.partner
        require_not_cut_off(partner, at=at)
    # One commit for the use of the vector, the effect, the answer and its trace.
    with transaction.atomic(), gathered():
        try:
            require_entitled(vector, envelope.operation, call.version)
            body = validated_body(envelope.body, call.version)
            meet_reserved_person(body)
            progress.request_id = request_id_of(body)
            outcome = answer_once(
                operation=envelope.operation, body=body, partner=partner, exchange_id=progress.exchange_id
            )
        except SOAPRefusal as refusal:
            return _recorded_fault(refusal, progress)
        return _concluded(outcome, call, envelope, progress)


def _refused(refusal: SOAPRefusal, progress: Progress) -> Answer:
    try:
        with transaction.atomic():
            if progress.vector is not None:
                # Its use went with the transaction that failed: it was seen all the same.
                insert_unless_taken(used_vector(progress.vector))
            return _recorded_fault(refusal, progress)
    except DatabaseError as problem:
        raise TracesUnavailable from problem


def _recorded_fault(refusal: SOAPRefusal, progress: Progress) -> Answer:
    answer = _fault(refusal, trace_id=str(progress.exchange_id), version=progress.version)
    _record(answer, progress, refusal=refusal)
    return answer


def _concluded(outcome: Outcome, call: Call, envelope: Envelope, progress: Progress) -> Answer:
    """The answer, traced and logged in the transaction of the effect."""
    if outcome.refusal is not None:
        answer = _fault(outcome.refusal, trace_id=str(progress.exchange_id), version=call.version)
    else:
        assert outcome.answer is not None
        content = answer_envelope(
            outcome.answer, request_content=call.body, operation=envelope.body, version=call.version
        )
        answer = Answer(200, content)
    _record(answer, progress, refusal=outcome.refusal, outcome=outcome)
    return answer


def _fault(refusal: SOAPRefusal, *, trace_id: str, version: Version) -> Answer:
    content = fault_envelope(refusal, trace_id=trace_id, version=version)
    return Answer(refusal.code.http_status, content, refusal.retry_after_seconds)


def _record(
    answer: Answer, progress: Progress, *, refusal: SOAPRefusal | None, outcome: Outcome | None = None
) -> None:
    trace = new_trace(
        kind=TraceKind.ANSWER_SENT,
        direction=Direction.INCOMING,
        exchange_id=progress.exchange_id,
        request_id=progress.request_id,
        partner_code=progress.partner.code if progress.partner else "",
        operation=progress.operation or "",
        http_status=answer.status,
        content=answer.content,
        diagnostic=_diagnostic(refusal, progress.delegate),
        vector_id=progress.vector_id,
    )
    try:
        insert_rows(trace, _line_of_log(progress, refusal, outcome))
    except DatabaseError as problem:
        raise TracesUnavailable from problem


def _diagnostic(refusal: SOAPRefusal | None, delegate: Partner | None) -> str:
    said = [f"step {refusal.step}: {refusal.reason}"] if refusal else []
    return "; ".join([*said, *([f"transmitted by {delegate.code}"] if delegate else [])])


def _line_of_log(progress: Progress, refusal: SOAPRefusal | None, outcome: Outcome | None) -> Exchange:
    holder = outcome.holder if outcome else None
    return Exchange(
        id=progress.exchange_id,
        direction=Direction.INCOMING,
        operation=progress.operation or "",
        partner=progress.partner,
        training_file=outcome.training_file if outcome else None,
        holder=holder,
        region_code=region_found_for(holder) if holder else "",
        request_id=progress.request_id,
        state=ExchangeState.REFUSED if refusal else ExchangeState.DONE,
        attempts=1,
        fault_code=refusal.code.qualified_name if refusal else "",
        fault_label=refusal.code.sentence if refusal else "",
        failed_step=refusal.step if refusal else None,
        failed_check=failed_check(refusal) if refusal else "",
        vector_issued_at=progress.vector_issued_at,
        last_attempt_at=progress.received_at,
        finished_at=timezone.now(),
    )

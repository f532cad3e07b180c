"""One call of a local system: traced, verified, signed for it, forwarded, answered with what AGORA answered."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import httpx
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from lxml import etree

from agora_sync.client.connector import binding_of, new_vector
from agora_sync.client.transport import TracedTransport
from agora_sync.contract import Operation, Version
from agora_sync.enums import Direction, ExchangeState, TraceKind
from agora_sync.exceptions import TracesUnavailable
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.gateway.header import LocalCaller, read_caller
from agora_sync.models import Exchange, LocalCertificate, LocalRole, LocalSystem
from agora_sync.provider.body import validated_body
from agora_sync.provider.call import Call, require_http_form
from agora_sync.provider.channel import require_trusted
from agora_sync.provider.envelope import Envelope, parsed_message, read_envelope
from agora_sync.provider.once import request_id_of
from agora_sync.provider.opening import place_in_hand
from agora_sync.provider.soap import fault_envelope
from agora_sync.selectors.opening import closed_until
from agora_sync.services.traces import new_trace, record_reception
from agora_sync.xml import namespaces as ns
from cpa_portal.kernel.database.rows import insert_rows

logger = logging.getLogger(__name__)

OPENING_STEP, CHANNEL_STEP, ROLES_STEP, SERVICE_STEP = 3, 4, 13, 16
AWAY_RETRY_SECONDS = 30


@dataclass(frozen=True)
class LocalAnswer:
    """What goes back: AGORA's own bytes, or a refusal of the gateway. The identifiers are told in HTTP headers."""

    status: int
    content: bytes
    trace_id: UUID
    request_id: UUID | None = None
    # Of the message that AGORA received: its answer quotes it.
    sent_digest: str = ""
    retry_after: str = ""


@dataclass
class Progress:
    """What is known of a call so far, for the traces and the exchange log."""

    received_at: datetime
    exchange_id: UUID = field(default_factory=uuid4)
    system: LocalSystem | None = None
    operation: Operation | None = None
    request_id: UUID | None = None


def handle_local_call(call: Call) -> LocalAnswer:
    """Answer one call. Never raises: whatever happens ends in AGORA's answer or in a fault of the contract."""
    progress = Progress(timezone.now())
    try:
        record_reception(exchange_id=progress.exchange_id, content=call.traced_content)
        answer, refusal = _answered(call, progress)
        _record(answer, progress, refusal)
    except TracesUnavailable:
        logger.error("traces_unavailable", extra={"exchange": str(progress.exchange_id)})
        return _fault(SOAPRefusal(FaultCode.TRACES_UNAVAILABLE, 1), progress)
    return answer


def _answered(call: Call, progress: Progress) -> tuple[LocalAnswer, SOAPRefusal | None]:
    try:
        return _forwarded(call, progress), None
    except SOAPRefusal as found:
        refusal = found
    except TracesUnavailable:
        raise
    except Exception as problem:
        # The message may quote what was received: only the kind of failure is logged.
        logger.exception(
            "local_exchange_failed", extra={"exchange": str(progress.exchange_id)}, exc_info=False
        )
        refusal = SOAPRefusal(FaultCode.INTERNAL, SERVICE_STEP, f"{type(problem).__name__}: {problem}")
    return _fault(refusal, progress), refusal


def _forwarded(call: Call, progress: Progress) -> LocalAnswer:
    require_http_form(call)
    _require_open(progress.received_at)
    # While AGORA is slow each call holds a thread: some are left to say so.
    with place_in_hand():
        return _verified_and_sent(call, progress)


def _verified_and_sent(call: Call, progress: Progress) -> LocalAnswer:
    at = progress.received_at
    progress.system = system = _system_of(call.client_certificate, at)
    root = parsed_message(call.body)
    envelope = read_envelope(root, soap_action=call.soap_action, version=Version.V1, understood=None)
    caller = read_caller(root, call.body)
    if caller.system != system.code:
        raise _refusal(FaultCode.CHANNEL, CHANNEL_STEP, "systeme", "Ce canal est celui d’un autre système.")
    progress.operation = envelope.operation
    profiles = _profiles(system, caller, at)
    body = validated_body(envelope.body, Version.V1)
    progress.request_id = request_id_of(body)
    return _sent(envelope, body, progress, name_id=f"{system.code}:{caller.subject}", profiles=profiles)


def _require_open(at: datetime) -> None:
    closed = closed_until(at)
    if closed is not None:
        seconds = max(1, int((closed[0] - at).total_seconds()))
        raise SOAPRefusal(FaultCode.SERVICE_INTERRUPTED, OPENING_STEP, closed[1], retry_after_seconds=seconds)


def _system_of(certificate: bytes | None, at: datetime) -> LocalSystem:
    """The system that opened the channel, by the certificate of its TLS session. Raises SOAPRefusal."""
    fingerprint = require_trusted(certificate, at=at)
    found = LocalCertificate.objects.in_force(at).filter(fingerprint=fingerprint).select_related("system")
    registered = found.first()
    if registered is None:
        raise SOAPRefusal(FaultCode.CHANNEL, CHANNEL_STEP, "no local system registered this certificate")
    return registered.system


def _profiles(system: LocalSystem, caller: LocalCaller, at: datetime) -> tuple[str, ...]:
    """The profiles of the roles, all of which must be the system's. Raises SOAPRefusal."""
    rows = LocalRole.objects.in_force(at).filter(system=system, role__in=caller.roles).order_by("pagm_code")
    known = {row.role for row in rows}
    unknown = [rank for rank, role in enumerate(caller.roles, start=1) if role not in known]
    if unknown:
        sentence = "Ce rôle n’est pas ouvert à ce système."
        details = [
            FaultDetail(FaultCode.INVALID_PAGM, f"/Appelant/role[{rank}]", sentence) for rank in unknown
        ]
        raise SOAPRefusal(FaultCode.INVALID_PAGM, ROLES_STEP, f"roles {unknown}", details=details)
    return tuple(dict.fromkeys(row.pagm_code for row in rows))


def _sent(
    envelope: Envelope, body: etree._Element, progress: Progress, *, name_id: str, profiles: tuple[str, ...]
) -> LocalAnswer:
    """Forward the very operation that came, under a vector of its own. What AGORA answers comes back as it is."""
    assert progress.request_id is not None
    message = etree.Element(ns.soap("Envelope"), nsmap={"soap": ns.SOAP})
    header = etree.SubElement(message, ns.soap("Header"))
    etree.SubElement(message, ns.soap("Body")).append(body)
    transport = TracedTransport(
        exchange_id=progress.exchange_id, request_id=progress.request_id, operation=envelope.operation
    )
    vector = transport.vector = new_vector(name_id=name_id, pagm_codes=profiles, **binding_of(message))
    header.append(vector.security_header)
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{envelope.operation.soap_action}"',
    }
    try:
        answer = transport.post_xml(settings.AGORA_ENDPOINT_URL, message, headers)
    except httpx.TransportError as problem:
        raise SOAPRefusal(
            FaultCode.SERVICE_INTERRUPTED,
            SERVICE_STEP,
            f"AGORA does not answer ({type(problem).__name__})",
            retry_after_seconds=AWAY_RETRY_SECONDS,
        ) from None
    return LocalAnswer(
        answer.status_code,
        answer.content,
        progress.exchange_id,
        progress.request_id,
        transport.sent_digest,
        answer.headers.get("Retry-After", ""),
    )


def _refusal(code: FaultCode, step: int, place: str, sentence: str) -> SOAPRefusal:
    return SOAPRefusal(code, step, sentence, details=[FaultDetail(code, f"/Appelant/{place}", sentence)])


def _fault(refusal: SOAPRefusal, progress: Progress) -> LocalAnswer:
    content = fault_envelope(refusal, trace_id=str(progress.exchange_id))
    return LocalAnswer(
        refusal.code.http_status,
        content,
        progress.exchange_id,
        progress.request_id,
        retry_after=str(refusal.retry_after_seconds or ""),
    )


def _record(answer: LocalAnswer, progress: Progress, refusal: SOAPRefusal | None) -> None:
    """The answer's trace and its line in the log of daily work, before it leaves. Raises TracesUnavailable."""
    trace = new_trace(
        kind=TraceKind.ANSWER_SENT,
        direction=Direction.INCOMING,
        exchange_id=progress.exchange_id,
        request_id=progress.request_id,
        partner_code=progress.system.code if progress.system else "",
        operation=progress.operation or "",
        http_status=answer.status,
        content=answer.content,
        diagnostic=f"step {refusal.step}: {refusal.reason}" if refusal else "",
    )
    is_done = refusal is None and answer.status == 200
    line = Exchange(
        id=progress.exchange_id,
        direction=Direction.INCOMING,
        operation=progress.operation or "",
        region_code=progress.system.region_code if progress.system else "",
        request_id=progress.request_id,
        state=ExchangeState.DONE if is_done else ExchangeState.REFUSED,
        attempts=1,
        fault_code=refusal.code.qualified_name if refusal else "",
        fault_label=_label(progress, refusal, is_done=is_done),
        failed_step=refusal.step if refusal else None,
        last_attempt_at=progress.received_at,
        finished_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            insert_rows(trace, line)
    except DatabaseError as problem:
        raise TracesUnavailable from problem


def _label(progress: Progress, refusal: SOAPRefusal | None, *, is_done: bool) -> str:
    if refusal is not None:
        return refusal.code.sentence
    told = "Transmis" if is_done else "Transmis, refusé par AGORA"
    return f"{told} pour {progress.system}."[:300]

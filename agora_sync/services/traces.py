"""The one way to write a trace."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db import DatabaseError, transaction

from agora_sync.enums import Direction, TraceKind
from agora_sync.evidence.rows import TraceContent, authentication_code
from agora_sync.exceptions import TracesUnavailable
from agora_sync.models import Trace
from cpa_portal.kernel.encryption import decrypt, encrypt


def record_trace(
    *,
    kind: TraceKind,
    direction: Direction,
    exchange_id: UUID,
    content: bytes,
    request_id: UUID | None = None,
    partner_code: str = "",
    operation: str = "",
    http_status: int | None = None,
    diagnostic: str = "",
) -> None:
    """Add one trace in the caller's transaction. Raises TracesUnavailable when the database refuses it."""
    stored = sealed(content)
    said = TraceContent(
        kind=str(kind),
        direction=str(direction),
        exchange_id=exchange_id,
        request_id=request_id,
        partner_code=partner_code,
        operation=str(operation),
        http_status=http_status,
        content_sha256=hashlib.sha256(stored).digest(),
        content_length=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        diagnostic=encrypt(diagnostic) if diagnostic else "",
    )
    trace = Trace(
        kind=kind,
        direction=direction,
        exchange_id=exchange_id,
        request_id=request_id,
        partner_code=partner_code,
        operation=operation,
        http_status=http_status,
        content=stored,
        content_length=said.content_length,
        sha256=said.sha256,
        diagnostic=said.diagnostic,
        code=authentication_code(said),
    )
    try:
        trace.save(force_insert=True)
    except DatabaseError as problem:
        raise TracesUnavailable from problem


def record_reception(*, exchange_id: UUID, content: bytes) -> None:
    """Trace what was just received and commit, before anything is done with it. Raises TracesUnavailable."""
    try:
        # Durable: the row is on disk when this returns, whatever happens to the call.
        with transaction.atomic(durable=True):
            record_trace(
                kind=TraceKind.REQUEST_RECEIVED,
                direction=Direction.INCOMING,
                exchange_id=exchange_id,
                content=content,
            )
    except DatabaseError as problem:
        raise TracesUnavailable from problem


def sealed(content: bytes) -> bytes:
    """The encrypted form of a message, whatever its bytes. Empty stays empty."""
    return encrypt(content.decode("latin-1")).encode("ascii") if content else b""


def opened(content: bytes | memoryview) -> bytes:
    """The message of an encrypted trace. For evidence only: every opening must be justified and logged."""
    return decrypt(bytes(content).decode("ascii")).encode("latin-1") if content else b""

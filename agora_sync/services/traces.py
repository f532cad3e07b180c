"""The one way to write a trace."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from agora_sync.enums import Direction, TraceKind
from agora_sync.evidence.rows import TraceContent, authentication_code
from agora_sync.exceptions import TracesUnavailable
from agora_sync.models import Trace
from cpa_portal.kernel.database.rows import insert_rows
from cpa_portal.kernel.encryption import decrypt, encrypt


def record_trace(**said: Any) -> None:
    """Add one trace (see `new_trace`) in the caller's transaction. Raises TracesUnavailable when it is refused."""
    try:
        insert_rows(new_trace(**said))
    except DatabaseError as problem:
        raise TracesUnavailable from problem


def new_trace(
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
    vector_id: str = "",
) -> Trace:
    """A trace of these clear bytes, encrypted and with its code, to be inserted."""
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
        vector_id=vector_id,
    )
    return Trace(
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
        vector_id=vector_id,
    )


def record_reception(*, exchange_id: UUID, content: bytes) -> None:
    """Trace what was just received and commit, before anything is done with it. Raises TracesUnavailable.

    The row is on disk when this returns, whatever happens to the call: alone, a statement commits itself. Inside a
    transaction that could still be undone, Django raises RuntimeError.
    """
    alone = contextlib.nullcontext() if not connection.in_atomic_block else transaction.atomic(durable=True)
    with alone:
        record_trace(
            kind=TraceKind.REQUEST_RECEIVED,
            direction=Direction.INCOMING,
            exchange_id=exchange_id,
            content=content,
        )


def sealed(content: bytes) -> bytes:
    """The encrypted form of a message, whatever its bytes. Empty stays empty."""
    return encrypt(content.decode("latin-1")).encode("ascii") if content else b""


def opened(content: bytes | memoryview) -> bytes:
    """The message of an encrypted trace. For evidence only: every opening must be justified and logged."""
    return decrypt(bytes(content).decode("ascii")).encode("latin-1") if content else b""

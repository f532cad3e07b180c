"""The wire: bytes traced before they leave, bytes traced when they come back."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.db import transaction
from zeep.transports import Transport
from zeep.wsdl.utils import etree_to_string

from agora_sync.contract import Operation
from agora_sync.enums import Direction, TraceKind
from agora_sync.services.traces import record_trace
from agora_sync.vector.build import SignedVector
from cpa_portal.kernel.http import ClientCertificate, Limits, http_session

LIMITS = Limits(
    # Between two data centres a handshake takes tens of milliseconds: three seconds mean that nobody is there.
    connect_seconds=3,
    # AGORA writes several durable rows before it answers, behind its own queue.
    read_seconds=15,
    # Shorter than the lease of an exchange, so that two workers never send one exchange together.
    total_seconds=20,
    # The files of a whole career fit in a few hundred kilobytes.
    body_bytes=5_000_000,
)


class TracedTransport(Transport):
    """Sends one message. Raises TracesUnavailable before anything leaves when the traces cannot be written."""

    def __init__(self, *, exchange_id: UUID, request_id: UUID, operation: Operation) -> None:
        super().__init__()
        self.exchange_id, self.request_id, self.operation = exchange_id, request_id, operation
        # Made when the message is written, before it comes here.
        self.vector: SignedVector | None = None
        self.sent_digest = ""
        self.answer: httpx.Response | None = None

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> httpx.Response:
        vector = self.vector
        assert vector is not None
        message = etree_to_string(envelope)
        self.sent_digest = hashlib.sha256(message).hexdigest()
        # The vector is archived with its request, and both are on disk before the first byte leaves.
        with transaction.atomic(durable=True):
            self._trace(TraceKind.VECTOR_CREATED, vector, vector.assertion)
            self._trace(TraceKind.REQUEST_SENT, vector, message)
        self.answer = channel().post(address, content=message, headers=headers)
        self._trace(TraceKind.ANSWER_RECEIVED, vector, self.answer.content, self.answer.status_code)
        return self.answer

    def _trace(
        self, kind: TraceKind, vector: SignedVector, content: bytes, http_status: int | None = None
    ) -> None:
        record_trace(
            kind=kind,
            direction=Direction.OUTGOING,
            exchange_id=self.exchange_id,
            request_id=self.request_id,
            operation=self.operation,
            content=content,
            http_status=http_status,
            vector_id=vector.assertion_id,
        )


def channel() -> httpx.Client:
    """The mutual-TLS client of this process, made again when one of its files changes."""
    files = (settings.AGORA_TLS_CERTIFICATE, settings.AGORA_TLS_KEY, settings.AGORA_TRUSTED_CA)
    return _channel(*files, tuple(Path(file).stat().st_mtime_ns for file in files))


@lru_cache(maxsize=2)
def _channel(certificate: str, key: str, trusted_ca: str, stamps: tuple[int, ...]) -> httpx.Client:
    return http_session(
        purpose="agora",
        limits=LIMITS,
        client_certificate=ClientCertificate(Path(certificate), Path(key)),
        trusted_ca=Path(trusted_ca),
    )

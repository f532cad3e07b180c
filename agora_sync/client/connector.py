"""The connector: dataclasses in, dataclasses out, over zeep and mutual TLS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import zeep
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.utils import timezone
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.helpers import serialize_object
from zeep.wsdl.utils import get_or_create_header

from agora_sync.client.answers import require_sound_answer
from agora_sync.client.outcomes import Malformed, Unavailable
from agora_sync.client.transport import TracedTransport
from agora_sync.contract import Operation, Version
from agora_sync.contract.wire import internal_values, wire_values
from agora_sync.mapping.answers import (
    ChangedFile,
    CreatedFile,
    ListedFile,
    read_changed,
    read_created,
    read_listed,
)
from agora_sync.mapping.requests import (
    CreateFileRequest,
    HolderRequest,
    ListFilesRequest,
    Request,
    operation_of,
    request_values,
)
from agora_sync.vector.binding import body_digest
from agora_sync.vector.build import SignedVector, VectorIdentity, build_vector
from agora_sync.xml import namespaces as ns


class AgoraConnector:
    """Calls AGORA for one exchange: its traces bear that exchange's key. A new vector is made for each call.

    It speaks the version of the settings, and binds the vector to the body when they say so. `make_vector` takes what
    `new_vector` takes.

    Every method raises Unavailable, Refused or Malformed (and TracesUnavailable when nothing could be sent).
    """

    def __init__(self, *, exchange_id: UUID, make_vector: Callable[..., SignedVector] | None = None) -> None:
        self.exchange_id = exchange_id
        self.make_vector = make_vector or new_vector
        self.version = Version(settings.AGORA_CONTRACT_VERSION)

    def create_file(self, request: CreateFileRequest) -> CreatedFile:
        return read_created(self._call(Operation.CREATE_FILE, request))

    def change_file(self, request: Request) -> ChangedFile:
        """Tell AGORA what happened to a file that it has: any operation that names one by its number."""
        return read_changed(self._call(operation_of(request), request))

    def list_files(self, request: ListFilesRequest) -> list[ListedFile]:
        return read_listed(self._call(Operation.LIST_FILES, request))

    def check_identity(self, request: HolderRequest) -> None:
        """Ask whether a NIR and a name are one known person. The answer itself is for the caller's traces."""
        self._call(Operation.CHECK_IDENTITY, request)

    def _call(self, operation: Operation, request: Request) -> dict[str, Any]:
        transport = TracedTransport(
            exchange_id=self.exchange_id, request_id=request.request_id, operation=operation
        )
        header = _VectorHeader(self.make_vector, transport)
        client = zeep.Client(_document(self.version), transport=transport, wsse=header)
        service = client.create_service(self.version.tag("AgoraSoap11"), settings.AGORA_ENDPOINT_URL)
        try:
            answer = service[operation.value](**wire_values(request_values(request), self.version))
        except httpx.TransportError as problem:
            raise Unavailable(type(problem).__name__) from None
        except (ZeepError, etree.LxmlError) as problem:
            self._explain(problem, transport, request)
        self._require_sound(transport, request)
        return internal_values(serialize_object(answer, dict), self.version)

    def _explain(self, problem: Exception, transport: TracedTransport, request: Request) -> None:
        """zeep's own errors mix faults, form and transport: the bytes tell them apart."""
        if transport.answer is None:
            raise Malformed(f"the request could not be written ({type(problem).__name__})") from None
        self._require_sound(transport, request)
        raise Malformed(f"unreadable answer ({type(problem).__name__})") from None

    def _require_sound(self, transport: TracedTransport, request: Request) -> None:
        assert transport.answer is not None
        require_sound_answer(
            transport.answer,
            request_id=request.request_id,
            sent_digest=transport.sent_digest,
            version=self.version,
        )


class _VectorHeader:
    """Puts the Security header where zeep puts those of WS-Security, once the body is written."""

    def __init__(self, make_vector: Callable[..., SignedVector], transport: TracedTransport) -> None:
        self._make_vector, self._transport = make_vector, transport

    def apply(self, envelope: etree._Element, headers: dict[str, str]) -> tuple[Any, dict[str, str]]:
        vector = self._transport.vector = self._make_vector(**binding_of(envelope))
        get_or_create_header(envelope).append(vector.security_header)
        return envelope, headers

    def verify(self, envelope: etree._Element) -> None:
        """AGORA signs no answer: the channel authenticates it, the digest binds it to our request."""


def binding_of(envelope: etree._Element) -> dict[str, Any]:
    """What the vector says of the body of this message, when the partners agreed on it."""
    body = envelope.find(ns.soap("Body"))
    if not settings.AGORA_BIND_BODY or body is None:
        return {}
    return {"body_digest": body_digest(body[0])}


def new_vector(*, at: datetime | None = None, **changes: Any) -> SignedVector:
    """A vector of ours, fresh, with the profiles of the settings; the test bench alone asks for another one."""
    files = (settings.AGORA_VI_CERTIFICATE, settings.AGORA_VI_KEY)
    key, certificates = _signing_identity(*files, tuple(Path(file).stat().st_mtime_ns for file in files))
    identity = VectorIdentity(
        issuer=settings.AGORA_ISSUER,
        name_id=settings.AGORA_NAME_ID,
        recipient=settings.AGORA_RECIPIENT,
        audience=settings.AGORA_AUDIENCE,
        pagm_codes=tuple(settings.AGORA_PAGM),
    )
    return build_vector(
        replace(identity, **changes), key=key, certificates=certificates, now=at or timezone.now()
    )


@lru_cache(maxsize=2)
def _signing_identity(
    certificate: str, key: str, stamps: tuple[int, ...]
) -> tuple[rsa.RSAPrivateKey, list[x509.Certificate]]:
    """Read again when a file changes: a key is rotated without a stop."""
    signing_key = load_pem_private_key(Path(key).read_bytes(), password=None)
    if not isinstance(signing_key, rsa.RSAPrivateKey):
        raise ValueError("AGORA_VI_KEY: expected an RSA key")
    return signing_key, x509.load_pem_x509_certificates(Path(certificate).read_bytes())


@lru_cache(maxsize=len(Version))
def _document(version: Version) -> zeep.wsdl.Document:
    """Our own copy of the contract: what the server says of itself is not trusted to describe it."""
    safe = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    # The stubs want the class where the code wants an instance.
    return zeep.wsdl.Document(str(version.wsdl_file), zeep.Transport(), settings=safe)  # type: ignore[arg-type]

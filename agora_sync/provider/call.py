"""One HTTP call as it came, and step 2: what HTTP itself must look like."""

from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

from django.http import HttpRequest

from agora_sync.contract import Version
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.xml.hardened import is_utf8

STEP = 2
MAX_BODY_BYTES = 1_048_576
# Of a message that is too large, the beginning is kept: enough to recognise it, not enough to fill the disk.
KEPT_OF_TOO_LARGE_BYTES = 65_536
# Set by the WSGI entry point from the TLS socket (or from a trusted proxy). A header of the caller can never have
# this name: the server prefixes those with HTTP_.
CLIENT_CERTIFICATE = "cpa.client_certificate"


@dataclass(frozen=True)
class Call:
    """What was received. `client_certificate` is in DER, None when the caller presented none.

    `version`: that of the address called; what it is answered is of that version, whatever it holds.
    """

    method: str
    content_type: str
    content_encoding: str
    soap_action: str
    body: bytes
    is_too_large: bool
    client_certificate: bytes | None
    version: Version = Version.V1
    # False when HTTP announced more than what came: nothing is made of half a message, even if it can be read.
    is_whole: bool = True

    @property
    def traced_content(self) -> bytes:
        return self.body[:KEPT_OF_TOO_LARGE_BYTES] if self.is_too_large else self.body


def read_call(request: HttpRequest, version: Version) -> Call:
    """Read a call; the body is never read beyond the limit, whatever its announced length."""
    meta = request.META
    body, is_whole = _bounded_body(
        meta["wsgi.input"], meta.get("CONTENT_LENGTH", ""), meta.get("HTTP_TRANSFER_ENCODING", "")
    )
    return Call(
        method=request.method or "",
        content_type=meta.get("CONTENT_TYPE", ""),
        content_encoding=_encoding(meta),
        soap_action=meta.get("HTTP_SOAPACTION", ""),
        body=body[:MAX_BODY_BYTES],
        is_too_large=len(body) > MAX_BODY_BYTES,
        client_certificate=meta.get(CLIENT_CERTIFICATE),
        version=version,
        is_whole=is_whole,
    )


def _encoding(meta: dict[str, Any]) -> str:
    """What the body went through, chunks apart: a coding of the transfer that nobody undid is one of the content."""
    transfer = (part.strip() for part in meta.get("HTTP_TRANSFER_ENCODING", "").split(","))
    parts = [meta.get("HTTP_CONTENT_ENCODING", "").strip(), *transfer]
    return ", ".join(part.lower() for part in parts if part and part.lower() not in {"chunked", "identity"})


def _bounded_body(stream: IO[bytes], length: str, transfer_encoding: str) -> tuple[bytes, bool]:
    """What was read, and whether that is all that was announced."""
    if transfer_encoding:
        # Sent in chunks, as ordinary Java clients do: the server ends the stream where the body ends.
        wanted = MAX_BODY_BYTES + 1
    else:
        wanted = min(int(length), MAX_BODY_BYTES + 1) if length.isdecimal() else 0
    parts, missing = [], wanted
    try:
        while missing > 0 and (part := stream.read(missing)):
            parts.append(part)
            missing -= len(part)
    except Exception:
        # The connection broke, or the chunks are not chunks: each server has exceptions of its own for it.
        return b"".join(parts), False
    return b"".join(parts), bool(transfer_encoding) or missing == 0


def require_http_form(call: Call) -> None:
    """POST, text/xml, size, no content encoding, UTF-8. Raises SOAPRefusal."""
    if call.method != "POST":
        raise SOAPRefusal(FaultCode.METHOD_FORBIDDEN, STEP, call.method)
    content_type = Message()
    content_type["Content-Type"] = call.content_type
    if content_type.get_content_type() != "text/xml" or not call.content_type.strip():
        raise SOAPRefusal(FaultCode.CONTENT_TYPE, STEP, call.content_type)
    if call.is_too_large:
        raise SOAPRefusal(FaultCode.TOO_LARGE, STEP)
    charset = str(content_type.get_param("charset", "utf-8")).lower()
    if call.content_encoding or charset not in {"utf-8", "utf8", "us-ascii"}:
        raise SOAPRefusal(FaultCode.ENCODING, STEP, f"encoding {call.content_encoding}, charset {charset}")
    if not call.is_whole:
        raise SOAPRefusal(FaultCode.MALFORMED_XML, STEP, "the body is shorter than what HTTP announced")
    if not is_utf8(call.body):
        raise SOAPRefusal(
            FaultCode.ENCODING, STEP, "the bytes are not UTF-8 or the declaration says otherwise"
        )

"""What came back: a fault to be read, or an answer to be checked against its contract and its request."""

from typing import NoReturn
from uuid import UUID

import httpx
from lxml import etree

from agora_sync import contract
from agora_sync.client.outcomes import Malformed, Refused, Unavailable
from agora_sync.contract import Version
from agora_sync.faults import BY_NAMESPACE_AND_NAME, TRANSIENT, FaultCode
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import XMLRefused, collapsed, parse, text_of

_FAULT = f"{ns.soap('Body')}/{ns.soap('Fault')}"


def require_sound_answer(
    response: httpx.Response, *, request_id: UUID, sent_digest: str, version: Version
) -> None:
    """The message answers our very request and respects that version. Raises Malformed, Refused or Unavailable."""
    root = _parsed(response)
    fault = root.find(_FAULT)
    if fault is not None:
        raise_fault(fault, response)
    if response.status_code != 200:
        raise Unavailable(f"HTTP {response.status_code}")
    body = root.find(ns.soap("Body"))
    if body is None or len(body) != 1:
        raise Malformed("no single answer in the envelope")
    answer = body[0]
    if not contract.schema(version).validate(answer):
        raise Malformed("the answer does not respect the contract")
    _require_bound(answer, request_id=request_id, sent_digest=sent_digest, version=version)


def raise_fault(fault: etree._Element, response: httpx.Response) -> NoReturn:
    """Raises Unavailable for what may pass later, Refused for the rest."""
    code, name = code_of(fault)
    if code in TRANSIENT:
        raise Unavailable(name, code, _retry_after(response))
    labels = [collapsed(text_of(label)) for label in fault.iter("{*}libelle")]
    label = " ".join(dict.fromkeys(label for label in labels if label)) or text_of(fault.find("faultstring"))
    raise Refused(name, label[:500], code)


def _parsed(response: httpx.Response) -> etree._Element:
    try:
        return parse(response.content)
    except XMLRefused:
        # A proxy in between speaks HTML: the server behind it is not there.
        if response.status_code >= 500:
            raise Unavailable(f"HTTP {response.status_code}") from None
        raise Malformed("not an XML document") from None


def _require_bound(answer: etree._Element, *, request_id: UUID, sent_digest: str, version: Version) -> None:
    told_id = collapsed(text_of(answer.find(version.tag("identifiantRequete"))))
    told_digest = collapsed(text_of(answer.find(version.tag("empreinteRequete"))))
    if UUID(told_id) != request_id or told_digest != sent_digest:
        raise Malformed("the answer is bound to another request")


def code_of(fault: etree._Element) -> tuple[FaultCode | None, str]:
    """The code of a fault when it is one of the contract, and how it is named."""
    element = fault.find("faultcode")
    written = collapsed(text_of(element))
    prefix, _, local_name = written.rpartition(":")
    namespace = element.nsmap.get(prefix or None, "") if element is not None else ""
    code = BY_NAMESPACE_AND_NAME.get((namespace, local_name))
    return code, code.qualified_name if code else written[:60]


def _retry_after(response: httpx.Response) -> int | None:
    written = response.headers.get("Retry-After", "")
    return int(written) if written.isascii() and written.isdigit() else None

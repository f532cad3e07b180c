"""Steps 5 and 6: a hardened parse, then the form of the SOAP envelope. Nothing of it is believed yet."""

from dataclasses import dataclass

from lxml import etree

from agora_sync.contract import Operation, Version
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import DoctypeRefused, XMLRefused, parse

PARSE_STEP, ENVELOPE_STEP = 5, 6
_FOR_US = {"", "http://schemas.xmlsoap.org/soap/actor/next"}


@dataclass(frozen=True)
class Envelope:
    """A well-formed SOAP 1.1 message for one known operation."""

    root: etree._Element
    operation: Operation
    body: etree._Element


def parsed_message(content: bytes) -> etree._Element:
    """The root of the message. Raises SOAPRefusal."""
    try:
        root = parse(content)
    except DoctypeRefused as problem:
        raise SOAPRefusal(FaultCode.DOCTYPE, PARSE_STEP, str(problem)) from None
    except XMLRefused as problem:
        raise SOAPRefusal(FaultCode.MALFORMED_XML, PARSE_STEP, str(problem)) from None
    header = root.find(ns.soap("Header"))
    if header is not None and _has_comment(header):
        raise SOAPRefusal(FaultCode.MALFORMED_XML, PARSE_STEP, "comment or instruction in the header")
    return root


def read_envelope(
    root: etree._Element,
    *,
    soap_action: str,
    version: Version,
    understood: str | None = ns.wsse("Security"),
) -> Envelope:
    """Raises SOAPRefusal: version, shape, unknown compulsory header, operation.

    `understood`: the header block that is read; None when the caller judges every block itself.
    """
    _require_version(root)
    header, body = _parts(root)
    if understood is not None:
        _require_understood(header, understood)
    elements = list(body.iterchildren(etree.Element))
    if len(elements) != 1 or _has_text(body):
        raise SOAPRefusal(FaultCode.ENVELOPE, ENVELOPE_STEP, f"{len(elements)} elements in the body")
    return Envelope(root, _operation(elements[0], soap_action, version), elements[0])


def _has_comment(element: etree._Element) -> bool:
    return next(element.iter(etree.Comment, etree.ProcessingInstruction), None) is not None


def _require_version(root: etree._Element) -> None:
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise SOAPRefusal(FaultCode.ENVELOPE, ENVELOPE_STEP, f"root {root.tag}")
    if name.namespace != ns.SOAP:
        raise SOAPRefusal(FaultCode.VERSION_MISMATCH, ENVELOPE_STEP, f"envelope of {name.namespace}")


def _parts(root: etree._Element) -> tuple[etree._Element | None, etree._Element]:
    # A message without Header is left to step 7, which says what it lacks: an assertion.
    children = list(root.iterchildren(etree.Element))
    tags = [child.tag for child in children]
    if _has_text(root) or tags not in ([ns.soap("Body")], [ns.soap("Header"), ns.soap("Body")]):
        raise SOAPRefusal(FaultCode.ENVELOPE, ENVELOPE_STEP, f"envelope of {tags}")
    return (children[0] if len(children) == 2 else None), children[-1]


def _has_text(element: etree._Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in texts)


def _require_understood(header: etree._Element | None, understood: str) -> None:
    for block in header.iterchildren(etree.Element) if header is not None else ():
        is_compulsory = block.get(ns.soap("mustUnderstand"), "0").strip() not in {"0", "false"}
        is_for_us = block.get(ns.soap("actor"), "").strip() in _FOR_US
        if is_compulsory and is_for_us and block.tag != understood:
            raise SOAPRefusal(FaultCode.MUST_UNDERSTAND, ENVELOPE_STEP, f"header {block.tag}")


def _operation(element: etree._Element, soap_action: str, version: Version) -> Operation:
    name = etree.QName(element)
    if name.namespace != version.namespace or name.localname not in Operation.values:
        raise SOAPRefusal(FaultCode.OPERATION_MISMATCH, ENVELOPE_STEP, f"operation {element.tag}")
    operation = Operation(name.localname)
    announced = soap_action.strip().strip('"')
    # The bare name of the operation says the same thing as the URI of the contract.
    if announced not in {version.soap_action(operation), str(operation.value)}:
        raise SOAPRefusal(FaultCode.OPERATION_MISMATCH, ENVELOPE_STEP, f"SOAPAction {announced!r}")
    return operation

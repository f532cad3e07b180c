"""SOAP 1.1 answers: the envelope of an answer, the envelope of a fault."""

import hashlib

from lxml import etree

from agora_sync.contract import Version
from agora_sync.contract.wire import wire_form, wire_path
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.vector.binding import body_digest
from agora_sync.xml import namespaces as ns

_XML_LANG = f"{{{ns.XML}}}lang"


def digest_of(content: bytes) -> str:
    """The `empreinteRequete` of an HTTP body: SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical_digest(element: etree._Element) -> str:
    """A digest of an element that does not depend on how it was written."""
    return digest_of(etree.tostring(element, method="c14n", exclusive=True))


def answer_envelope(
    answer: etree._Element, *, request_content: bytes, operation: etree._Element, version: Version
) -> bytes:
    """The message that carries an answer in that version; the digests of the request follow the request's identifier.

    `operation` is the element that was received, as it was.
    """
    envelope, body = _envelope()
    complete = wire_form(answer, version)
    digests = {"empreinteRequete": digest_of(request_content)}
    if version is not Version.V1:
        digests["empreinteCorps"] = body_digest(operation)
    for place, (name, digest) in enumerate(digests.items(), start=1):
        told = etree.Element(version.tag(name))
        told.text = digest
        complete.insert(place, told)
    body.append(complete)
    return _bytes(envelope)


def fault_envelope(refusal: SOAPRefusal, *, trace_id: str, version: Version = Version.V1) -> bytes:
    """The message that carries a refusal in that version: qualified code, generic sentence, one `Erreur` per detail."""
    envelope, body = _envelope()
    code = refusal.code
    prefixes = {} if code.prefix == "soap" else {code.prefix: code.namespace}
    fault = etree.SubElement(body, ns.soap("Fault"), nsmap=prefixes)
    etree.SubElement(fault, "faultcode").text = code.qualified_name
    sentence = etree.SubElement(fault, "faultstring")
    sentence.text = code.sentence
    sentence.set(_XML_LANG, "fr")
    detail = etree.SubElement(fault, "detail")
    for item in refusal.described():
        error = etree.SubElement(detail, version.tag("Erreur"), nsmap={"agora": version.namespace})
        if item.cause:
            error.set("cause", item.cause)
        told = {
            "code": item.code.local_name,
            "libelle": item.sentence or item.code.sentence,
            # The schema's errors are where the message has them, under names that no version may know.
            "chemin": item.path if item.code is FaultCode.SCHEMA else wire_path(item.path, version),
            "idTrace": trace_id,
        }
        for name, text in told.items():
            etree.SubElement(error, version.tag(name)).text = text
    return _bytes(envelope)


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(ns.soap("Envelope"), nsmap={"soap": ns.SOAP})
    return envelope, etree.SubElement(envelope, ns.soap("Body"))


def _bytes(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")

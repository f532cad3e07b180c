"""SOAP 1.1 answers: the envelope of an answer, the envelope of a fault."""

import copy
import hashlib

from lxml import etree

from agora_sync.faults import SOAPRefusal
from agora_sync.xml import namespaces as ns

_XML_LANG = f"{{{ns.XML}}}lang"


def digest_of(content: bytes) -> str:
    """The `empreinteRequete` of an HTTP body: SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical_digest(element: etree._Element) -> str:
    """A digest of an element that does not depend on how it was written."""
    return digest_of(etree.tostring(element, method="c14n", exclusive=True))


def answer_envelope(answer: etree._Element, *, request_content: bytes) -> bytes:
    """The message that carries an answer; the digest of the request is put after the request's identifier."""
    envelope, body = _envelope()
    complete = copy.deepcopy(answer)
    digest = etree.Element(ns.agora("empreinteRequete"))
    digest.text = digest_of(request_content)
    complete.insert(1, digest)
    body.append(complete)
    return _bytes(envelope)


def fault_envelope(refusal: SOAPRefusal, *, trace_id: str) -> bytes:
    """The message that carries a refusal: qualified code, generic sentence, one `Erreur` per detail."""
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
        error = etree.SubElement(detail, ns.agora("Erreur"), nsmap={"agora": ns.AGORA})
        if item.cause:
            error.set("cause", item.cause)
        _child(error, "code", item.code.local_name)
        _child(error, "libelle", item.sentence or item.code.sentence)
        _child(error, "chemin", item.path)
        _child(error, "idTrace", trace_id)
    return _bytes(envelope)


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(ns.soap("Envelope"), nsmap={"soap": ns.SOAP})
    return envelope, etree.SubElement(envelope, ns.soap("Body"))


def _child(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, ns.agora(name)).text = text


def _bytes(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")

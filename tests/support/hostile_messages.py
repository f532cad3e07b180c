"""Messages that an ordinary partner would not send, each with the fault it must get; and odd but honest ones.

A row: name, what makes the message from a partner and a body, the code expected ("" when it must pass).
"""

import base64
import copy
import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from agora_sync.xml import namespaces as ns
from tests.support.agora import Caller, Signer, envelope
from tests.support.agora_assertions import ENVELOPED, SHA1, Assertion, security_header

Element = etree._Element
METHOD = "urn:oasis:names:tc:SAML:2.0:cm"
INVALID, FAILED, VECTOR = "wsse:InvalidSecurityToken", "wsse:FailedCheck", "vi:InvalidVI"


@dataclass(frozen=True)
class Message:
    """Bytes as they go, with what HTTP says beside them."""

    content: bytes
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"


Maker = Callable[[Caller, Element], Message | bytes]


@dataclass(frozen=True)
class Row:
    name: str
    make: Maker
    code: str


def signed_after(change: Callable[[Element], object], **how: object) -> Maker:
    """The assertion changed first, signed afterwards: the partner itself says something odd."""

    def make(caller: Caller, body: Element) -> bytes:
        assertion = caller.assertion(**how)
        element = assertion.unsigned()
        change(element)
        return envelope(body, security_header(assertion.sign(element), assertion.assertion_id))

    return make


def changed_after(change: Callable[[Element, Assertion], Element | None], **how: object) -> Maker:
    """The assertion signed first, the header changed afterwards: somebody on the way did it."""

    def make(caller: Caller, body: Element) -> bytes:
        assertion = caller.assertion(**how)
        header = security_header(assertion.element(), assertion.assertion_id)
        changed = change(header, assertion)
        return envelope(body, header if changed is None else changed)

    return make


def rewritten(change: Callable[[bytes], bytes], **headers: str) -> Maker:
    """The whole honest message, its bytes changed."""
    return lambda caller, body: Message(change(envelope(body, caller.assertion().security_header())), headers)


def put(name: str, **attributes: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        next(element.iter(ns.saml(name))).attrib.update(attributes)

    return change


def drop(name: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        gone = next(element.iter(ns.saml(name)))
        parent = gone.getparent()
        assert parent is not None
        parent.remove(gone)

    return change


def twice(name: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        found = next(element.iter(ns.saml(name)))
        found.addnext(copy.deepcopy(found))

    return change


def say(name: str, text: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        next(element.iter(ns.saml(name))).text = text

    return change


def forged_copy(assertion: Element, new_id: str | None) -> Element:
    evil = copy.deepcopy(assertion)
    signature = evil.find(ns.ds("Signature"))
    assert signature is not None
    evil.remove(signature)
    if new_id:
        evil.set("ID", new_id)
    say("AttributeValue", "AGORA_FINANCEUR")(evil)
    return evil


def _in(header: Element, *, where: str, new_id: str | None = "_evil") -> None:
    signed = header[0]
    evil = forged_copy(signed, new_id)
    signature = signed.find(ns.ds("Signature"))
    assert signature is not None
    if where == "before":
        header.insert(0, evil)
    elif where == "after":
        header.append(evil)
    elif where == "around":
        header.replace(signed, evil)
        evil.append(signed)
    elif where == "inside":
        signed.append(evil)
    elif where == "object":
        etree.SubElement(signature, ns.ds("Object")).append(evil)
    elif where == "keyinfo":
        next(signature.iter(ns.ds("KeyInfo"))).append(evil)
    elif where == "reference":
        header[1].append(evil)
    elif where == "stolen signature":
        evil.insert(1, signature)
        header.replace(signed, evil)
    elif where == "advice":
        header.replace(signed, evil)
        etree.SubElement(evil, ns.saml("Advice")).append(signed)


def wrapped(where: str, new_id: str | None = "_evil") -> Maker:
    def change(header: Element, _: Assertion) -> None:
        _in(header, where=where, new_id=new_id)

    return changed_after(change)


def in_signature(change: Callable[[Element], object]) -> Maker:
    def apply(header: Element, _: Assertion) -> None:
        signature = header[0].find(ns.ds("Signature"))
        assert signature is not None
        change(signature)

    return changed_after(apply)


def add_to(name: str, child: str, **attributes: str) -> Callable[[Element], object]:
    return lambda signature: etree.SubElement(next(signature.iter(ns.ds(name))), ns.ds(child), attributes)


def repeat(name: str) -> Callable[[Element], None]:
    def change(signature: Element) -> None:
        found = next(signature.iter(ns.ds(name)))
        found.addnext(copy.deepcopy(found))

    return change


def set_algorithm(name: str, uri: str) -> Callable[[Element], None]:
    return lambda signature: next(signature.iter(ns.ds(name))).set("Algorithm", uri)


def spaced_value(signature: Element) -> None:
    value = next(signature.iter(ns.ds("SignatureValue")))
    text = value.text or ""
    value.text = "\n  " + "\n  ".join(text[start : start + 64] for start in range(0, len(text), 64)) + "\n"


def bare_key(signature: Element) -> None:
    """The key itself inside the message, in the place of the certificate."""
    info = next(signature.iter(ns.ds("KeyInfo")))
    info.clear()
    value = etree.SubElement(etree.SubElement(info, ns.ds("KeyValue")), ns.ds("RSAKeyValue"))
    etree.SubElement(value, ns.ds("Modulus")).text = base64.b64encode(b"\x01" * 256).decode()
    etree.SubElement(value, ns.ds("Exponent")).text = "AQAB"


def id_elsewhere(name: str) -> Maker:
    """The assertion's identifier borne by another element, which a verifier could resolve instead."""

    def make(caller: Caller, body: Element) -> bytes:
        assertion = caller.assertion()
        odd = copy.deepcopy(body)
        odd.set(name, assertion.assertion_id)
        return envelope(odd, assertion.security_header())

    return make


def signed_by(name: str) -> Maker:
    return lambda caller, body: envelope(
        body, caller.assertion(signer=Signer.named(caller.folder, name)).security_header()
    )


def with_bodies(change: Callable[[Element], Element]) -> Maker:
    return lambda caller, body: envelope(change(copy.deepcopy(body)), caller.assertion().security_header())


def deep(body: Element) -> Element:
    place = body
    for _ in range(300):
        place = etree.SubElement(place, ns.agora("a"))
    return body


def one_more(body: Element) -> Element:
    etree.SubElement(body, ns.agora("inconnu")).text = "x"
    return body


def nil(body: Element) -> Element:
    body[1].set("{http://www.w3.org/2001/XMLSchema-instance}nil", "true")
    return body


def other_type(body: Element) -> Element:
    body[1].set("{http://www.w3.org/2001/XMLSchema-instance}type", "Organisme")
    return body


def renamed(body: Element) -> Element:
    body.tag = "{urn:cpa:agora:2}CreerDossier"
    return body


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old in content, old
        return content.replace(old, new, 1)

    return change


WRAPPING = [
    *[Row(f"forged {where}", wrapped(where), INVALID) for where in (
        "before", "after", "around", "inside", "object", "keyinfo", "reference", "advice",
    )],
    *[Row(f"forged {where}, same identifier", wrapped(where, None), INVALID)
      for where in ("before", "after", "around")],
    # The one assertion is in its place; what it bears is not its own.
    Row("signature of another assertion", wrapped("stolen signature"), FAILED),
    Row("signature of the same identifier", wrapped("stolen signature", None), FAILED),
    Row("identifier in the body as ID", id_elsewhere("ID"), INVALID),
    Row("identifier in the body as Id", id_elsewhere("Id"), INVALID),
    Row("identifier in the body as id", id_elsewhere("id"), INVALID),
    Row("identifier in the body as xml:id", id_elsewhere(f"{{{ns.XML}}}id"), INVALID),
    Row("identifier in the body as wsu:Id", id_elsewhere(f"{{{ns.WSU}}}Id"), INVALID),
    Row("identifier in the body as AssertionID", id_elsewhere("AssertionID"), INVALID),
]  # fmt: skip
SIGNATURES = [
    Row("second signature", in_signature(lambda s: s.addnext(copy.deepcopy(s))), FAILED),
    Row("second reference", in_signature(repeat("Reference")), FAILED),
    Row("second transform", in_signature(repeat("Transform")), FAILED),
    Row("second digest", in_signature(repeat("DigestValue")), FAILED),
    Row("second value", in_signature(repeat("SignatureValue")), FAILED),
    Row("second key", in_signature(repeat("KeyInfo")), FAILED),
    Row("second certificates", in_signature(repeat("X509Data")), FAILED),
    Row("manifest", in_signature(lambda s: etree.SubElement(s, ns.ds("Manifest"))), FAILED),
    Row("object", in_signature(lambda s: etree.SubElement(s, ns.ds("Object"))), FAILED),
    Row("bare key", in_signature(bare_key), FAILED),
    Row("key name", in_signature(add_to("KeyInfo", "KeyName")), FAILED),
    Row("retrieval method", in_signature(add_to("KeyInfo", "RetrievalMethod", URI="http://127.0.0.1/")), FAILED),
    Row("output length", in_signature(add_to("SignatureMethod", "HMACOutputLength")), FAILED),
    Row("reference of a type", in_signature(lambda s: next(s.iter(ns.ds("Reference"))).set("Type", "x")), FAILED),
    *[Row(f"method {uri}", in_signature(set_algorithm("SignatureMethod", uri)), FAILED) for uri in (
        f"{ns.DS}rsa-sha1", f"{ns.DS}hmac-sha1", f"{ns.DS}dsa-sha1", "", "none",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512",
    )],
    *[Row(f"canonicalisation {uri}", in_signature(set_algorithm("CanonicalizationMethod", uri)), FAILED) for uri in (
        "http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", "",
    )],
    *[Row(f"transforms {name}", lambda caller, body, given=given: envelope(
        body, caller.assertion(transforms=given).security_header()), FAILED) for name, given in {
            "base64": (f"{ns.DS}base64",), "none": (), "twice enveloped": (ENVELOPED, ENVELOPED),
            "xpath filter 2": (ENVELOPED, "http://www.w3.org/2002/06/xmldsig-filter2"),
            "STR": (ENVELOPED, "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"),
        }.items()],
    *[Row(f"reference {uri!r}", lambda caller, body, uri=uri: envelope(
        body, caller.assertion(reference=uri).security_header()), FAILED) for uri in (
            "", "#", "#_other", "#xpointer(id('_evil'))", "file:///etc/passwd", "http://127.0.0.1:1/x",
        )],
    Row("digest SHA-1 under RSA-SHA256", lambda caller, body: envelope(
        body, caller.assertion(digest_method=SHA1).security_header()), FAILED),
    *[Row(f"signed by {name}", signed_by(name), FAILED) for name in (
        "other-partner-vi", "partner-tls", "self-signed-vi", "expired-partner-vi", "revoked-partner-vi", "portal-vi",
    )],
]  # fmt: skip
VECTORS = [
    Row("no conditions", signed_after(drop("Conditions")), VECTOR),
    Row("no confirmation", signed_after(drop("SubjectConfirmation")), VECTOR),
    Row("no confirmation data", signed_after(drop("SubjectConfirmationData")), VECTOR),
    Row("no subject", signed_after(drop("Subject")), VECTOR),
    Row("no name", signed_after(drop("NameID")), VECTOR),
    Row("blank name", signed_after(say("NameID", " \t ")), VECTOR),
    Row("no audience", signed_after(drop("AudienceRestriction")), "vi:InvalidService"),
    Row("other audience", signed_after(say("Audience", "urn:cpa:agora:production:v1")), "vi:InvalidService"),
    Row("audience in capitals", signed_after(say("Audience", "URN:CPA:AGORA:RECETTE:V1")), "vi:InvalidService"),
    Row("holder of key", signed_after(put("SubjectConfirmation", Method=f"{METHOD}:holder-of-key")),
        VECTOR),
    Row("sender vouches", signed_after(put("SubjectConfirmation", Method=f"{METHOD}:sender-vouches")),
        VECTOR),
    Row("other recipient", signed_after(put("SubjectConfirmationData", Recipient="urn:x")), VECTOR),
    Row("confirmed later", signed_after(put("SubjectConfirmationData", NotBefore="2099-01-01T00:00:00Z")), VECTOR),
    Row("date without zone", signed_after(put("Conditions", NotOnOrAfter="2099-01-01T00:00:00")), VECTOR),
    Row("date that is none", signed_after(put("Conditions", NotBefore="hier")), VECTOR),
    Row("twenty-four hours", lambda caller, body: envelope(
        body, caller.assertion(ends_in=86_400).security_header()), VECTOR),
    Row("expired by a second", lambda caller, body: envelope(
        body, caller.assertion(starts_in=-200, ends_in=-1).security_header()), VECTOR),
    Row("in the future", lambda caller, body: envelope(
        body, caller.assertion(issued_in=300, starts_in=300, ends_in=500).security_header()), VECTOR),
    Row("version 1.1", signed_after(lambda e: e.set("Version", "1.1")), VECTOR),
    Row("issuer of another", signed_after(say("Issuer", "urn:interops:16090002300013:idp:opco-demo:1")),
        "vi:InvalidIssuer"),
    Row("no level", signed_after(drop("AuthnStatement")), "vi:InvalidAuthLevel"),
    Row("no profile", signed_after(drop("AttributeStatement")), "vi:InvalidPagm"),
    Row("profile of another", signed_after(say("AttributeValue", "AGORA_FINANCEUR")), "vi:InvalidPagm"),
    Row("profile in small letters", signed_after(say("AttributeValue", "agora_gestion")), "vi:InvalidPagm"),
    Row("two profiles in one value", signed_after(say("AttributeValue", "AGORA_GESTION AGORA_LECTURE")),
        "vi:InvalidPagm"),
]  # fmt: skip
ENVELOPES = [
    Row("no header", lambda caller, body: envelope(body), "wsse:SecurityTokenUnavailable"),
    Row("empty header", lambda caller, body: envelope(body, security_header(None)), "wsse:SecurityTokenUnavailable"),
    Row("SAML 1.1 assertion", rewritten(lambda c: c.replace(ns.SAML.encode(),
        b"urn:oasis:names:tc:SAML:1.0:assertion")),
        "wsse:SecurityTokenUnavailable"),
    Row("comment in the name", rewritten(replaced(b"agent-", b"agent<!---->-")), "ag:XMLMalForme"),
    Row("instruction in the profile", rewritten(replaced(b"AGORA_GESTION", b"AGORA<?x?>_GESTION")), "ag:XMLMalForme"),
    Row("doctype", rewritten(replaced(b"<soapenv:Envelope", b"<!DOCTYPE x><soapenv:Envelope")), "ag:DTDInterdite"),
    Row("doctype after comments", rewritten(
        replaced(b"<soapenv:Envelope", b"<!-- --><?p?>\n<!DOCTYPE x [<!ENTITY e 'x'>]><soapenv:Envelope")),
        "ag:DTDInterdite"),
    Row("entity without declaration", rewritten(replaced(b"AGORA_GESTION", b"&x;")), "ag:XMLMalForme"),
    Row("relative namespace", rewritten(replaced(b"<soapenv:Body>", b"<soapenv:Body xmlns:r='r'>")), "ag:XMLMalForme"),
    Row("null byte", rewritten(replaced(b"AGORA_GESTION", b"AGORA\x00GESTION")), "ag:XMLMalForme"),
    Row("truncated", rewritten(lambda c: c[:-9]), "ag:XMLMalForme"),
    Row("something after the end", rewritten(lambda c: c + b"<x/>"), "ag:XMLMalForme"),
    Row("300 levels", with_bodies(deep), "ag:XMLMalForme"),
    Row("declared in latin-1", rewritten(replaced(b"UTF-8", b"ISO-8859-1")), "ag:Encodage"),
    Row("in UTF-16", rewritten(lambda c: c.decode().replace("UTF-8", "UTF-16").encode("utf-16")), "ag:Encodage"),
    Row("charset of HTTP", rewritten(lambda c: c, **{"Content-Type": "text/xml; charset=utf-16"}), "ag:Encodage"),
    Row("compressed", rewritten(gzip.compress, **{"Content-Encoding": "gzip"}), "ag:Encodage"),
    Row("JSON", lambda caller, body: Message(b"{}", {"Content-Type": "application/json"}), "ag:TypeContenu"),
    Row("SOAP 1.2 type", rewritten(lambda c: c, **{"Content-Type": "application/soap+xml"}), "ag:TypeContenu"),
    Row("SOAP 1.2", rewritten(lambda c: c.replace(ns.SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope")),
        "soap:VersionMismatch"),
    Row("two bodies", rewritten(replaced(b"</soapenv:Envelope>", b"<soapenv:Body/></soapenv:Envelope>")),
        "ag:EnveloppeInvalide"),
    Row("empty body", lambda caller, body: envelope(None, caller.assertion().security_header()),
        "ag:EnveloppeInvalide"),
    Row("text in the body", rewritten(replaced(b"<soapenv:Body>", b"<soapenv:Body>x")), "ag:EnveloppeInvalide"),
    Row("unknown compulsory header", rewritten(replaced(
        b"<soapenv:Header>", b"<soapenv:Header><q xmlns='urn:q' soapenv:mustUnderstand='1'/>")), "soap:MustUnderstand"),
    Row("other SOAPAction", rewritten(lambda c: c, SOAPAction='"urn:cpa:agora:1:ConsulterDossiers"'),
        "ag:OperationIncoherente"),
    Row("empty SOAPAction", rewritten(lambda c: c, SOAPAction='""'), "ag:OperationIncoherente"),
    Row("operation of another version", with_bodies(renamed), "ag:OperationIncoherente"),
    Row("one element too many", with_bodies(one_more), "ag:SchemaInvalide"),
    Row("nil", with_bodies(nil), "ag:SchemaInvalide"),
    Row("other type announced", with_bodies(other_type), "ag:SchemaInvalide"),
    Row("GET", lambda caller, body: Message(b"", method="GET"), "ag:MethodeInterdite"),
    Row("PUT", lambda caller, body: Message(b"<x/>", method="PUT"), "ag:MethodeInterdite"),
    Row("DELETE", lambda caller, body: Message(b"", method="DELETE"), "ag:MethodeInterdite"),
]  # fmt: skip
HOSTILE = [*WRAPPING, *SIGNATURES, *VECTORS, *ENVELOPES]


def other_prefixes(content: bytes) -> bytes:
    return content.replace(b"soapenv:", b"S11:").replace(b"xmlns:soapenv", b"xmlns:S11")


HARMLESS = [
    Row("other prefixes", rewritten(other_prefixes), ""),
    Row("white space between parts", rewritten(replaced(b"<soapenv:Body>", b"\n  <soapenv:Body>\n    ")), ""),
    Row("byte order mark", rewritten(lambda c: b"\xef\xbb\xbf" + c), ""),
    Row("comment before the envelope", rewritten(replaced(b"<soapenv:Envelope", b"<!-- x --><soapenv:Envelope")), ""),
    Row("character reference in a signed value", rewritten(replaced(b"AGORA_GESTION", b"AGORA&#95;GESTION")), ""),
    Row("value on several lines", in_signature(spaced_value), ""),
    Row("header of another actor", rewritten(replaced(
        b"<soapenv:Header>",
        b"<soapenv:Header><q xmlns='urn:q' soapenv:actor='urn:autre' soapenv:mustUnderstand='1'/>")), ""),
    Row("bare SOAPAction", rewritten(lambda c: c, SOAPAction="CreerDossier"), ""),
    Row("charset between quotes", rewritten(lambda c: c, **{"Content-Type": 'text/xml;charset="utf-8"'}), ""),
    Row("identifier that starts with a digit", lambda caller, body: envelope(
        body, caller.assertion(assertion_id="7" * 32).security_header()), ""),
    Row("white space in the level", signed_after(lambda e: say(
        "AuthnContextClassRef", f"\n  {next(e.iter(ns.saml('AuthnContextClassRef'))).text}\n")(e)), ""),
    Row("no token reference", changed_after(lambda header, _: header.remove(header[1])), ""),
    Row("compulsory Security", changed_after(lambda header, _: header.set(ns.soap("mustUnderstand"), "1")), ""),
]  # fmt: skip

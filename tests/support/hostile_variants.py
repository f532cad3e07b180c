"""More messages that an ordinary partner would not send, by families; and more odd but honest ones."""

import copy
from collections.abc import Callable

from lxml import etree

from agora_sync.xml import namespaces as ns
from tests.support.agora import Caller, envelope
from tests.support.agora_assertions import ENVELOPED, Assertion
from tests.support.hostile_messages import (
    FAILED,
    INVALID,
    VECTOR,
    Element,
    Message,
    Row,
    changed_after,
    forged_copy,
    in_signature,
    put,
    replaced,
    rewritten,
    say,
    signed_after,
    twice,
    with_bodies,
)

TOKEN = "wsse:SecurityTokenUnavailable"
BAD_XML, DOCTYPE, ENVELOPE, ENCODING = (
    "ag:XMLMalForme",
    "ag:DTDInterdite",
    "ag:EnveloppeInvalide",
    "ag:Encodage",
)
TYPE, SCHEMA, METHOD = "ag:TypeContenu", "ag:SchemaInvalide", "ag:MethodeInterdite"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
TEXT = {"Content-Type": "text/xml; charset=utf-8"}


def beside(make: Callable[[Element], Element]) -> Callable[[Element, Assertion], None]:
    """Something more in the Security header, made from the signed assertion."""
    return lambda header, _: header.append(make(header[0]))


def in_body(change: Callable[[Element, Element], object]) -> Callable[[Caller, Element], bytes]:
    """The body changed with the signed assertion at hand; the header stays honest."""

    def make(caller: Caller, body: Element) -> bytes:
        header = caller.assertion().security_header()
        odd = copy.deepcopy(body)
        change(odd, header[0])
        return envelope(odd, header)

    return make


def headers_of(*makers: Callable[[Element], Element | None]) -> Callable[[Caller, Element], bytes]:
    def make(caller: Caller, body: Element) -> bytes:
        header = caller.assertion().security_header()
        return envelope(body, *[made for maker in makers if (made := maker(header)) is not None])

    return make


def wrapped_in(name: str) -> Callable[[Element, Assertion], None]:
    def change(header: Element, _: Assertion) -> None:
        signed = header[0]
        around = etree.Element(name)
        header.replace(signed, around)
        around.append(signed)

    return change


def moved_outside(header: Element, _: Assertion) -> Element:
    """The signed assertion beside the Security header, a forged one in its place."""
    signed = header[0]
    header.replace(signed, forged_copy(signed, "_evil"))
    return header


def signed_twice(header: Element, _: Assertion) -> None:
    """A second signature inside the first one's key."""
    signature = header[0].find(ns.ds("Signature"))
    assert signature is not None
    next(signature.iter(ns.ds("X509Data"))).append(copy.deepcopy(signature))


def certificates(change: Callable[[list[Element]], object]) -> Callable[[Element], object]:
    return lambda signature: change(list(signature.iter(ns.ds("X509Certificate"))))


def trailing_bytes(found: list[Element]) -> None:
    text = found[0].text or ""
    found[0].text = text.rstrip("=")[:-4] + "AAAA" + "AAAA"


def emptied(name: str) -> Callable[[Element], object]:
    def change(signature: Element) -> None:
        next(signature.iter(ns.ds(name))).text = None

    return change


def reencoded(encoding: str, declared: str) -> Callable[[bytes], bytes]:
    return lambda content: content.decode().replace("UTF-8", declared).encode(encoding)


def second(repeated: str, name: str, text: str) -> Callable[[Element], None]:
    """An element of the assertion twice, the second one saying something else."""

    def change(assertion: Element) -> None:
        twice(repeated)(assertion)
        list(assertion.iter(ns.saml(name)))[1].text = text

    return change


def algorithm_with_child(name: str, child: str) -> Callable[[Element], object]:
    def change(signature: Element) -> None:
        list(signature.iter(ns.ds(name)))[-1].append(etree.Element(child))

    return change


def body_first(content: bytes) -> bytes:
    root = etree.fromstring(content)
    root.append(root[0])
    return etree.tostring(root)


def with_operation(content: bytes, operation: bytes) -> bytes:
    root = etree.fromstring(content)
    body = root[-1]
    for child in list(body):
        body.remove(child)
    return etree.tostring(root).replace(
        b"<soapenv:Body/>", b"<soapenv:Body>" + operation + b"</soapenv:Body>"
    )


def levels_more(body: Element, levels: int) -> Element:
    place = body
    for _ in range(levels):
        place = etree.SubElement(place, ns.agora("a"))
    return body


HOSTILE_VARIANTS = [
    # Wrapping, under other parents than the usual ones.
    Row("assertion inside an unknown element", changed_after(wrapped_in("{urn:x}Wrapper")), INVALID),
    Row("assertion inside EncryptedAssertion", changed_after(wrapped_in(ns.saml("EncryptedAssertion"))), INVALID),
    Row("signed assertion in the body", in_body(lambda body, signed: body.append(copy.deepcopy(signed))), INVALID),
    Row("forged assertion in the body", in_body(
        lambda body, signed: body.append(forged_copy(signed, "_evil"))), INVALID),
    Row("forged in place, signed nowhere", changed_after(moved_outside), FAILED),
    Row("SAML attribute alone beside", changed_after(beside(
        lambda signed: copy.deepcopy(next(signed.iter(ns.saml("Attribute")))))), INVALID),
    Row("two Security headers", headers_of(lambda h: h, copy.deepcopy), INVALID),
    Row("empty Security before", headers_of(lambda h: etree.Element(ns.wsse("Security")), lambda h: h), INVALID),
    Row("user name beside", changed_after(beside(lambda _: etree.Element(ns.wsse("UsernameToken")))), INVALID),
    Row("binary token beside", changed_after(beside(
        lambda _: etree.Element(ns.wsse("BinarySecurityToken")))), INVALID),
    Row("signature beside", changed_after(beside(
        lambda signed: copy.deepcopy(signed.find(ns.ds("Signature"))))), INVALID),  # type: ignore[arg-type]
    # Identifiers.
    Row("identifier of the signature repeated", in_signature(lambda s: s.set("Id", s.getparent().get("ID"))),  # type: ignore[union-attr]
        INVALID),
    Row("blank identifier", signed_after(lambda e: e.set("ID", " "), reference="# "), INVALID),
    Row("reference of another assertion", changed_after(
        lambda header, _: header[1][0].__setattr__("text", "_other")), INVALID),
    Row("two token references", changed_after(beside(
        lambda signed: copy.deepcopy(signed.getnext()))), INVALID),  # type: ignore[arg-type]
    # Transforms and algorithms.
    *[Row(f"transforms {name}", lambda caller, body, given=given: envelope(
        body, caller.assertion(transforms=given).security_header()), FAILED) for name, given in {
            "inclusive": (ENVELOPED, C14N), "exclusive with comments": (ENVELOPED, f"{ns.EXC_C14N}WithComments"),
            "exclusive first": (ns.EXC_C14N, ENVELOPED), "exclusive alone": (ns.EXC_C14N,),
            "XSLT": (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
            "three": (ENVELOPED, ns.EXC_C14N, ns.EXC_C14N),
        }.items()],
    Row("parameter of a transform", in_signature(algorithm_with_child("Transform", ns.ds("XPath"))), FAILED),
    Row("parameter of a digest", in_signature(algorithm_with_child("DigestMethod", "{urn:x}Parameter")), FAILED),
    Row("inclusive canonicalisation", in_signature(
        lambda s: next(s.iter(ns.ds("CanonicalizationMethod"))).set("Algorithm", C14N)), FAILED),
    Row("digest SHA-224", in_signature(lambda s: next(s.iter(ns.ds("DigestMethod"))).set(
        "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#sha224")), FAILED),
    Row("method PSS without parameters", in_signature(lambda s: next(s.iter(ns.ds("SignatureMethod"))).set(
        "Algorithm", "http://www.w3.org/2007/05/xmldsig-more#rsa-pss")), FAILED),
    *[Row(f"empty {name}", in_signature(emptied(name)), FAILED)
      for name in ("SignatureValue", "DigestValue", "X509Certificate")],
    Row("text in the reference", in_signature(
        lambda s: next(s.iter(ns.ds("Reference"))).__setattr__("text", "x")), FAILED),
    # Keys.
    Row("certificate followed by bytes", in_signature(certificates(trailing_bytes)), FAILED),
    Row("signed twice", changed_after(signed_twice), FAILED),
    Row("key encrypted for us", in_signature(lambda s: next(s.iter(ns.ds("KeyInfo"))).append(
        etree.Element("{http://www.w3.org/2001/04/xmlenc#}EncryptedKey"))), FAILED),
    # What the vector says.
    *[Row(f"two {name}", signed_after(twice(name)), VECTOR)
      for name in ("Subject", "Conditions", "SubjectConfirmation", "NameID", "Issuer")],
    Row("condition that we do not know", signed_after(
        lambda e: etree.SubElement(next(e.iter(ns.saml("Conditions"))), "{urn:x}Condition")), VECTOR),
    Row("date of a week", signed_after(put("Conditions", NotBefore="2026-W01-1T00:00:00Z")), VECTOR),
    Row("date without seconds", signed_after(put("Conditions", NotOnOrAfter="2099-01-01T00:00Z")), VECTOR),
    Row("second audience that is not ours", signed_after(
        second("AudienceRestriction", "Audience", "urn:x")),
        "vi:InvalidService"),
    Row("one profile more than held", signed_after(
        second("AttributeValue", "AttributeValue", "AGORA_FINANCEUR")), "vi:InvalidPagm"),
    Row("blank profile more", signed_after(
        second("AttributeValue", "AttributeValue", "  ")), "vi:InvalidPagm"),
    # Writing.
    Row("parameter entity", rewritten(replaced(
        b"<soapenv:Envelope", b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]><soapenv:Envelope')),
        DOCTYPE),
    Row("notation", rewritten(replaced(
        b"<soapenv:Envelope", b'<!DOCTYPE x [<!NOTATION n SYSTEM "x">]><soapenv:Envelope')), DOCTYPE),
    Row("doctype inside", rewritten(replaced(b"<soapenv:Body>", b"<!DOCTYPE x><soapenv:Body>")), BAD_XML),
    Row("character that XML has not", rewritten(replaced(b"AGORA_GESTION", b"AGORA&#1;")), BAD_XML),
    Row("half a surrogate", rewritten(replaced(b"AGORA_GESTION", b"AGORA&#xD800;")), BAD_XML),
    Row("prefix of nothing", rewritten(replaced(b"<soapenv:Body>", b"<soapenv:Body xmlns:p=''>")), BAD_XML),
    Row("unknown prefix", rewritten(replaced(b"<soapenv:Body>", b"<soapenv:Body><q:x/>")), BAD_XML),
    Row("attribute twice", rewritten(replaced(b'Version="2.0"', b'Version="2.0" Version="2.0"')), BAD_XML),
    Row("bytes that are not UTF-8", rewritten(replaced(b"AGORA_GESTION", b"AGORA\xc0\xaf")), ENCODING),
    Row("in UTF-32", rewritten(reencoded("utf-32", "UTF-32")), ENCODING),
    Row("in UTF-7", rewritten(reencoded("ascii", "UTF-7")), ENCODING),
    Row("in EBCDIC", rewritten(reencoded("cp037", "IBM037")), ENCODING),
    Row("XInclude", rewritten(replaced(b"<soapenv:Body>",
        b'<soapenv:Body><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')),
        ENVELOPE),
    Row("nothing", lambda caller, body: Message(b"", TEXT), BAD_XML),
    Row("spaces", lambda caller, body: Message(b" \n ", TEXT), BAD_XML),
    Row("HTML", lambda caller, body: Message(b"<html/>", TEXT), ENVELOPE),
    Row("attachment", rewritten(lambda c: c, **{"Content-Type": "multipart/related; boundary=x"}), TYPE),
    Row("form", rewritten(lambda c: c, **{"Content-Type": "application/x-www-form-urlencoded"}), TYPE),
    Row("deflated", rewritten(lambda c: c, **{"Content-Encoding": "deflate"}), ENCODING),
    Row("instruction in the header", rewritten(replaced(b"<soapenv:Header>", b"<soapenv:Header><?x y?>")), BAD_XML),
    # Envelope.
    Row("body first", rewritten(body_first), ENVELOPE),
    Row("two headers", rewritten(replaced(b"<soapenv:Header>", b"<soapenv:Header/><soapenv:Header>")), ENVELOPE),
    Row("something after the body", rewritten(replaced(
        b"</soapenv:Envelope>", b"<x xmlns='urn:x'/></soapenv:Envelope>")), ENVELOPE),
    Row("two operations", rewritten(replaced(b"</soapenv:Body>",
        b"<ConsulterSoldes xmlns='urn:cpa:agora:1'/></soapenv:Body>")), ENVELOPE),
    Row("compulsory in words", rewritten(replaced(
        b"<soapenv:Header>", b"<soapenv:Header><q xmlns='urn:q' soapenv:mustUnderstand='true'/>")),
        "soap:MustUnderstand"),
    Row("a fault as a request", rewritten(lambda c: with_operation(c, b"<soapenv:Fault/>")),
        "ag:OperationIncoherente"),
    Row("operation without namespace", rewritten(lambda c: with_operation(c, b"<CreerDossier/>")),
        "ag:OperationIncoherente"),
    Row("attribute that no schema has", with_bodies(lambda body: (body.set("x", "y"), body)[1]), SCHEMA),
    Row("61 levels", with_bodies(lambda body: levels_more(body, 58)), BAD_XML),
    Row("PATCH", lambda caller, body: Message(b"<x/>", method="PATCH"), METHOD),
    Row("OPTIONS", lambda caller, body: Message(b"", method="OPTIONS"), METHOD),
]  # fmt: skip


def padded_recipient(assertion: Element) -> None:
    data = next(assertion.iter(ns.saml("SubjectConfirmationData")))
    data.set("Recipient", f"\n {data.get('Recipient')} ")


def in_cdata(content: bytes) -> bytes:
    return replaced(b">AGORA_GESTION<", b"><![CDATA[AGORA_GESTION]]><")(content)


def without_declaration(content: bytes) -> bytes:
    return content.split(b"?>", 1)[1].lstrip()


def default_namespace(content: bytes) -> bytes:
    """The envelope's namespace without a prefix."""
    return (
        content.replace(b"<soapenv:", b"<")
        .replace(b"</soapenv:", b"</")
        .replace(b"xmlns:soapenv=", b"xmlns=")
    )


HARMLESS_VARIANTS = [
    Row("profile in CDATA", rewritten(in_cdata), ""),
    Row("no XML declaration", rewritten(without_declaration), ""),
    Row("declared in small letters", rewritten(replaced(b"UTF-8", b"utf-8")), ""),
    Row("used once", lambda caller, body: envelope(
        body, caller.assertion(extra="<saml:OneTimeUse/>").security_header()), ""),
    Row("two audiences, one of them ours", signed_after(
        second("Audience", "Audience", "urn:x")), ""),
    Row("comment in the body", rewritten(replaced(b"<soapenv:Body>", b"<soapenv:Body><!-- x -->")), ""),
    Row("quotes of the other sort", rewritten(replaced(b'Version="2.0"', b"Version='2.0'")), ""),
    Row("schema location in the body", with_bodies(lambda body: (body.set(
        "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "urn:x http://127.0.0.1:1/x.xsd"), body)[1]), ""),
    Row("authority's certificate twice, and first", in_signature(certificates(
        lambda found: found[0].addprevious(copy.deepcopy(found[-1])))), ""),
    Row("time stamp", changed_after(beside(lambda _: etree.Element(f"{{{ns.WSU}}}Timestamp"))), ""),
    Row("a name of the issuer's format", signed_after(put("NameID", Format="urn:x")), ""),
    Row("attribute that is not ours", signed_after(lambda e: (twice("Attribute")(e), list(
        e.iter(ns.saml("Attribute")))[1].set("Name", "service"))), ""),
    Row("white space around the recipient", signed_after(padded_recipient), ""),
    Row("empty SOAPAction parameters", rewritten(lambda c: c, **{"Content-Type": "text/xml"}), ""),
    Row("header nobody must understand", rewritten(replaced(
        b"<soapenv:Header>", b"<soapenv:Header><q xmlns='urn:q' soapenv:mustUnderstand='0'/>")), ""),
    Row("level said by a NameID", signed_after(say("NameID", "agent-17@exemple")), ""),
]  # fmt: skip

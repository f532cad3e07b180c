"""Messages at the edges: of the calendar, of what a processor bears, of what each standard lets one write."""

import base64
import copy
import datetime as dt
from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from agora_sync.xml import namespaces as ns
from tests.support.agora import Caller, Signer, envelope
from tests.support.agora_assertions import ENVELOPED, Assertion
from tests.support.hostile_messages import (
    FAILED,
    INVALID,
    VECTOR,
    Element,
    Maker,
    Message,
    Row,
    changed_after,
    in_signature,
    put,
    replaced,
    rewritten,
    signed_after,
    with_bodies,
)

BAD_XML, SCHEMA = "ag:XMLMalForme", "ag:SchemaInvalide"


def dated(form: str) -> Maker:
    """Conditions that hold now, written in that form (see `strftime`)."""

    def make(caller: Caller, body: Element) -> bytes:
        now = dt.datetime.now(dt.UTC)
        written = {
            name: (now + dt.timedelta(seconds=after)).strftime(form)
            for name, after in {"NotBefore": -60, "NotOnOrAfter": 120}.items()
        }
        return Message(signed_after(put("Conditions", **written))(caller, body)).content  # type: ignore[arg-type]

    return make


def conditions(starts: str, ends: str) -> Maker:
    return signed_after(put("Conditions", NotBefore=starts, NotOnOrAfter=ends))


def in_another_zone(assertion: Element) -> None:
    """The same instants, said in the time of Tahiti."""
    element = next(assertion.iter(ns.saml("Conditions")))
    for name in ("NotBefore", "NotOnOrAfter"):
        instant = dt.datetime.fromisoformat(str(element.get(name)))
        element.set(name, instant.astimezone(dt.timezone(-dt.timedelta(hours=10))).isoformat())


def crowded(tag: bytes, attributes: bytes) -> Maker:
    """The same element with more in its tag."""
    return rewritten(replaced(b"<" + tag + b" ", b"<" + tag + b" " + attributes + b" "))


def numbered(form: str, count: int) -> bytes:
    return " ".join(form.replace("?", str(number)) for number in range(count)).encode()


def in_every_element(body: Element) -> Element:
    for element in body.iter(etree.Element):
        element.attrib.update({f"a{number}": "" for number in range(100)})
    return body


def prefix_list(prefixes: str) -> Callable[[Element], object]:
    """Prefixes to keep, added to the second transform after the signature."""
    kept = etree.Element(f"{{{ns.EXC_C14N}}}InclusiveNamespaces", PrefixList=prefixes)
    return lambda signature: list(signature.iter(ns.ds("Transform")))[-1].append(kept)


def beside_the_first(text: str) -> Callable[[Element], object]:
    """A hint for the key, before the certificates."""
    return lambda signature: next(signature.iter(ns.ds("X509Data"))).insert(0, etree.fromstring(text))


def hint(name: str) -> str:
    return f'<ds:{name} xmlns:ds="{ns.DS}">AAAA</ds:{name}>'


def reversed_certificates(signature: Element) -> None:
    data = next(signature.iter(ns.ds("X509Data")))
    data[:] = reversed(list(data))


def without_leaf(signature: Element) -> None:
    data = next(signature.iter(ns.ds("X509Data")))
    data.remove(data[0])


def leaf_of_another_first(caller: Caller, body: Element) -> bytes:
    other = Signer.named(caller.folder, "other-partner-vi").certificates[0].public_bytes(Encoding.DER)

    def change(header: Element, _: Assertion) -> None:
        data = next(header.iter(ns.ds("X509Data")))
        first = etree.Element(ns.ds("X509Certificate"))
        first.text = base64.b64encode(other).decode()
        data.insert(0, first)

    return Message(changed_after(change)(caller, body)).content  # type: ignore[arg-type]


def with_algorithm(name: str, change: Callable[[str], str]) -> Maker:
    def apply(signature: Element) -> None:
        method = next(signature.iter(ns.ds(name)))
        method.set("Algorithm", change(str(method.get("Algorithm"))))

    return in_signature(apply)


def embedded(header: Element, _: Assertion) -> None:
    """The assertion inside the reference that names it, which another profile allows."""
    signed, reference = header
    etree.SubElement(reference, ns.wsse("Embedded")).append(signed)


def outside_security(caller: Caller, body: Element) -> bytes:
    return envelope(body, caller.assertion().element())


def identified(name: str) -> Maker:
    """Another header that bears the assertion's identifier."""

    def make(caller: Caller, body: Element) -> bytes:
        assertion = caller.assertion()
        other = etree.Element("{urn:q}q", {name: assertion.assertion_id})
        return envelope(body, assertion.security_header(), other)

    return make


def with_header(attributes: bytes) -> Maker:
    return rewritten(replaced(b"<soapenv:Header>", b"<soapenv:Header><q xmlns='urn:q' " + attributes + b"/>"))


def audience(change: Callable[[str], str]) -> Maker:
    def apply(assertion: Element) -> None:
        said = next(assertion.iter(ns.saml("Audience")))
        said.text = change(said.text or "")

    return signed_after(apply)


def in_conditions(name: str) -> Maker:
    return signed_after(lambda e: etree.SubElement(next(e.iter(ns.saml("Conditions"))), ns.saml(name)))


def advised(assertion: Element) -> None:
    advice = etree.Element(ns.saml("Advice"))
    etree.SubElement(advice, ns.saml("AssertionIDRef")).text = "_other"
    next(assertion.iter(ns.saml("Conditions"))).addnext(advice)


MORE, MORE_2007 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
NEXT = b"http://schemas.xmlsoap.org/soap/actor/next"
KEEPING_PREFIXES = (
    f'<ds:Transform xmlns:ds="{ns.DS}" Algorithm="{ns.EXC_C14N}"><ec:InclusiveNamespaces '
    f'xmlns:ec="{ns.EXC_C14N}" PrefixList="xs #default"/></ds:Transform>'
)

HOSTILE_EXTREMES = [
    # The calendar.
    Row("last minutes of the year 9999", conditions("9999-12-31T23:58:00Z", "9999-12-31T23:59:59Z"), VECTOR),
    Row("beyond the year 9999", conditions("9999-12-31T23:58:00-14:00", "9999-12-31T23:59:59-14:00"), VECTOR),
    Row("before the year 1", conditions("0001-01-01T00:00:00+14:00", "0001-01-01T00:01:00+14:00"), VECTOR),
    Row("year 10000", conditions("10000-01-01T00:00:00Z", "10000-01-01T00:01:00Z"), VECTOR),
    Row("year before ours", conditions("-0001-01-01T00:00:00Z", "-0001-01-01T00:01:00Z"), VECTOR),
    Row("leap second", dated("%Y-%m-%dT%H:%M:60Z"), VECTOR),
    *[Row(f"date written {form}", dated(form), VECTOR) for form in (
        "%Y%m%dT%H%M%SZ", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%dt%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S,5Z",
        "%Y-%m-%dT%H:%M:%S+0000", "%Y-%m-%dT%H:%M:%S+00", "%Y-%m-%dT%H:%MZ", "%G-W%V-%uT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.Z", "%Y-%m-%dT%H:%M:%S", "%Y-%jT%H:%M:%SZ", "%s",
    )],
    # Where the token is, and what bears its identifier.
    Row("assertion outside Security", outside_security, INVALID),
    Row("assertion embedded in its reference", changed_after(embedded), INVALID),
    *[Row(f"identifier of a header as {name}", identified(name), INVALID) for name in (
        f"{{{ns.XML}}}id", f"{{{ns.WSU}}}Id", "{urn:other}ID", "iD",
    )],
    # Algorithms by families, and the ways of writing one.
    *[Row(f"method {uri}", with_algorithm("SignatureMethod", lambda _, uri=uri: uri), FAILED) for uri in (
        f"{MORE}rsa-sha224", f"{MORE}rsa-ripemd160", f"{MORE}ecdsa-sha1", f"{MORE}ecdsa-sha512",
        f"{MORE_2007}sha512-rsa-MGF1", f"{MORE_2007}sha3-256-rsa-MGF1", f"{MORE_2007}ecdsa-sha3-256",
        "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", "http://www.w3.org/2009/xmldsig11#dsa-sha256",
        f"{MORE}hmac-sha256", f"{MORE}hmac-md5", f"{ns.DS}rsa-sha256", f"{MORE}RSA-SHA256",
    )],
    *[Row(f"digest {uri}", with_algorithm("DigestMethod", lambda _, uri=uri: uri), FAILED) for uri in (
        f"{MORE}md5", f"{MORE_2007}sha3-256", f"{MORE}sha256", f"{MORE}sha384",
    )],
    *[Row(f"{name} {how}", with_algorithm(name, change), FAILED)
      for name in ("SignatureMethod", "DigestMethod", "CanonicalizationMethod", "Transform")
      for how, change in {
          "with a space": lambda uri: f"{uri} ", "with a line": lambda uri: f"\n{uri}",
          "in percents": lambda uri: uri.replace("#", "%23"),
      }.items()],
    Row("two SignedInfo", in_signature(lambda s: s.insert(0, copy.deepcopy(s[0]))), FAILED),
    Row("value cut short", in_signature(lambda s: s[1].__setattr__("text", (s[1].text or "")[:64])), FAILED),
    # Keys.
    Row("certificate of another first", leaf_of_another_first, FAILED),
    Row("chain without its leaf", in_signature(without_leaf), FAILED),
    Row("leaf twice", in_signature(lambda s: next(s.iter(ns.ds("X509Certificate"))).addnext(
        copy.deepcopy(next(s.iter(ns.ds("X509Certificate")))))), FAILED),
    Row("revocation list in the message", in_signature(beside_the_first(hint("X509CRL"))), FAILED),
    # What the vector says.
    *[Row(f"audience {how}", audience(change), "vi:InvalidService") for how, change in {
        "with a slash": lambda said: f"{said}/", "with a letter more": lambda said: f"{said}1",
        "cut short": lambda said: said[:-1], "empty": lambda said: "", "twice in one": lambda said: f"{said} {said}",
    }.items()],
    Row("audience of nobody", signed_after(lambda e: next(e.iter(ns.saml("AudienceRestriction"))).clear()),
        "vi:InvalidService"),
    # Headers of SOAP.
    Row("compulsory for the next", with_header(b"soapenv:mustUnderstand='1' soapenv:actor='" + NEXT + b"'"),
        "soap:MustUnderstand"),
    Row("compulsory with spaces", with_header(b"soapenv:mustUnderstand=' 1 '"), "soap:MustUnderstand"),
    # What a processor bears: in a second, not in a minute.
    Row("90,000 attributes", crowded(b"soapenv:Envelope", numbered('a?=""', 90_000)), BAD_XML),
    Row("attributes with the end of a tag in them", crowded(b"soapenv:Envelope", numbered("a?='>'", 90_000)), BAD_XML),
    Row("attributes with spaces", crowded(b"saml:Assertion", numbered('a? = ""', 200)), BAD_XML),
    Row("50,000 namespaces", crowded(b"saml:Assertion", numbered('xmlns:n?="u:"', 50_000)), BAD_XML),
    Row("namespaces on many elements", rewritten(replaced(
        b"<soapenv:Header>", b"<soapenv:Header><q xmlns='urn:q'>" + b"<a xmlns='u:'/>" * 2_001 + b"</q>")), BAD_XML),
    Row("wrong attributes everywhere", with_bodies(in_every_element), SCHEMA),
    Row("100,000 prefixes to keep", in_signature(prefix_list(" ".join(f"p{n}" for n in range(100_000)))), FAILED),
]  # fmt: skip

HARMLESS_EXTREMES = [
    *[Row(f"date written {form!r}", dated(form), "") for form in (
        "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S-00:00", "%Y-%m-%dT%H:%M:%S.1Z",
        "%Y-%m-%dT%H:%M:%S.123456789Z", "\n %Y-%m-%dT%H:%M:%SZ ",
    )],
    Row("date of another zone", signed_after(in_another_zone), ""),
    Row("prefixes to keep", lambda caller, body: envelope(
        body, caller.assertion(transforms=(ENVELOPED, KEEPING_PREFIXES)).security_header()), ""),
    Row("certificates from the root down", in_signature(reversed_certificates), ""),
    *[Row(f"hint {name}", in_signature(beside_the_first(hint(name))), "")
      for name in ("X509SubjectName", "X509SKI", "X509IssuerSerial")],
    *[Row(f"condition {name}", in_conditions(name), "") for name in ("OneTimeUse", "ProxyRestriction")],
    Row("advice that names another assertion", signed_after(advised), ""),
    Row("address of the confirmation", signed_after(put(
        "SubjectConfirmationData", Address="192.0.2.1", InResponseTo="_x")), ""),
    Row("xml prefix declared", crowded(b"soapenv:Envelope", b"xmlns:xml='http://www.w3.org/XML/1998/namespace'"), ""),
    Row("encoding style", rewritten(replaced(b"<soapenv:Body>",
        b"<soapenv:Body soapenv:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/'>")), ""),
    Row("body with an identifier", rewritten(replaced(b"<soapenv:Body>",
        b"<soapenv:Body xmlns:u='" + ns.WSU.encode() + b"' u:Id='body'>")), ""),
    Row("ruler of equals signs", with_bodies(lambda body: (next(body.iter(ns.agora("intitule"))).__setattr__(
        "text", "=" * 200), body)[1]), ""),
    Row("thirty namespaces", crowded(b"soapenv:Envelope", numbered('xmlns:n?="urn:n?"', 30)), ""),
]  # fmt: skip

"""Messages at the edges: of the calendar, of what a processor bears, of what each standard lets one write."""

import datetime as dt
from collections.abc import Callable

from lxml import etree

from agora_sync.xml import namespaces as ns
from tests.support.agora import Caller
from tests.support.hostile_messages import (
    FAILED,
    VECTOR,
    Element,
    Maker,
    Message,
    Row,
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
    Row("ruler of equals signs", with_bodies(lambda body: (next(body.iter(ns.agora("intitule"))).__setattr__(
        "text", "=" * 200), body)[1]), ""),
    Row("thirty namespaces", crowded(b"soapenv:Envelope", numbered('xmlns:n?="urn:n?"', 30)), ""),
]  # fmt: skip

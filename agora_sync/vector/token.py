"""Step 7: where the assertion stands in the envelope, before anything in it is believed.

Wrapping attacks move the signed assertion aside and put a forged one where the reader looks: hence one assertion in
the whole envelope, in its place, and no identifier that designates two elements.
"""

from collections import Counter
from dataclasses import dataclass

from lxml import etree

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import collapsed, text_of

STEP = 7
LONGEST_IDENTIFIER = 255
_ALLOWED_BESIDE = {ns.wsse("SecurityTokenReference"), f"{{{ns.WSU}}}Timestamp"}
# Any of these may be what a signature's `#reference` points at, depending on who resolves it.
_IDENTIFIER_NAMES = {"id", "assertionid"}
_NOT_ELEMENTS = etree.XPath("boolean(.//comment() | .//processing-instruction())")


@dataclass(frozen=True)
class Token:
    """The assertion as received, not verified yet; `referenced_id` is what the SecurityTokenReference names, if any."""

    assertion: etree._Element
    assertion_id: str
    referenced_id: str | None


def announced_identifier(envelope: etree._Element) -> str:
    """How a message names its vector, believed by nobody: under this the traces of an exchange are found again."""
    assertion = next(envelope.iter(ns.saml("Assertion")), None)
    return assertion.get("ID", "").strip()[:LONGEST_IDENTIFIER] if assertion is not None else ""


def locate_token(envelope: etree._Element) -> Token:
    """The one assertion, in its place. Raises SOAPRefusal: token missing, or token of another form."""
    assertions = list(envelope.iter(ns.saml("Assertion")))
    if not assertions and not _has_encrypted_token(envelope):
        raise SOAPRefusal(FaultCode.TOKEN_MISSING, STEP, "no assertion in the envelope")
    security = _only_security_header(envelope)
    _refuse_unless(len(assertions) == 1, f"{len(assertions)} assertions")
    assertion = assertions[0]
    _refuse_unless(assertion.getparent() is security, "assertion out of place")
    _refuse_unless(not _NOT_ELEMENTS(assertion), "comment or processing instruction in the assertion")
    _refuse_unless(_all_saml_is_inside(envelope, assertion), "SAML element outside the assertion")
    _refuse_repeated_identifiers(envelope)
    assertion_id = assertion.get("ID", "")
    _refuse_unless(bool(assertion_id.strip()), "assertion without identifier")
    return Token(assertion, assertion_id, _referenced_id(security, assertion))


def _has_encrypted_token(envelope: etree._Element) -> bool:
    return next(envelope.iter(ns.saml("EncryptedAssertion")), None) is not None


def _only_security_header(envelope: etree._Element) -> etree._Element:
    found = list(envelope.iter(ns.wsse("Security")))
    _refuse_unless(len(found) == 1, f"{len(found)} Security headers")
    parent = found[0].getparent()
    in_place = parent is not None and parent.tag == ns.soap("Header") and parent.getparent() is envelope
    _refuse_unless(in_place, "Security header out of place")
    return found[0]


def _all_saml_is_inside(envelope: etree._Element, assertion: etree._Element) -> bool:
    return sum(1 for _ in envelope.iter(f"{{{ns.SAML}}}*")) == sum(
        1 for _ in assertion.iter(f"{{{ns.SAML}}}*")
    )


def _refuse_repeated_identifiers(envelope: etree._Element) -> None:
    seen: Counter[str] = Counter()
    for element in envelope.iter(etree.Element):
        for name, value in element.attrib.items():
            if etree.QName(name).localname.lower() in _IDENTIFIER_NAMES:
                seen[str(value)] += 1
    repeated = [value for value, times in seen.items() if times > 1]
    _refuse_unless(not repeated, "identifier used twice")


def _referenced_id(security: etree._Element, assertion: etree._Element) -> str | None:
    """What the reference after the assertion names. Its equality with the signed identifier is checked at step 9."""
    references = [child for child in security if child is not assertion]
    foreign = [child.tag for child in references if child.tag not in _ALLOWED_BESIDE]
    _refuse_unless(not foreign, f"unexpected in the Security header: {foreign}")
    named = [child for child in references if child.tag == ns.wsse("SecurityTokenReference")]
    if not named:
        # The reference only repeats the assertion's identifier: peers that leave it out lose nothing.
        return None
    _refuse_unless(
        len(named) == 1 and security.index(named[0]) > security.index(assertion), "token reference"
    )
    identifiers = named[0].findall(ns.wsse("KeyIdentifier"))
    _refuse_unless(len(identifiers) == 1 and len(named[0]) == 1, "token reference without one KeyIdentifier")
    value_type = collapsed(identifiers[0].get("ValueType"))
    _refuse_unless(
        value_type.endswith("saml-token-profile-1.1#SAMLID"), f"token reference of type {value_type}"
    )
    return text_of(identifiers[0]).strip()


def _refuse_unless(condition: bool, reason: str) -> None:
    if not condition:
        raise SOAPRefusal(FaultCode.TOKEN_INVALID, STEP, reason)

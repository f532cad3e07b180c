"""Signature wrapping: the signed assertion is moved aside and a forged one is put where a reader may look.

The eight families are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012), brought from
SAML responses to a bare assertion in a SOAP header; then what xmlsec accepts, and what harms nobody.
"""

import copy
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from agora_sync.faults import SOAPRefusal
from agora_sync.pki.trust import TrustStore
from agora_sync.vector.claims import Claims, read_claims
from agora_sync.vector.signature import verify_signature
from agora_sync.vector.token import locate_token
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import parse
from tests.support.agora import Signer
from tests.support.agora_assertions import Assertion

Element = etree._Element


def verified(envelope: bytes, trust: TrustStore) -> Claims:
    token = locate_token(parse(envelope))
    at = dt.datetime.now(dt.UTC)
    return read_claims(verify_signature(token, trust=trust, is_registered=lambda _: True, at=at).assertion)


def enveloped(security: Element, *, in_body: Element | None = None, beside: Element | None = None) -> bytes:
    root = etree.Element(ns.soap("Envelope"), nsmap={"soap": ns.SOAP})
    header = etree.SubElement(root, ns.soap("Header"))
    header.append(security)
    if beside is not None:
        header.append(beside)
    body = etree.SubElement(root, ns.soap("Body"))
    body.append(in_body if in_body is not None else etree.Element(ns.agora("ConsulterDossiers")))
    return etree.tostring(root)


def security(*children: Element) -> Element:
    header = etree.Element(ns.wsse("Security"), nsmap={"wsse": ns.WSSE})
    header.extend(children)
    return header


def without_signature(assertion: Element) -> Element:
    bare = copy.deepcopy(assertion)
    bare.remove(bare.find(ns.ds("Signature")))
    return bare


def forged(assertion: Element, *, assertion_id: str | None = None) -> Element:
    """The same with the profiles of somebody else, without its signature."""
    evil = without_signature(assertion)
    if assertion_id:
        evil.set("ID", assertion_id)
    for value in evil.iter(ns.saml("AttributeValue")):
        value.text = "AGORA_FINANCEUR"
    return evil


# Families 1 and 2: the signed assertion goes beside the forged one, before or after.
def forged_then_signed(signed: Element) -> bytes:
    return enveloped(security(forged(signed, assertion_id="_evil"), signed))


def signed_then_forged(signed: Element) -> bytes:
    return enveloped(security(signed, forged(signed, assertion_id="_evil")))


# Family 3: the forged assertion bears the signature, and the signed one stands beside it.
def forged_with_the_signature_signed_beside(signed: Element) -> bytes:
    evil = forged(signed, assertion_id="_evil")
    evil.insert(1, copy.deepcopy(signed.find(ns.ds("Signature"))))
    return enveloped(security(evil, without_signature(signed)))


# Family 4: the signed one goes inside the forged one.
def signed_inside_forged(signed: Element) -> bytes:
    evil = forged(signed, assertion_id="_evil")
    evil.append(signed)
    return enveloped(security(evil))


# Families 5 and 6: the signature moves to the forged one, the signed one goes after it or inside the signature.
def signature_moved_signed_inside_it(signed: Element) -> bytes:
    evil = forged(signed, assertion_id="_evil")
    signature = copy.deepcopy(signed.find(ns.ds("Signature")))
    signature.append(without_signature(signed))
    evil.insert(1, signature)
    return enveloped(security(evil))


# Families 7 and 8: inside an Extensions or an Object element, which schemas let hold anything.
def signed_inside_an_object_of_the_signature(signed: Element) -> bytes:
    evil = forged(signed, assertion_id="_evil")
    signature = copy.deepcopy(signed.find(ns.ds("Signature")))
    etree.SubElement(signature, ns.ds("Object")).append(without_signature(signed))
    evil.insert(1, signature)
    return enveloped(security(evil))


def signed_inside_an_extension(signed: Element) -> bytes:
    extension = etree.Element("{urn:exemple:extension}Extensions")
    extension.append(signed)
    return enveloped(security(forged(signed, assertion_id="_evil"), extension))


def signed_inside_an_advice(signed: Element) -> bytes:
    evil = forged(signed, assertion_id="_evil")
    etree.SubElement(evil, ns.saml("Advice")).append(signed)
    return enveloped(security(evil))


# And elsewhere in the envelope.
def signed_in_the_body(signed: Element) -> bytes:
    body = etree.Element(ns.agora("ConsulterDossiers"))
    body.append(signed)
    return enveloped(security(forged(signed, assertion_id="_evil")), in_body=body)


def only_in_the_body(signed: Element) -> bytes:
    body = etree.Element(ns.agora("ConsulterDossiers"))
    body.append(signed)
    return enveloped(security(), in_body=body)


def signed_in_another_header(signed: Element) -> bytes:
    other = etree.Element("{urn:exemple:autre}Entete")
    other.append(signed)
    return enveloped(security(forged(signed, assertion_id="_evil")), beside=other)


def two_security_headers(signed: Element) -> bytes:
    return enveloped(security(signed), beside=security(forged(signed, assertion_id="_evil")))


def same_identifier_twice_signed_first(signed: Element) -> bytes:
    return enveloped(security(signed), beside=holder_of(forged(signed)))


def same_identifier_in_the_body(signed: Element) -> bytes:
    body = etree.Element(ns.agora("ConsulterDossiers"), Id=str(signed.get("ID")))
    return enveloped(security(signed), in_body=body)


def same_identifier_as_wsu_id(signed: Element) -> bytes:
    timestamp = etree.Element(f"{{{ns.WSU}}}Timestamp", {f"{{{ns.WSU}}}Id": str(signed.get("ID"))})
    return enveloped(security(timestamp, signed))


def holder_of(child: Element) -> Element:
    other = etree.Element("{urn:exemple:autre}Entete")
    other.append(child)
    return other


@pytest.mark.parametrize(
    "wrap",
    [
        forged_then_signed,
        signed_then_forged,
        forged_with_the_signature_signed_beside,
        signed_inside_forged,
        signature_moved_signed_inside_it,
        signed_inside_an_object_of_the_signature,
        signed_inside_an_extension,
        signed_inside_an_advice,
        signed_in_the_body,
        only_in_the_body,
        signed_in_another_header,
        two_security_headers,
        same_identifier_twice_signed_first,
        same_identifier_in_the_body,
        same_identifier_as_wsu_id,
    ],
)
def test_wrapped_assertion_is_an_invalid_token(
    assertion: Assertion, trust: TrustStore, wrap: Callable[[Element], bytes]
) -> None:
    with pytest.raises(SOAPRefusal) as refusal:
        verified(wrap(assertion.element()), trust)

    assert refusal.value.code.qualified_name == "wsse:InvalidSecurityToken"


@pytest.mark.parametrize("other", ["second", "nested", "object"])
def test_signature_of_another_shape_fails_the_check(
    assertion: Assertion, trust: TrustStore, other: str
) -> None:
    signed = assertion.element()
    signature = signed.find(ns.ds("Signature"))
    assert signature is not None
    if other == "second":
        signed.append(copy.deepcopy(signature))
    elif other == "nested":
        statement = signed.find(ns.saml("AttributeStatement"))
        assert statement is not None
        statement.append(signature)
    else:
        etree.SubElement(signature, ns.ds("Object")).text = "x"

    with pytest.raises(SOAPRefusal) as refusal:
        verified(enveloped(security(signed)), trust)

    assert refusal.value.code.qualified_name == "wsse:FailedCheck"


def test_second_reference_fails_the_check(assertion: Assertion, trust: TrustStore) -> None:
    signed = assertion.element()
    reference = signed.find(f".//{ns.ds('Reference')}")
    assert reference is not None
    reference.addnext(copy.deepcopy(reference))

    with pytest.raises(SOAPRefusal) as refusal:
        verified(enveloped(security(signed)), trust)

    assert refusal.value.code.qualified_name == "wsse:FailedCheck"


@pytest.mark.parametrize("name", ["KeyValue", "KeyName", "RetrievalMethod"])
def test_key_given_otherwise_than_by_certificate_fails_the_check(
    assertion: Assertion, trust: TrustStore, name: str
) -> None:
    signed = assertion.element()
    key_info = signed.find(f".//{ns.ds('KeyInfo')}")
    assert key_info is not None
    key_info.insert(0, etree.Element(ns.ds(name)))

    with pytest.raises(SOAPRefusal) as refusal:
        verified(enveloped(security(signed)), trust)

    assert refusal.value.code.qualified_name == "wsse:FailedCheck"


def test_comment_in_a_value_is_an_invalid_token(assertion: Assertion, trust: TrustStore) -> None:
    signed = assertion.element()
    name_id = next(signed.iter(ns.saml("NameID")))
    # The signature, which ignores comments, still holds: `.text` would read only what precedes.
    name_id.text, tail = "agent-formation", "@region-demo"
    comment = etree.Comment("x")
    comment.tail = tail
    name_id.append(comment)

    with pytest.raises(SOAPRefusal) as refusal:
        verified(enveloped(security(signed)), trust)

    assert refusal.value.code.qualified_name == "wsse:InvalidSecurityToken"


def test_certificate_beside_the_chain_fails_the_check(
    assertion: Assertion, trust: TrustStore, pki: Path
) -> None:
    stranger = Signer.named(pki, "self-signed-vi")
    both = replace(
        assertion,
        signer=replace(
            assertion.signer, certificates=[*assertion.signer.certificates, *stranger.certificates]
        ),
    )

    with pytest.raises(SOAPRefusal) as refusal:
        verified(enveloped(security(both.element())), trust)

    assert refusal.value.code.qualified_name == "wsse:FailedCheck"


# What peers really send, and harms nobody -----------------------------------------------------------
def test_identifier_that_starts_with_a_digit_passes(assertion: Assertion, trust: TrustStore) -> None:
    peer = replace(assertion, assertion_id="8f0e2d")

    assert verified(enveloped(security(peer.element())), trust).assertion_id == "8f0e2d"


def test_white_space_in_the_level_passes(assertion: Assertion, trust: TrustStore) -> None:
    level = f"\n    {assertion.identity.authn_context}\n  "
    peer = replace(assertion, identity=replace(assertion.identity, authn_context=level))

    claims = verified(enveloped(security(peer.element())), trust)

    assert claims.authn_contexts == (assertion.identity.authn_context,)


def test_chain_that_holds_the_leaf_alone_passes(assertion: Assertion, trust: TrustStore) -> None:
    leaf_only = replace(
        assertion, signer=replace(assertion.signer, certificates=assertion.signer.certificates[:1])
    )

    assert verified(enveloped(security(leaf_only.element())), trust).issuer == assertion.identity.issuer


def test_list_of_prefixes_in_the_transform_passes(assertion: Assertion, trust: TrustStore) -> None:
    transform = (
        f'<ds:Transform Algorithm="{ns.EXC_C14N}">'
        f'<ec:InclusiveNamespaces xmlns:ec="{ns.EXC_C14N}" PrefixList="xs"/></ds:Transform>'
    )
    peer = replace(assertion, transforms=("http://www.w3.org/2000/09/xmldsig#enveloped-signature", transform))

    assert verified(enveloped(security(peer.element())), trust).issuer == assertion.identity.issuer


def test_timestamp_beside_the_assertion_passes(assertion: Assertion, trust: TrustStore) -> None:
    timestamp = etree.Element(f"{{{ns.WSU}}}Timestamp", {f"{{{ns.WSU}}}Id": "TS-1"})

    claims = verified(enveloped(security(timestamp, assertion.element())), trust)

    assert claims.name_id == assertion.identity.name_id

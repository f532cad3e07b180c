"""Step 8: the signature of the assertion. What comes out is the only thing read afterwards.

xmlsec does the cryptography. Around it: one shape of signature, an allow-list of algorithms, a certificate that is
registered and leads to a trusted root. A verifier that is only asked "does it verify?" says yes to a wrapped
document, to a transform that hides a value, to SHA-1 (docs/decisions/0040-xml-signatures.md, 0044).
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.pki.trust import (
    CertificateRefused,
    TrustStore,
    fingerprint,
    is_authority,
    load_certificate,
)
from agora_sync.vector.token import Token
from agora_sync.xml import namespaces as ns

STEP = 8
# RFC 6931 (§2.3.2 to 2.3.4) for the signatures; XML Encryption and RFC 6931 (§2.1.3) for the digests.
_MORE_ALGORITHMS = "http://www.w3.org/2001/04/xmldsig-more#"
_XML_ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
SIGNATURE_METHODS = frozenset(f"{_MORE_ALGORITHMS}rsa-sha{bits}" for bits in (256, 384, 512))
DIGEST_METHODS = {
    f"{_XML_ENCRYPTION}sha256": "sha256",
    f"{_MORE_ALGORITHMS}sha384": "sha384",
    f"{_XML_ENCRYPTION}sha512": "sha512",
}
ENVELOPED = f"{ns.DS}enveloped-signature"
# Hints that some tools add beside the certificate; they are not read.
_KEY_HINTS = {ns.ds("X509SubjectName"), ns.ds("X509IssuerSerial"), ns.ds("X509SKI")}
_INCLUSIVE_NAMESPACES = f"{{{ns.EXC_C14N}}}InclusiveNamespaces"
# Chain of three in practice; more is somebody making us work.
_MAX_CERTIFICATES = 6


@dataclass(frozen=True)
class VerifiedToken:
    """The signed assertion, parsed from the very bytes that were verified, and the certificate that signed it."""

    assertion: etree._Element
    certificate: x509.Certificate


def verify_signature(
    token: Token, *, trust: TrustStore, is_registered: Callable[[str], bool], at: dt.datetime
) -> VerifiedToken:
    """Check form, certificate, then cryptography. `is_registered` tells whether a fingerprint may sign for the channel.

    Raises SOAPRefusal with FailedCheck.
    """
    try:
        signature = _checked_shape(token)
        certificate = _checked_certificate(signature, trust=trust, is_registered=is_registered, at=at)
        assertion = _checked_cryptography(token, certificate)
    except (CertificateRefused, xmlsec.Error, etree.LxmlError, ValueError) as problem:
        raise SOAPRefusal(FaultCode.FAILED_CHECK, STEP, f"{type(problem).__name__}: {problem}") from None
    return VerifiedToken(assertion, certificate)


def _checked_shape(token: Token) -> etree._Element:
    signatures = list(token.assertion.iter(ns.ds("Signature")))
    _require(len(signatures) == 1, f"{len(signatures)} signatures")
    signature = signatures[0]
    _require(signature.getparent() is token.assertion, "signature out of place")
    info, value, key_info = _exact_children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    canonical, method, reference = _exact_children(
        info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _require_canonicalisation(canonical)
    _require(method.get("Algorithm") in SIGNATURE_METHODS, f"signature method {method.get('Algorithm')}")
    _require(len(method) == 0, "parameters in the signature method")
    _require(
        reference.get("URI") == f"#{token.assertion_id}", "reference to something else than the assertion"
    )
    _require(set(reference.attrib) <= {"URI", "Id"}, "attributes of the reference")
    transforms, digest_method, digest = _exact_children(
        reference, "Transforms", "DigestMethod", "DigestValue"
    )
    enveloped, exclusive = _exact_children(transforms, "Transform", "Transform")
    _require(enveloped.get("Algorithm") == ENVELOPED and len(enveloped) == 0, "first transform")
    _require_canonicalisation(exclusive)
    _require(digest_method.get("Algorithm") in DIGEST_METHODS, f"digest {digest_method.get('Algorithm')}")
    _decoded(digest)
    _decoded(value)
    _exact_children(key_info, "X509Data")
    return signature


def _checked_certificate(
    signature: etree._Element, *, trust: TrustStore, is_registered: Callable[[str], bool], at: dt.datetime
) -> x509.Certificate:
    given = _given_certificates(signature)
    leaves = [certificate for certificate in given if not is_authority(certificate)]
    _require(len(leaves) == 1, f"{len(leaves)} leaf certificates")
    leaf = leaves[0]
    # Any certificate of the same authority leads to the same root: only registration says whose it is.
    _require(is_registered(fingerprint(leaf)), "certificate not registered for this channel")
    chain = trust.chain(leaf, [c for c in given if c != leaf], at=at)
    _require(all(certificate in chain for certificate in given), "certificate that is no part of the chain")
    for certificate in chain:
        trust.require_not_revoked(certificate, at=at)
    return leaf


def _given_certificates(signature: etree._Element) -> list[x509.Certificate]:
    data = signature.find(f"{ns.ds('KeyInfo')}/{ns.ds('X509Data')}")
    certificates = data.findall(ns.ds("X509Certificate")) if data is not None else []
    _require(0 < len(certificates) <= _MAX_CERTIFICATES, f"{len(certificates)} certificates")
    hints = (
        {child.tag for child in data if child.tag != ns.ds("X509Certificate")} if data is not None else set()
    )
    _require(hints <= _KEY_HINTS, "key given otherwise than by certificate")
    return [load_certificate(_decoded(certificate)) for certificate in certificates]


def _checked_cryptography(token: Token, certificate: x509.Certificate) -> etree._Element:
    # The assertion alone, with the namespaces in scope: nothing else of the envelope can be mistaken for it.
    alone = _parsed(etree.tostring(token.assertion, with_tail=False))
    signature = alone.find(ns.ds("Signature"))
    assert signature is not None
    context = xmlsec.SignatureContext()
    context.key = _public_key(certificate.public_bytes(Encoding.DER))
    # The one identifier that a reference may name in this document.
    context.register_id(alone, "ID")
    context.verify(signature)
    return _parsed(_signed_octets(alone, signature))


def _signed_octets(alone: etree._Element, signature: etree._Element) -> bytes:
    """The octets whose digest was signed, made again by us: what is read afterwards is parsed from them.

    The verifier only says yes or no; the digest tells that it looked at the same octets.
    """
    reference = signature.find(f"{ns.ds('SignedInfo')}/{ns.ds('Reference')}")
    assert reference is not None
    kept = reference.find(f"{ns.ds('Transforms')}/{ns.ds('Transform')}/{_INCLUSIVE_NAMESPACES}")
    prefixes = kept.get("PrefixList", "").split() if kept is not None else []
    _take_out(signature)
    octets = etree.tostring(alone, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes or None)
    _, method, expected = reference
    digest = hashlib.new(DIGEST_METHODS[str(method.get("Algorithm"))], octets).digest()
    _require(hmac.compare_digest(digest, _decoded(expected)), "the digest is of something else")
    return octets


def _take_out(element: etree._Element) -> None:
    """Remove an element and leave the text that follows it, as the enveloped transform does."""
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


@lru_cache(maxsize=1_000)
def _public_key(certificate: bytes) -> xmlsec.Key:
    return xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertDer)


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _exact_children(element: etree._Element, *names: str) -> list[etree._Element]:
    children = list(element)
    found = [child.tag for child in children]
    _require(found == [ns.ds(name) for name in names], f"children of {element.tag}")
    return children


def _require_canonicalisation(element: etree._Element) -> None:
    _require(element.get("Algorithm") == ns.EXC_C14N, f"canonicalisation {element.get('Algorithm')}")
    # A list of prefixes to keep is the one parameter of exclusive canonicalisation; OpenSAML sends it.
    _require(
        [child.tag for child in element] in ([], [_INCLUSIVE_NAMESPACES]), "parameters of canonicalisation"
    )


def _decoded(element: etree._Element) -> bytes:
    """Base64 in its one canonical writing: else a character could change without changing the bytes."""
    written = "".join((element.text or "").split())
    try:
        content = base64.b64decode(written, validate=True)
    except binascii.Error as problem:
        raise ValueError(str(problem)) from None
    _require(len(element) == 0 and bool(content), "binary value")
    _require(base64.b64encode(content).decode() == written, "base64 that is not canonical")
    return content


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ValueError(reason)

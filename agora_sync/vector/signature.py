"""Step 8: the signature of the assertion. What comes out is the only thing read afterwards.

signxml does the cryptography. Around it: one shape of signature, an allow-list of algorithms, a certificate that is
registered and leads to a trusted root. A verifier that is only asked "does it verify?" says yes to a wrapped
document, to a transform that hides a value, to SHA-1 (docs/decisions/0040-xml-signatures.md).
"""

import base64
import binascii
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import SignXMLException

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.pki.trust import CertificateRefused, TrustStore, fingerprint, load_certificate
from agora_sync.vector.token import Token
from agora_sync.xml import namespaces as ns

STEP = 8
SIGNATURE_METHODS = frozenset(
    {SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512}
)
DIGEST_METHODS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
ENVELOPED = f"{ns.DS}enveloped-signature"
_SIGNATURE_METHOD_URIS = {method.value for method in SIGNATURE_METHODS}
_DIGEST_METHOD_URIS = {method.value for method in DIGEST_METHODS}
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
        assertion = _checked_cryptography(token, certificate, at)
    except (CertificateRefused, SignXMLException, etree.LxmlError, ValueError) as problem:
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
    _require(method.get("Algorithm") in _SIGNATURE_METHOD_URIS, f"signature method {method.get('Algorithm')}")
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
    _require(
        digest_method.get("Algorithm") in _DIGEST_METHOD_URIS, f"digest {digest_method.get('Algorithm')}"
    )
    _decoded(digest)
    _decoded(value)
    _exact_children(key_info, "X509Data")
    return signature


def _checked_certificate(
    signature: etree._Element, *, trust: TrustStore, is_registered: Callable[[str], bool], at: dt.datetime
) -> x509.Certificate:
    given = _given_certificates(signature)
    leaves = [certificate for certificate in given if not _is_authority(certificate)]
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


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _checked_cryptography(token: Token, certificate: x509.Certificate, at: dt.datetime) -> etree._Element:
    # The assertion alone, with the namespaces in scope: nothing else of the envelope can be mistaken for it.
    alone = etree.tostring(token.assertion, with_tail=False)
    result = XMLVerifier().verify(
        alone,
        x509_cert=certificate,
        id_attribute="ID",
        parser=etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False),
        expect_config=SignatureConfiguration(
            location="./",
            expect_references=1,
            signature_methods=SIGNATURE_METHODS,
            digest_algorithms=DIGEST_METHODS,
            verification_time=at,
        ),
    )
    signed = None if isinstance(result, list) else result.signed_xml
    if signed is None or signed.tag != ns.saml("Assertion") or signed.get("ID") != token.assertion_id:
        raise ValueError("the signature covers something else than the assertion")
    return signed


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

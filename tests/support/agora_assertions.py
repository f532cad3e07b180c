"""SAML assertions of every sort, signed by hand so that a test may get any part of them wrong."""

import base64
import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from agora_sync.vector.build import VectorIdentity
from agora_sync.xml import namespaces as ns

if TYPE_CHECKING:
    from tests.support.agora import Signer

ENVELOPED = f"{ns.DS}enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = f"{ns.DS}rsa-sha1"
RSA_MD5 = "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"
HMAC_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = f"{ns.DS}sha1"
MD5 = "http://www.w3.org/2001/04/xmldsig-more#md5"
_HASHES = {
    SHA256: hashes.SHA256(),
    SHA1: hashes.SHA1(),  # noqa: S303 - to be refused
    MD5: hashes.MD5(),  # noqa: S303 - to be refused
    RSA_SHA256: hashes.SHA256(),
    RSA_SHA1: hashes.SHA1(),  # noqa: S303
    RSA_MD5: hashes.MD5(),  # noqa: S303
    HMAC_SHA256: hashes.SHA256(),
}


@dataclass(frozen=True)
class Assertion:
    """What to say, how to sign it. Times are seconds from now.

    `extra` goes into the conditions, `attributes` after that of the profiles.
    """

    identity: VectorIdentity
    signer: "Signer"
    assertion_id: str = field(default_factory=lambda: f"_{uuid4().hex}")
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    issued_in: float = 0
    starts_in: float = -5
    ends_in: float = 240
    confirmed_until_in: float | None = None
    signature_method: str = RSA_SHA256
    digest_method: str = SHA256
    canonical_method: str = ns.EXC_C14N
    transforms: Sequence[str] = (ENVELOPED, ns.EXC_C14N)
    reference: str | None = None
    version: str = "2.0"
    is_signed: bool = True
    extra: str = ""
    attributes: str = ""

    # The assertion ---------------------------------------------------------------------------
    def unsigned(self) -> etree._Element:
        who = self.identity
        ends = self._time(self.ends_in)
        confirmed = ends if self.confirmed_until_in is None else self._time(self.confirmed_until_in)
        pagms = "".join(f"<saml:AttributeValue>{code}</saml:AttributeValue>" for code in who.pagm_codes)
        return etree.fromstring(
            f'<saml:Assertion xmlns:saml="{ns.SAML}" ID="{self.assertion_id}" Version="{self.version}" '
            f'IssueInstant="{self._time(self.issued_in)}"><saml:Issuer>{who.issuer}</saml:Issuer>'
            f"<saml:Subject><saml:NameID>{who.name_id}</saml:NameID>"
            f'<saml:SubjectConfirmation Method="{ns.BEARER}"><saml:SubjectConfirmationData '
            f'Recipient="{who.recipient}" NotOnOrAfter="{confirmed}"/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{self._time(self.starts_in)}" NotOnOrAfter="{ends}">'
            f"<saml:AudienceRestriction><saml:Audience>{who.audience}</saml:Audience></saml:AudienceRestriction>"
            f"{self.extra}</saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{self._time(0)}" SessionIndex="s1"><saml:AuthnContext>'
            f"<saml:AuthnContextClassRef>{who.authn_context}</saml:AuthnContextClassRef>"
            f"</saml:AuthnContext></saml:AuthnStatement>"
            f'<saml:AttributeStatement><saml:Attribute Name="PAGM">{pagms}</saml:Attribute>'
            f"{self.attributes}</saml:AttributeStatement></saml:Assertion>"
        )

    def element(self) -> etree._Element:
        """The assertion as it travels."""
        assertion = self.unsigned()
        return self.sign(assertion) if self.is_signed else assertion

    def security_header(self) -> etree._Element:
        return security_header(self.element(), self.assertion_id)

    def _time(self, seconds: float) -> str:
        return (self.now + dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    # The signature ---------------------------------------------------------------------------
    def sign(self, assertion: etree._Element) -> etree._Element:
        """Put a signature after the issuer, over the assertion as it is now."""
        signature = etree.fromstring(
            f'<ds:Signature xmlns:ds="{ns.DS}"><ds:SignedInfo>'
            f'<ds:CanonicalizationMethod Algorithm="{self.canonical_method}"/>'
            f'<ds:SignatureMethod Algorithm="{self.signature_method}"/>'
            f'<ds:Reference URI="{self._reference()}"><ds:Transforms>{self._transforms()}</ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{self.digest_method}"/>'
            f"<ds:DigestValue>{self._digest(assertion)}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
            f"<ds:SignatureValue/><ds:KeyInfo><ds:X509Data>{self._certificates()}</ds:X509Data></ds:KeyInfo>"
            f"</ds:Signature>"
        )
        assertion.insert(1, signature)
        self._seal(signature)
        return assertion

    def _reference(self) -> str:
        return f"#{self.assertion_id}" if self.reference is None else self.reference

    def _transforms(self) -> str:
        return "".join(
            transform if transform.startswith("<") else f'<ds:Transform Algorithm="{transform}"/>'
            for transform in self.transforms
        )

    def _digest(self, assertion: etree._Element) -> str:
        hashed = hashes.Hash(_HASHES[self.digest_method])
        hashed.update(canonical(assertion))
        return base64.b64encode(hashed.finalize()).decode()

    def _certificates(self) -> str:
        return "".join(
            f"<ds:X509Certificate>{base64.b64encode(c.public_bytes(Encoding.DER)).decode()}</ds:X509Certificate>"
            for c in self.signer.certificates
        )

    def _seal(self, signature: etree._Element) -> None:
        info, value = signature[0], signature[1]
        value.text = base64.b64encode(self._signed(canonical(info))).decode()

    def _signed(self, content: bytes) -> bytes:
        if self.signature_method == HMAC_SHA256:
            # Key confusion: the public key, which everybody has, used as the secret.
            public = self.signer.key.public_key().public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            )
            mac = hmac.HMAC(public, hashes.SHA256())
            mac.update(content)
            return mac.finalize()
        return self.signer.key.sign(content, padding.PKCS1v15(), _HASHES[self.signature_method])


def canonical(element: etree._Element) -> bytes:
    # As a document of its own: an element inside a tree would be followed by its tail.
    return etree.tostring(copy.deepcopy(element), method="c14n", exclusive=True)


def security_header(
    assertion: etree._Element | None, reference: str = "", **attributes: Any
) -> etree._Element:
    header = etree.fromstring(f'<wsse:Security xmlns:wsse="{ns.WSSE}"/>')
    if assertion is not None:
        header.append(assertion)
    if reference:
        header.append(
            etree.fromstring(
                f'<wsse:SecurityTokenReference xmlns:wsse="{ns.WSSE}">'
                f'<wsse:KeyIdentifier ValueType="{ns.SAML_ID_TYPE}">{reference}</wsse:KeyIdentifier>'
                f"</wsse:SecurityTokenReference>"
            )
        )
    return header

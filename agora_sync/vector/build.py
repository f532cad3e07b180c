"""Making a vector: fresh for each request, five minutes at most, signed by our certificate for vectors."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner

from agora_sync.vector.claims import BODY_DIGEST_ATTRIBUTE, MAX_LIFETIME, PAGM_ATTRIBUTE
from agora_sync.xml import namespaces as ns

# Starts a little in the past: our clock may run ahead of theirs, and not every peer allows for it.
STARTS_BEFORE = dt.timedelta(seconds=30)
DEFAULT_AUTHN_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


@dataclass(frozen=True)
class VectorIdentity:
    """Who calls and whom: what a vector says, its dates apart.

    `body_digest`: that of the one body that it may accompany (`vector.binding`); empty, it accompanies any.
    """

    issuer: str
    name_id: str
    recipient: str
    audience: str
    pagm_codes: tuple[str, ...]
    authn_context: str = DEFAULT_AUTHN_CONTEXT
    body_digest: str = ""


@dataclass(frozen=True)
class SignedVector:
    """`assertion` is the signed XML as it will travel; `security_header` is the element to put in soap:Header."""

    assertion_id: str
    assertion: bytes
    security_header: etree._Element

    def altered(self) -> SignedVector:
        """The same with its subject changed after the signature, for the test bench."""
        header = copy.deepcopy(self.security_header)
        subject = next(header.iter(ns.saml("NameID")))
        subject.text = f"{subject.text}x"
        assertion = next(header.iter(ns.saml("Assertion")))
        return SignedVector(self.assertion_id, etree.tostring(assertion, with_tail=False), header)


def build_vector(
    identity: VectorIdentity,
    *,
    key: rsa.RSAPrivateKey,
    certificates: Sequence[x509.Certificate],
    now: dt.datetime,
) -> SignedVector:
    """A new vector. `certificates`: the leaf of `key`, followed by its chain."""
    assertion_id = f"_{uuid4().hex}"
    unsigned = _assertion(identity, assertion_id, now)
    signed = _signer().sign(
        unsigned, key=key, cert=list(certificates), reference_uri=f"#{assertion_id}", id_attribute="ID"
    )
    header = etree.Element(ns.wsse("Security"), nsmap={"wsse": ns.WSSE})
    header.set(ns.soap("mustUnderstand"), "1")
    header.append(signed)
    header.append(_reference(assertion_id))
    return SignedVector(assertion_id, etree.tostring(signed, with_tail=False), header)


def _signer() -> XMLSigner:
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signer.namespaces = {"ds": ns.DS}
    return signer


def _assertion(identity: VectorIdentity, assertion_id: str, now: dt.datetime) -> etree._Element:
    starts, ends = now - STARTS_BEFORE, now - STARTS_BEFORE + MAX_LIFETIME
    assertion = etree.Element(ns.saml("Assertion"), nsmap={"saml": ns.SAML})
    assertion.set("ID", assertion_id)
    assertion.set("Version", "2.0")
    assertion.set("IssueInstant", _written(now))
    _child(assertion, "Issuer", identity.issuer)
    # The signer replaces this: SAML wants the signature right after the issuer.
    etree.SubElement(assertion, ns.ds("Signature"), Id="placeholder", nsmap={"ds": ns.DS})
    subject = _child(assertion, "Subject")
    _child(subject, "NameID", identity.name_id)
    confirmation = _child(subject, "SubjectConfirmation", Method=ns.BEARER)
    _child(confirmation, "SubjectConfirmationData", Recipient=identity.recipient, NotOnOrAfter=_written(ends))
    conditions = _child(assertion, "Conditions", NotBefore=_written(starts), NotOnOrAfter=_written(ends))
    _child(_child(conditions, "AudienceRestriction"), "Audience", identity.audience)
    statement = _child(assertion, "AuthnStatement", AuthnInstant=_written(now), SessionIndex=assertion_id)
    _child(_child(statement, "AuthnContext"), "AuthnContextClassRef", identity.authn_context)
    attributes = _child(assertion, "AttributeStatement")
    _attribute(attributes, PAGM_ATTRIBUTE, *identity.pagm_codes)
    if identity.body_digest:
        _attribute(attributes, BODY_DIGEST_ATTRIBUTE, identity.body_digest)
    return assertion


def _attribute(statement: etree._Element, name: str, *values: str) -> None:
    attribute = _child(statement, "Attribute", Name=name, NameFormat=NAME_FORMAT)
    for value in values:
        _child(attribute, "AttributeValue", value)


def _reference(assertion_id: str) -> etree._Element:
    reference = etree.Element(ns.wsse("SecurityTokenReference"), nsmap={"wsse11": ns.WSSE11})
    reference.set(f"{{{ns.WSSE11}}}TokenType", ns.SAML_TOKEN_TYPE)
    etree.SubElement(reference, ns.wsse("KeyIdentifier"), ValueType=ns.SAML_ID_TYPE).text = assertion_id
    return reference


def _child(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, ns.saml(name), attributes)
    child.text = text
    return child


def _written(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Real messages for the AGORA tests: envelopes with vectors signed by the development authority, good and bad."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from lxml import etree

from agora_sync import demo
from agora_sync.contract import Operation
from agora_sync.demo import DemoPartner
from agora_sync.mapping.requests import (
    CreateFileRequest,
    DeclareEntryRequest,
    ListFilesRequest,
    PersonIdentity,
    Request,
    element_of,
    operation_of,
    request_values,
)
from agora_sync.pki.authority import Identity
from agora_sync.pki.development import load_identity, read_key
from agora_sync.provider.call import Call
from agora_sync.vector.build import VectorIdentity
from agora_sync.xml import namespaces as ns
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.facts import TrainingFileFacts
from tests.support.agora_assertions import Assertion
from tests.support.nir_hunt import HUNT

PARTNER = next(partner for partner in demo.PARTNERS if partner.code == "partner")
OTHER_PARTNER = next(partner for partner in demo.PARTNERS if partner.code == "other-partner")
NAMESPACES = {"soap": ns.SOAP, "agora": ns.AGORA, "saml": ns.SAML, "ds": ns.DS, "wsse": ns.WSSE}


def facts(**changes: Any) -> TrainingFileFacts:
    """A training that begins in a month, without certification (the catalogue may be empty)."""
    today = timezone.localdate()
    given: dict[str, Any] = {
        "title": "Titre professionnel soudeur assembleur industriel",
        "organisation_siret": fictitious_siret(1),
        "organisation_name": "Atelier du port",
        "session_starts_on": today + dt.timedelta(days=30),
        "session_ends_on": today + dt.timedelta(days=90),
        "price_cents": 1_500_00,
        "hours_minutes": 400 * 60,
        "place": "Ajaccio",
        **changes,
    }
    return TrainingFileFacts(**given)


def person(holder: Any) -> PersonIdentity:
    return PersonIdentity(nir=holder.nirs.get(until=None).nir, birth_name=holder.birth_name)


def create_request(holder: Any, **changes: Any) -> CreateFileRequest:
    return CreateFileRequest(uuid4(), person(holder), facts(**changes))


def list_request(holder: Any) -> ListFilesRequest:
    return ListFilesRequest(uuid4(), person(holder))


def entry_request(agora_number: str, entered_on: dt.date) -> DeclareEntryRequest:
    return DeclareEntryRequest(uuid4(), agora_number, entered_on)


def body_of(request: Request) -> etree._Element:
    return element_of(operation_of(request).value, request_values(request))


@dataclass(frozen=True)
class Signer:
    """The key and certificates of one of the development identities."""

    key: rsa.RSAPrivateKey
    certificates: list[x509.Certificate]

    @classmethod
    @lru_cache(maxsize=64)
    def named(cls, folder: Path, name: str) -> "Signer":
        identity, chain = load_identity(folder, name)
        return cls(identity.key, [identity.certificate, *chain])

    @property
    def der(self) -> bytes:
        return self.certificates[0].public_bytes(Encoding.DER)


def issuing_authority(folder: Path) -> Identity:
    """The development authority, to issue what the files do not have."""
    _, issuing = x509.load_pem_x509_certificates((folder / "ca.pem").read_bytes())
    return Identity(issuing, read_key(folder / "issuing-ca.key"))


def identity_of(partner: DemoPartner) -> VectorIdentity:
    return VectorIdentity(
        issuer=partner.issuer,
        name_id=partner.name_id,
        recipient=demo.RECIPIENT,
        audience=demo.AUDIENCE,
        pagm_codes=tuple(partner.pagms),
        authn_context=partner.authn_context,
    )


@dataclass(frozen=True)
class Caller:
    """A partner with its certificates, that makes whole HTTP calls."""

    folder: Path
    partner: DemoPartner = PARTNER

    def assertion(self, **changes: Any) -> Assertion:
        return replace(
            Assertion(identity_of(self.partner), Signer.named(self.folder, f"{self.partner.code}-vi")),
            **changes,
        )

    def content(self, request: Request, assertion: Assertion | None = None) -> bytes:
        return envelope(body_of(request), (assertion or self.assertion()).security_header())

    def call(self, request: Request, assertion: Assertion | None = None, **changes: Any) -> Call:
        return self.call_of(self.content(request, assertion), operation_of(request), **changes)

    def call_of(self, content: bytes, operation: Operation, **changes: Any) -> Call:
        """The call of bytes that may be anything."""
        given: dict[str, Any] = {
            "method": "POST",
            "content_type": "text/xml; charset=utf-8",
            "content_encoding": "",
            "soap_action": f'"{operation.soap_action}"',
            "body": content,
            "is_too_large": False,
            "client_certificate": Signer.named(self.folder, f"{self.partner.code}-tls").der,
            **changes,
        }
        return Call(**given)


def envelope(body: etree._Element | None, *headers: etree._Element) -> bytes:
    root = etree.Element(ns.soap("Envelope"), nsmap={"soapenv": ns.SOAP})
    if headers:
        etree.SubElement(root, ns.soap("Header")).extend(headers)
    place = etree.SubElement(root, ns.soap("Body"))
    if body is not None:
        place.append(body)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@dataclass(frozen=True)
class Fault:
    """A SOAP fault as a caller reads it: qualified code with its namespace, details as dicts."""

    namespace: str
    code: str
    sentence: str
    details: list[dict[str, str]]

    @property
    def name(self) -> str:
        prefix = {ns.SOAP: "soap", ns.WSSE: "wsse", ns.VI_FAULTS: "vi", ns.AGORA_FAULTS: "ag"}[self.namespace]
        return f"{prefix}:{self.code}"


def read_fault(content: bytes) -> Fault | None:
    """The fault of a message, None for an answer. No fault bears a NIR, whatever the test sent."""
    fault = etree.fromstring(content).find(f"{ns.soap('Body')}/{ns.soap('Fault')}")
    if fault is None:
        return None
    assert not HUNT.found_in(content.decode()), "a fault bears a NIR"
    prefix, code = str(fault.findtext("faultcode")).split(":")
    details = [
        {**{etree.QName(child).localname: child.text or "" for child in error}, **dict(error.attrib)}
        for error in fault.findall(f"detail/{ns.agora('Erreur')}")
    ]
    return Fault(fault.nsmap[prefix], code, str(fault.findtext("faultstring")), details)


def read_answer(content: bytes) -> dict[str, str]:
    """The direct children of an answer, by name."""
    body = etree.fromstring(content).find(ns.soap("Body"))
    assert body is not None
    return {etree.QName(child).localname: child.text or "" for child in body[0]}

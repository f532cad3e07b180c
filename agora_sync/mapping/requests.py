"""The requests of the contract: read from a validated body (provider), written as plain values (connector, samples)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from lxml import etree

from agora_sync.contract import Operation
from agora_sync.mapping.codes import funder_from_wire
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import collapsed, text_of
from rights.facts import FundingFact, TrainingFileFacts

Wire = dict[str, Any]
# Widths of the contract's types: what is longer here is cut, a title being no identifier.
_LINE_WIDTH = 255


@dataclass(frozen=True, repr=False)
class PersonIdentity:
    """What designates a person to AGORA. No repr: a NIR must not reach a log or a traceback."""

    nir: str
    birth_name: str
    first_names: str = ""


@dataclass(frozen=True)
class CreateFileRequest:
    request_id: UUID
    person: PersonIdentity
    facts: TrainingFileFacts


@dataclass(frozen=True)
class DeclareEntryRequest:
    request_id: UUID
    agora_number: str
    entered_on: dt.date


@dataclass(frozen=True)
class ListFilesRequest:
    request_id: UUID
    person: PersonIdentity


Request = CreateFileRequest | DeclareEntryRequest | ListFilesRequest


# Reading -----------------------------------------------------------------------------------------
def read_request(operation: Operation, body: etree._Element) -> Request:
    """The request of a body that respects the schema."""
    request_id = UUID(_text(body, "identifiantRequete"))
    match operation:
        case Operation.CREATE_FILE:
            return _create_file(body, request_id)
        case Operation.DECLARE_ENTRY:
            return _declare_entry(body, request_id)
        case Operation.LIST_FILES:
            return _list_files(body, request_id)


def read_formation(formation: etree._Element) -> TrainingFileFacts:
    """A `formation` element, amounts in cents."""
    return TrainingFileFacts(
        title=_text(formation, "intitule"),
        certification_code=_text(formation, "codeCertification").upper(),
        organisation_siret=_text(formation, "organisme", "siret"),
        organisation_name=_text(formation, "organisme", "raisonSociale"),
        nda=_text(formation, "organisme", "nda").upper(),
        session_starts_on=dt.date.fromisoformat(_text(formation, "dateDebut")),
        session_ends_on=dt.date.fromisoformat(_text(formation, "dateFin")),
        hours_minutes=int(_text(formation, "dureeMinutes") or 0),
        place=_text(formation, "lieu"),
        price_cents=cents(Decimal(_text(formation, "prix"))),
        fundings=tuple(
            FundingFact(
                funder_from_wire(_text(part, "typeFinanceur")), cents(Decimal(_text(part, "montant")))
            )
            for part in formation.findall(ns.agora("financement"))
        ),
    )


def cents(amount: Decimal) -> int:
    """Euros with two decimals at most, in cents."""
    return int(amount * 100)


def euros(amount_cents: int) -> Decimal:
    return Decimal(amount_cents).scaleb(-2)


def _create_file(body: etree._Element, request_id: UUID) -> CreateFileRequest:
    formation = body.find(ns.agora("formation"))
    assert formation is not None
    return CreateFileRequest(request_id, _person(body), read_formation(formation))


def _declare_entry(body: etree._Element, request_id: UUID) -> DeclareEntryRequest:
    entered_on = dt.date.fromisoformat(_text(body, "dateEntree"))
    return DeclareEntryRequest(request_id, _text(body, "numeroDossier"), entered_on)


def _list_files(body: etree._Element, request_id: UUID) -> ListFilesRequest:
    return ListFilesRequest(request_id, _person(body))


def _person(body: etree._Element) -> PersonIdentity:
    return PersonIdentity(
        nir=_text(body, "titulaire", "nir"),
        birth_name=_text(body, "titulaire", "nomNaissance"),
        first_names=_text(body, "titulaire", "prenoms"),
    )


def _text(element: etree._Element, *names: str) -> str:
    return collapsed(text_of(element.find("/".join(ns.agora(name) for name in names))))


# Writing -----------------------------------------------------------------------------------------
def request_values(request: Request) -> Wire:
    """The request as nested values in the order of the contract, ready for a SOAP library."""
    values: Wire = {"identifiantRequete": str(request.request_id)}
    if isinstance(request, DeclareEntryRequest):
        return {**values, "numeroDossier": request.agora_number, "dateEntree": request.entered_on}
    values["titulaire"] = _person_values(request.person)
    if isinstance(request, CreateFileRequest):
        values["formation"] = formation_values(request.facts)
    return values


def formation_values(facts: TrainingFileFacts) -> Wire:
    """A `formation`; what we do not know is left out."""
    organisation = {
        "siret": facts.organisation_siret,
        "nda": facts.nda or None,
        # Compulsory in the contract, and the offer sometimes has none.
        "raisonSociale": _line(facts.organisation_name) or facts.organisation_siret,
    }
    return _given(
        {
            "intitule": _line(facts.title),
            "codeCertification": facts.certification_code or None,
            "organisme": _given(organisation),
            "dateDebut": facts.session_starts_on,
            "dateFin": facts.session_ends_on,
            "dureeMinutes": facts.hours_minutes or None,
            "lieu": _line(facts.place) or None,
            "prix": euros(facts.price_cents),
            "financement": [
                {"typeFinanceur": part.funder.lheo_code, "montant": euros(part.amount_cents)}
                for part in facts.fundings
            ],
        }
    )


def _person_values(person: PersonIdentity) -> Wire:
    return _given(
        {
            "nir": str(person.nir),
            "nomNaissance": person.birth_name,
            "prenoms": person.first_names or None,
        }
    )


def _given(values: Wire) -> Wire:
    return {name: value for name, value in values.items() if value is not None}


def _line(text: str) -> str:
    return collapsed(text)[:_LINE_WIDTH].strip()


# As XML ------------------------------------------------------------------------------------------
def element_of(name: str, values: Wire) -> etree._Element:
    """The element of the contract that holds nested values, in their order."""
    element = etree.Element(ns.agora(name), nsmap={None: ns.AGORA})  # type: ignore[dict-item]
    _fill(element, values)
    return element


def _fill(element: etree._Element, values: Wire) -> None:
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, ns.agora(name))
            if isinstance(item, dict):
                _fill(child, item)
            else:
                child.text = _written(item)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, dt.date) else str(value)

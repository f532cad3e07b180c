"""The requests of the contract: read from a validated body (provider), written as plain values (connector, samples)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from lxml import etree

from agora_sync.contract import Operation
from agora_sync.contract.shapes import Wire, element_shape, in_order, read_values, type_shape
from agora_sync.mapping.codes import funder_from_wire
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import collapsed, text_of
from rights.facts import FundingFact, TrainingFileFacts

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
    """`complement`: what else the contributor says, as nested texts of the contract."""

    request_id: UUID
    person: PersonIdentity
    facts: TrainingFileFacts
    complement: Wire = field(default_factory=dict)


@dataclass(frozen=True)
class DeclareEntryRequest:
    request_id: UUID
    agora_number: str
    entered_on: dt.date


@dataclass(frozen=True)
class ListFilesRequest:
    request_id: UUID
    person: PersonIdentity


@dataclass(frozen=True)
class HolderRequest:
    """An operation that only names a person: rights, balances, check of NIR and name."""

    operation: Operation
    request_id: UUID
    person: PersonIdentity


@dataclass(frozen=True)
class FindFileRequest:
    request_id: UUID
    agora_number: str


@dataclass(frozen=True)
class FileEventRequest:
    """Something that happened to a file. `values`: what the operation says of it, as texts of the contract."""

    operation: Operation
    request_id: UUID
    agora_number: str
    values: Wire


@dataclass(frozen=True)
class AmendFileRequest:
    """`facts` None: the training itself does not change."""

    request_id: UUID
    agora_number: str
    facts: TrainingFileFacts | None
    complement: Wire = field(default_factory=dict)


@dataclass(frozen=True)
class EligibilityRequest:
    request_id: UUID
    person: PersonIdentity
    facts: TrainingFileFacts


@dataclass(frozen=True)
class DIFRequest:
    request_id: UUID
    person: PersonIdentity
    declared_on: dt.date
    minutes: int


Request = (
    CreateFileRequest
    | DeclareEntryRequest
    | ListFilesRequest
    | HolderRequest
    | FindFileRequest
    | FileEventRequest
    | AmendFileRequest
    | EligibilityRequest
    | DIFRequest
)


def operation_of(request: Request) -> Operation:
    """The operation that a request calls."""
    if isinstance(request, HolderRequest | FileEventRequest):
        return request.operation
    return _OPERATIONS[type(request)]


_OPERATIONS: dict[type[Any], Operation] = {
    CreateFileRequest: Operation.CREATE_FILE,
    DeclareEntryRequest: Operation.DECLARE_ENTRY,
    ListFilesRequest: Operation.LIST_FILES,
    FindFileRequest: Operation.FIND_FILE,
    AmendFileRequest: Operation.AMEND_FILE,
    EligibilityRequest: Operation.CHECK_ELIGIBILITY,
    DIFRequest: Operation.RECORD_DIF,
}


# Reading -----------------------------------------------------------------------------------------
def read_request(operation: Operation, body: etree._Element) -> Request:
    """The request of a body that respects the schema."""
    request_id = UUID(_text(body, "identifiantRequete"))
    if operation in (Operation.READ_RIGHTS, Operation.READ_BALANCES, Operation.CHECK_IDENTITY):
        return HolderRequest(operation, request_id, _person(body))
    if operation in _READERS:
        return _READERS[operation](request_id, body)
    return FileEventRequest(operation, request_id, _number(body), _event_values(operation, body))


def _amendment(request_id: UUID, body: etree._Element) -> AmendFileRequest:
    facts = _formation(body) if body.find(ns.agora("formation")) is not None else None
    return AmendFileRequest(request_id, _number(body), facts, _complement(Operation.AMEND_FILE, body))


def _creation(request_id: UUID, body: etree._Element) -> CreateFileRequest:
    complement = _complement(Operation.CREATE_FILE, body)
    return CreateFileRequest(request_id, _person(body), _formation(body), complement)


def _dif(request_id: UUID, body: etree._Element) -> DIFRequest:
    minutes = int(_text(body, "heuresMinutes"))
    return DIFRequest(request_id, _person(body), _day(body, "dateDeclaration"), minutes)


_READERS: dict[Operation, Callable[[UUID, etree._Element], Request]] = {
    Operation.CREATE_FILE: _creation,
    Operation.AMEND_FILE: _amendment,
    Operation.RECORD_DIF: _dif,
    Operation.LIST_FILES: lambda key, body: ListFilesRequest(key, _person(body)),
    Operation.FIND_FILE: lambda key, body: FindFileRequest(key, _number(body)),
    Operation.DECLARE_ENTRY: lambda key, body: DeclareEntryRequest(
        key, _number(body), _day(body, "dateEntree")
    ),
    Operation.CHECK_ELIGIBILITY: lambda key, body: EligibilityRequest(key, _person(body), _formation(body)),
}


def _event_values(operation: Operation, body: etree._Element) -> Wire:
    values = read_values(element_shape(operation.value), body)
    return {name: value for name, value in values.items() if name not in _HEADINGS}


_HEADINGS = ("identifiantRequete", "numeroDossier")


def _complement(operation: Operation, body: etree._Element) -> Wire:
    return dict(read_values(element_shape(operation.value), body).get("complement", {}))


def _formation(body: etree._Element) -> TrainingFileFacts:
    formation = body.find(ns.agora("formation"))
    assert formation is not None
    return read_formation(formation)


def _number(body: etree._Element) -> str:
    return _text(body, "numeroDossier")


def _day(body: etree._Element, name: str) -> dt.date:
    return dt.date.fromisoformat(_text(body, name))


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
    match request:
        case DeclareEntryRequest():
            said: Wire = {"numeroDossier": request.agora_number, "dateEntree": request.entered_on}
        case FindFileRequest():
            said = {"numeroDossier": request.agora_number}
        case FileEventRequest():
            said = {"numeroDossier": request.agora_number, **request.values}
        case AmendFileRequest():
            facts = request.facts
            said = {
                "numeroDossier": request.agora_number,
                "formation": formation_values(facts) if facts else None,
                "complement": _complement_values(request.complement),
            }
        case DIFRequest():
            said = {
                "titulaire": _person_values(request.person),
                "dateDeclaration": request.declared_on,
                "heuresMinutes": request.minutes,
            }
        case ListFilesRequest() | HolderRequest():
            said = {"titulaire": _person_values(request.person)}
        case CreateFileRequest() | EligibilityRequest():
            said = {
                "titulaire": _person_values(request.person),
                "formation": formation_values(request.facts),
                "complement": _complement_values(request.complement)
                if isinstance(request, CreateFileRequest)
                else None,
            }
    return {**values, **_given(said)}


def _complement_values(complement: Wire) -> Wire | None:
    return in_order(type_shape("Complement"), complement) or None


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
    return collapsed(text)[:_LINE_WIDTH].strip(" ")


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

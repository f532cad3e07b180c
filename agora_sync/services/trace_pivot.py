"""The traces of a case in the pivot format, valid against its schema, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import etree

from agora_sync import contract
from agora_sync.mapping.disclosed import DisclosedItem
from agora_sync.models import TraceCase
from agora_sync.services.trace_opening import OpenedExchange, OpenedTrace

NAMESPACE = "urn:cpa:agora:traces:1"
SCHEMA_FILE = Path(contract.__file__).parent / "pivot" / "traces.xsd"
_RESULTS = {True: "passee", False: "refusee", None: "non-atteinte"}
# What XML 1.0 cannot write (§2.2).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class PivotInvalid(Exception):
    """What was made does not respect the schema: it is not delivered."""


@dataclass(frozen=True)
class SealFinding:
    """What the verification of the whole chain found, in one French sentence."""

    is_sound: bool
    text: str


@dataclass(frozen=True)
class CaseExport:
    """All that is delivered of a case. `seals`: by key of trace, the number of the seal that covers it."""

    case: TraceCase
    keys: list[str]
    missing: list[str]
    exchanges: list[OpenedExchange]
    seals: dict[int, int]
    finding: SealFinding
    made_at: datetime


def pivot_xml(export: CaseExport) -> bytes:
    """The document, UTF-8. Raises PivotInvalid."""
    root = etree.Element(_name("Traces"), {"version": "1"}, nsmap={"traces": NAMESPACE})
    _request(_group(root, "Demande"), export)
    _answer(_group(root, "Reponse"), export)
    schema = etree.XMLSchema(etree.parse(str(SCHEMA_FILE)))
    try:
        schema.assertValid(root)
    except etree.DocumentInvalid as problem:
        raise PivotInvalid(str(problem)) from None
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _request(parent: etree._Element, export: CaseExport) -> None:
    case = export.case
    assert case.validated_at is not None
    _add(parent, "reference", case.reference)
    _add(parent, "nature", case.kind)
    _add(parent, "motif", case.reason)
    _add(parent, "partenaire", case.partner.name if case.partner else None)
    _add(parent, "demandeur", case.requester)
    _add(parent, "designation", case.designation)
    _add(parent, "dateDemande", case.requested_on)
    _add(parent, "dateValidation", case.validated_at)
    _add_each(parent, "identifiant", export.keys)


def _answer(parent: etree._Element, export: CaseExport) -> None:
    _add(parent, "produiteLe", export.made_at)
    _add(parent, "aRemettreAuPlusTard", export.case.answer_by)
    seal = _group(parent, "Scellement")
    _add(seal, "conforme", export.finding.is_sound)
    _add(seal, "constat", export.finding.text)
    for exchange in export.exchanges:
        _exchange(_group(parent, "Echange"), exchange, export.seals)
    _add_each(parent, "identifiantSansTrace", export.missing)


def _exchange(parent: etree._Element, exchange: OpenedExchange, seals: dict[int, int]) -> None:
    _add(parent, "idTrace", str(exchange.exchange_id))
    _verification(_group(parent, "VerificationVI"), exchange)
    for opened in exchange.traces:
        _trace(_group(parent, "TraceApplicative"), opened, exchange, seals.get(opened.trace.pk))
    for item in exchange.items:
        _item(_group(parent, "donnee"), item)


def _verification(parent: etree._Element, exchange: OpenedExchange) -> None:
    claims = exchange.claims
    _add(parent, "identifiant", claims.assertion_id if claims else exchange.vector_id)
    if claims is not None:
        _add(parent, "emetteur", claims.issuer)
        _add(parent, "utilisateur", claims.name_id)
        _add(parent, "emisLe", claims.issued_at)
        _add(parent, "valableDu", claims.starts_at)
        _add(parent, "valableAu", claims.ends_at)
        _add(parent, "destinataire", claims.recipient)
        _add_each(parent, "niveau", claims.authn_contexts)
        _add_each(parent, "pagm", claims.pagm_codes)
    for step in exchange.steps:
        _add(parent, "etape", step.label, numero=str(step.number), resultat=_RESULTS[step.is_passed])


def _trace(parent: etree._Element, opened: OpenedTrace, exchange: OpenedExchange, seal: int | None) -> None:
    trace = opened.trace
    _add(parent, "numero", trace.pk)
    _add(parent, "instant", trace.at)
    _add(parent, "nature", trace.get_kind_display())
    _add(parent, "utilisateur", exchange.claims.name_id if exchange.claims else None)
    _add(parent, "partenaire", trace.partner_code or exchange.partner_code)
    _add(parent, "operation", trace.operation)
    _add(parent, "identifiantRequete", trace.request_id)
    _add(parent, "statutHTTP", trace.http_status)
    _add(parent, "taille", trace.content_length)
    _add(parent, "empreinte", trace.sha256)
    _add(parent, "conforme", opened.is_intact)
    _add(parent, "sceau", seal)


def _item(parent: etree._Element, item: DisclosedItem) -> None:
    _add(parent, "chemin", item.path)
    _add(parent, "libelle", item.label)
    _add(parent, "famille", item.family)
    _add(parent, "fois", item.times)


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _name(name))


def _add_each(parent: etree._Element, name: str, values: Iterable[str]) -> None:
    for value in values:
        _add(parent, name, value)


def _add(parent: etree._Element, name: str, value: object, **attributes: str) -> None:
    """An element with this text; none for what is empty."""
    text = _written(value)
    if text:
        etree.SubElement(parent, _name(name), attributes).text = text


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return _UNWRITABLE.sub("\ufffd", str(value))

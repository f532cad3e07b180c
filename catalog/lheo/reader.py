"""From a `formation` element to facts, with a finding for every field refused or repaired on the way."""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from lxml import etree

from catalog.enums import EntryMode, FindingAction, Modality, RecruitmentState
from catalog.gazetteer import Gazetteer
from catalog.lheo import fields
from catalog.lheo.address import AddressReader
from catalog.lheo.facts import (
    ActionFacts,
    Finding,
    Numbered,
    OrganisationFacts,
    PlaceFacts,
    SessionFacts,
    TrainingFacts,
    name_by_number,
    next_occurrence,
)
from catalog.lheo.fields import PRICE_LIMIT_EUROS
from catalog.lheo.node import Node

MODALITIES = {"0": Modality.ON_SITE, "1": Modality.MIXED, "2": Modality.REMOTE}
ENTRY_MODES = {"0": EntryMode.FIXED_DATES, "1": EntryMode.PERMANENT}
RECRUITMENT_STATES = {
    "1": RecruitmentState.OPEN,
    "2": RecruitmentState.CLOSED,
    "3": RecruitmentState.SUSPENDED,
}
NUMBER_LENGTH = 120
RECORD = "/lheo/offres/formation"
# An address is about 2 kB with the rest of its place: 20 MB at most.
READ_BEFORE_KEPT = 5_000
Facts = TypeVar("Facts")


class ReadBefore(Generic[Facts]):
    """What the same bytes gave earlier in the file: an organisation writes its name and its places in each training.

    Only what had nothing to report is kept, so that every report stays complete.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Facts] = {}

    def read(self, node: Node, read: Callable[[Node], Facts]) -> Facts:
        content = etree.tostring(node.element, with_tail=False)
        if content in self._known:
            return self._known[content]
        reported = len(node.findings)
        facts = read(node)
        if len(node.findings) == reported:
            if len(self._known) == READ_BEFORE_KEPT:
                self._known.clear()
            self._known[content] = facts
        return facts


@dataclass
class Memory:
    """Of one file: what was read before in it."""

    organisations: ReadBefore[OrganisationFacts | None] = field(default_factory=ReadBefore)
    places: ReadBefore[PlaceFacts | None] = field(default_factory=ReadBefore)


@dataclass
class FormationReader:
    """Reads one formation. `index` is its rank in the file, from 1. Use once."""

    element: etree._Element
    namespace: str
    index: int
    gazetteer: Gazetteer
    findings: list[Finding] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    # Where formations stand in the file.
    record: str = RECORD

    def read(self) -> TrainingFacts | None:
        """The facts, or None when the training has no title or no organisation that can be told."""
        node = Node(self.element, self.namespace, f"{self.record}[{self.index}]", self.findings)
        node.identifier = self._training_number(node)
        organisation = self.memory.organisations.read(self._responsible(node), self._organisation)
        title = node.value("intitule-formation", fields.title)
        if not title:
            node.note("intitule-formation", "", "required_missing", FindingAction.REFUSED)
        if not title or organisation is None:
            return None
        return TrainingFacts(
            number=node.identifier,
            occurrence=1,
            organisation=organisation,
            certification_code=self._certification_code(node),
            occupation_codes=self._occupation_codes(node),
            title=title,
            objective=node.value("objectif-formation", fields.plain_text) or "",
            expected_results=node.value("resultats-attendus", fields.plain_text) or "",
            content=node.value("contenu-formation", fields.plain_text) or "",
            is_certifying=self._is_certifying(node),
            entry_level=node.value("code-niveau-entree", fields.level),
            exit_level=node.value("code-niveau-sortie", fields.level),
            website=self._website(node.child("url-formation")),
            described_on=node.attribute("datemaj", fields.day),
            actions=tuple(self._actions(node)),
        )

    def _responsible(self, node: Node) -> Node:
        return node.child("organisme-formation-responsable")

    def _actions(self, node: Node) -> Iterator[ActionFacts]:
        return self._numbered(node.children("action"), self._action)

    def _training_number(self, node: Node) -> str:
        number = (node.element.get("numero") or "").strip()
        if number:
            return self._short(node, number)
        # Without a number the content is the identity: a change of content makes another training.
        content = etree.tostring(self.element, method="c14n")
        number = f"sans-numero-{hashlib.sha256(content).hexdigest()[:16]}"
        node.note("@numero", "", "number_missing", FindingAction.REPAIRED)
        return number

    @staticmethod
    def _short(node: Node, number: str) -> str:
        """A number within its length. Two that begin alike are then told apart as if they were the same."""
        if len(number) > NUMBER_LENGTH:
            node.note("@numero", number, "number_too_long", FindingAction.REPAIRED)
        return number[:NUMBER_LENGTH]

    def _siret_holder(self, node: Node) -> Node:
        return node.child("SIRET-organisme-formation")

    def _siret(self, node: Node) -> str:
        """The number of the organisation, "" when it cannot be told: the report says why."""
        holder = self._siret_holder(node)
        siret = holder.value("SIRET", fields.siret)
        if siret is None:
            holder.note("SIRET", "", "siret_missing", FindingAction.REFUSED)
        return siret or ""

    def _organisation(self, node: Node) -> OrganisationFacts | None:
        siret = self._siret(node)
        if not siret:
            return None
        coordinates = node.child("coordonnees-organisme").child("coordonnees")
        address = AddressReader(coordinates.child("adresse"), self.gazetteer)
        commune = address.commune()
        name = node.value("nom-organisme", fields.title) or ""
        legal_name = node.value("raison-sociale", fields.title) or ""
        return OrganisationFacts(
            siret=siret,
            nda=node.value("numero-activite", fields.nda) or "",
            name=(name or legal_name or name_by_number(siret))[:250],
            legal_name=legal_name[:250],
            postal_code=address.postal_code,
            town=address.town,
            commune_code=commune.code if commune else "",
            email=coordinates.value("courriel", fields.email) or "",
            phone=coordinates.child("telfixe").text("numtel")[:25],
            website=self._website(coordinates.child("web")),
        )

    def _is_certifying(self, node: Node) -> bool:
        return node.text("certifiante") == "1"

    @staticmethod
    def _website(node: Node) -> str:
        return node.value("urlweb", fields.website) or ""

    def _certification_code(self, node: Node) -> str:
        """The first code that can be read. A training may lead to several certifications; the first is the main one."""
        found = ""
        for certification in node.children("certification"):
            for name, register in (("code-RNCP", "RNCP"), ("code-RS", "RS")):
                code = certification.value(name, partial(fields.certification, register=register))
                found = found or code or ""
        return found

    @staticmethod
    def _occupation_codes(node: Node) -> tuple[str, ...]:
        codes = (child.own_text() for child in node.child("domaine-formation").children("code-ROME"))
        return tuple(sorted({code for code in codes if len(code) == 5 and code.isascii() and code.isalnum()}))

    def _action(self, node: Node) -> ActionFacts:
        hours = self._hours(node)
        return ActionFacts(
            number=node.identifier,
            occurrence=1,
            modality=node.choice("modalites-enseignement", MODALITIES, Modality.ON_SITE),
            entry_mode=node.choice("modalites-entrees-sorties", ENTRY_MODES, EntryMode.FIXED_DATES),
            price_cents=self._price(node, hours),
            hours_minutes=hours,
            rhythm=(node.value("rythme-formation", fields.plain_text) or "")[:300],
            conditions=self._conditions(node),
            accessibility=self._accessibility(node),
            languages=" ".join(child.own_text()[:2].upper() for child in node.children("langue-formation"))[
                :40
            ],
            places=tuple(self._places(node)),
            sessions=tuple(self._numbered(node.children("session"), self._session)),
        )

    def _price(self, node: Node, hours: int | None) -> int | None:
        """Cents, taxes included; from the price of an hour when the whole is not said."""
        total = node.value("prix-total-TTC", fields.price_cents)
        if total is not None or hours is None:
            return total
        hourly = node.value("prix-horaire-TTC", fields.price_cents)
        if hourly is None:
            return None
        total = round(hourly * hours / 60)
        if total > PRICE_LIMIT_EUROS * 100:
            value = node.text("prix-horaire-TTC")
            node.note("prix-horaire-TTC", value, "price_out_of_range", FindingAction.REFUSED)
            return None
        return total

    def _conditions(self, node: Node) -> str:
        return node.value("conditions-specifiques", fields.plain_text) or ""

    def _accessibility(self, node: Node) -> str:
        return node.value("acces-handicapes", fields.plain_text) or ""

    def _hours(self, node: Node) -> int | None:
        total = node.value("nombre-heures-total", fields.hours_minutes)
        if total is not None:
            return total
        centre = node.value("nombre-heures-centre", fields.hours_minutes)
        company = node.value("nombre-heures-entreprise", fields.hours_minutes)
        return None if centre is None else centre + (company or 0)

    def _places(self, action: Node) -> Iterator[PlaceFacts]:
        ordered = sorted(
            action.children("lieu-de-formation"), key=lambda node: node.element.get("tag") != "principal"
        )
        for node in ordered:
            place = self.memory.places.read(node, self._place)
            if place is not None:
                yield place

    def _place(self, node: Node) -> PlaceFacts | None:
        coordinates = node.child("coordonnees")
        address = coordinates.child("adresse")
        return AddressReader(address, self.gazetteer).place(
            name=self._place_name(coordinates)[:250], street=self._street(address)[:250]
        )

    def _place_name(self, coordinates: Node) -> str:
        return " ".join(line.own_text() for line in coordinates.children("ligne"))

    def _street(self, address: Node) -> str:
        lines = " ".join(line.own_text() for line in address.children("ligne"))
        return " ".join(lines.split())

    def _session(self, node: Node) -> SessionFacts:
        starts_on, ends_on = self._period(node.child("periode"))
        registration = node.child("periode-inscription").child("periode")
        registration_starts_on, registration_ends_on = self._period(registration)
        return SessionFacts(
            number=node.identifier,
            occurrence=1,
            starts_on=starts_on,
            ends_on=ends_on,
            registration_starts_on=registration_starts_on,
            registration_ends_on=registration_ends_on,
            recruitment_state=node.choice("etat-recrutement", RECRUITMENT_STATES, RecruitmentState.OPEN),
        )

    @staticmethod
    def _period(node: Node) -> tuple[datetime.date | None, datetime.date | None]:
        start, end = node.value("debut", fields.day), node.value("fin", fields.day)
        if start and end and end < start:
            node.note("fin", node.text("fin"), "end_before_start", FindingAction.REFUSED)
            end = None
        return start, end

    def _numbered(self, nodes: Iterable[Node], read: Callable[[Node], Numbered]) -> Iterator[Numbered]:
        """Elements of one kind under one parent, told apart when they share a number."""
        before: list[Numbered] = []
        for node in nodes:
            number = self._short(node, (node.element.get("numero") or "").strip())
            node.identifier = number
            if not number:
                node.note("@numero", "", "number_missing", FindingAction.REPAIRED)
            facts = next_occurrence(read(node), before)
            if facts is None:
                node.note("@numero", number, "duplicate_identical", FindingAction.REFUSED)
                continue
            if facts.occurrence > 1 and number:
                node.note("@numero", number, "duplicate_number", FindingAction.REPAIRED)
            before.append(facts)
            yield facts


def with_occurrence(facts: TrainingFacts, occurrence: int) -> TrainingFacts:
    # Nearly all are the first of their number, and have their digest already.
    return facts if facts.occurrence == occurrence else replace(facts, occurrence=occurrence)

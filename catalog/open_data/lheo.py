"""A published training as a LHEO 2.3 element, valid for the official schema and read by our own import without a word.

The schema asks for what we may not know. A text says that it is not known; an address, a postal code or a declaration
number is blank over its obligatory length; the bounds of a period are dates that no training has. Hours are whole.
"""

import datetime
import re
import textwrap

from lxml import etree

from catalog.enums import EntryMode, Modality, RecruitmentState
from catalog.lheo.writing import ALL_PUBLICS, LEVEL_CODES, LHEO_23, LINE_LENGTH, ElementWriter, as_day
from catalog.models import Action, Commune, Organisation, Place, Session, Training

UNKNOWN = "Non précisé par l’organisme."
# Before any session, after any: what a period says of a bound that the organisation does not give.
LONG_AGO, FAR_AWAY = datetime.date(2000, 1, 1), datetime.date(2999, 12, 31)
TEXT, ACCESS, CITY, PHONE = 3000, 250, 50, 25
MODALITIES = {Modality.ON_SITE: "0", Modality.MIXED: "1", Modality.REMOTE: "2"}
ENTRY_MODES = {EntryMode.FIXED_DATES: "0", EntryMode.PERMANENT: "1"}
STATES = {RecruitmentState.OPEN: "1", RecruitmentState.CLOSED: "2", RecruitmentState.SUSPENDED: "3"}
# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str, length: int) -> str:
    text = _FORBIDDEN.sub("", text)
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


class OfferWriter(ElementWriter):
    """Numbers are our own keys: what two feeds number alike is told apart."""

    def __init__(self) -> None:
        super().__init__(LHEO_23)

    def formation(self, training: Training) -> etree._Element:
        organisation = training.organisation
        updated = training.described_on or training.updated_at.date()
        root = self._new("formation", numero=str(training.pk), datemaj=as_day(updated))
        domain = self._add(root, "domaine-formation")
        for code in training.occupation_codes[:5]:
            self._text(domain, "code-ROME", code)
        self._text(root, "intitule-formation", clean(training.title, 255))
        self._text(root, "objectif-formation", self._said(training.objective))
        self._text(root, "resultats-attendus", self._said(training.expected_results))
        self._text(root, "contenu-formation", self._said(training.content))
        self._text(root, "certifiante", "1" if training.is_certifying else "0")
        self._contact(self._add(root, "contact-formation"), organisation)
        self._text(root, "parcours-de-formation", "4")
        self._text(root, "code-niveau-entree", LEVEL_CODES.get(training.entry_level or 0, "0"))
        self._certification(root, training.certification_code)
        if training.exit_level:
            self._text(root, "code-niveau-sortie", LEVEL_CODES[training.exit_level])
        if training.website:
            self._text(self._add(root, "url-formation"), "urlweb", training.website)
        for action in training.actions.all():
            self._action(root, organisation, action)
        self._organisation(root, organisation)
        return root

    @staticmethod
    def _said(text: str, length: int = TEXT) -> str:
        return clean(text, length) or UNKNOWN

    def _certification(self, root: etree._Element, code: str) -> None:
        for register in ("RNCP", "RS"):
            if code.startswith(register):
                self._text(self._add(root, "certification"), f"code-{register}", code)

    def _action(self, root: etree._Element, organisation: Organisation, action: Action) -> None:
        sessions = list(action.sessions.all())
        if not sessions:
            return
        element = self._add(root, "action", numero=str(action.pk))
        self._text(element, "rythme-formation", self._said(action.rhythm))
        self._text(element, "code-public-vise", ALL_PUBLICS)
        self._text(element, "niveau-entree-obligatoire", "0")
        self._text(element, "modalites-alternance", UNKNOWN)
        self._text(element, "modalites-enseignement", MODALITIES[Modality(action.modality)])
        self._text(element, "conditions-specifiques", self._said(action.conditions))
        self._text(element, "prise-en-charge-frais-possible", "0")
        # LHEO has no place by session: the first session's is the main one.
        places = {session.place for session in sessions if session.place} | set(action.places.all())
        main = sessions[0].place_id
        for place in sorted(places, key=lambda place: (place.pk != main, place.pk)):
            self._place(element, place, is_main=place.pk == main)
        self._text(element, "modalites-entrees-sorties", ENTRY_MODES[EntryMode(action.entry_mode)])
        for session in sessions:
            self._session(element, organisation, session)
        self._facts(element, action)

    def _facts(self, element: etree._Element, action: Action) -> None:
        if action.accessibility:
            self._text(element, "acces-handicapes", clean(action.accessibility, ACCESS))
        for language in action.languages.split()[:5]:
            if re.fullmatch(r"[A-Z]{2}", language):
                self._text(element, "langue-formation", language)
        if action.price_cents is not None:
            self._text(
                element, "prix-total-TTC", f"{action.price_cents // 100}.{action.price_cents % 100:02}"
            )
        if action.hours_minutes is not None:
            hours, minutes = divmod(action.hours_minutes, 60)
            self._text(
                element, "duree-indicative", f"{hours} h {minutes:02}" if minutes else f"{hours} heures"
            )
            self._text(element, "nombre-heures-total", str(hours + (minutes >= 30)))

    def _session(self, action: etree._Element, organisation: Organisation, session: Session) -> None:
        element = self._add(action, "session", numero=str(session.pk))
        self._period(element, session.starts_on, session.ends_on)
        self._seat(self._add(element, "adresse-inscription"), organisation)
        if session.registration_starts_on or session.registration_ends_on:
            registration = self._add(element, "periode-inscription")
            self._period(registration, session.registration_starts_on, session.registration_ends_on)
        self._text(element, "etat-recrutement", STATES[RecruitmentState(session.recruitment_state)])

    def _period(self, parent: etree._Element, start: datetime.date | None, end: datetime.date | None) -> None:
        element = self._add(parent, "periode")
        self._text(element, "debut", as_day(start or LONG_AGO))
        self._text(element, "fin", as_day(end or FAR_AWAY))

    def _organisation(self, root: etree._Element, organisation: Organisation) -> None:
        element = self._add(root, "organisme-formation-responsable")
        self._text(element, "numero-activite", organisation.nda or " " * 11)
        self._text(self._add(element, "SIRET-organisme-formation"), "SIRET", organisation.siret)
        self._text(element, "nom-organisme", clean(organisation.name, 250))
        self._text(element, "raison-sociale", clean(organisation.legal_name or organisation.name, 250))
        self._contact(self._add(element, "coordonnees-organisme"), organisation)
        self._contact(self._add(element, "contact-organisme"), organisation)

    def _contact(self, parent: etree._Element, organisation: Organisation) -> None:
        element = self._add(parent, "coordonnees")
        self._seat(element, organisation)
        if organisation.phone:
            self._text(self._add(element, "telfixe"), "numtel", clean(organisation.phone, PHONE))
        if organisation.email:
            self._text(element, "courriel", organisation.email)
        if organisation.website:
            self._text(self._add(element, "web"), "urlweb", organisation.website)

    def _seat(self, parent: etree._Element, organisation: Organisation) -> None:
        self._address(parent, "", organisation.postal_code, organisation.town, organisation.commune)

    def _place(self, action: etree._Element, place: Place, *, is_main: bool) -> None:
        element = self._add(action, "lieu-de-formation", **({"tag": "principal"} if is_main else {}))
        coordinates = self._add(element, "coordonnees")
        self._lines(coordinates, place.name, most=3)
        address = self._address(coordinates, place.address, place.postal_code, place.town, place.commune)
        if place.latitude is not None and place.longitude is not None:
            position = self._add(address, "geolocalisation")
            self._text(position, "latitude", f"{place.latitude:.6f}")
            self._text(position, "longitude", f"{place.longitude:.6f}")

    def _address(
        self, parent: etree._Element, street: str, postal_code: str, town: str, commune: Commune | None
    ) -> etree._Element:
        element = self._add(parent, "adresse")
        self._lines(element, street or " ", most=4)
        if commune is not None:
            postal_code, town = postal_code or commune.postal_codes[0], town or commune.name
        self._text(element, "codepostal", postal_code or " " * 5)
        self._text(element, "ville", clean(town, CITY) or " ")
        if commune is not None:
            self._text(element, "departement", commune.department_id)
            self._text(element, "code-INSEE-commune", commune.code)
        return element

    def _lines(self, parent: etree._Element, text: str, *, most: int) -> None:
        lines = textwrap.wrap(clean(text, most * LINE_LENGTH), LINE_LENGTH) if text.strip() else [text]
        for line in filter(None, lines[:most]):
            self._text(parent, "ligne", line)

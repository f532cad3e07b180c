"""An invented training as a LHEO element: the order and the obligatory elements of the schema, version 2.3.

Version 2.2 is the same with another namespace, without the codes of the Répertoire spécifique (born later)
and with the levels of before 2019.
"""

from lxml import etree

from catalog.generation.dirt import Expected
from catalog.generation.organisations import Organisation, Site
from catalog.generation.trainings import Action, Session, Training
from catalog.lheo import writing
from catalog.lheo.writing import ALL_PUBLICS, LHEO_23, LINE_LENGTH, ElementWriter, as_day

NAMESPACES = {
    "lheo23": LHEO_23,
    "lheo22": "http://www.lheo.org/2.2",
    "edof": "https://www.of.moncompteformation.gouv.fr",
}
# European level to the code of the LHEO table, for each version.
LEVEL_CODES = {
    "lheo23": writing.LEVEL_CODES,
    "lheo22": {3: "4", 4: "5", 5: "6", 6: "7", 7: "8", 8: "8"},
}


class LHEOWriter(ElementWriter):
    encoding = "utf-8"

    def __init__(self, dialect: str) -> None:
        super().__init__(NAMESPACES[dialect])
        self.dialect = dialect

    def formation(self, training: Training) -> etree._Element:
        subject, organisation = training.subject, training.organisation
        root = self._new("formation", numero=training.number, datemaj=as_day(training.updated_on))
        self._domain(root, training)
        self._text(root, "intitule-formation", training.title)
        self._text(root, "objectif-formation", training.objective)
        self._text(root, "resultats-attendus", f"Obtenir : {subject.title}"[:3000])
        self._text(root, "contenu-formation", training.content[:3000])
        self._text(root, "certifiante", "1" if subject.code else "0")
        self._coordinates(self._add(root, "contact-formation"), organisation, organisation.sites[0])
        self._text(root, "parcours-de-formation", "4")
        self._text(root, "code-niveau-entree", "0")
        self._text(root, "objectif-general-formation", "6" if subject.code else "7")
        self._certification(root, subject.code)
        if subject.level:
            self._text(root, "code-niveau-sortie", LEVEL_CODES[self.dialect][subject.level])
        for action in training.actions:
            self._action(root, organisation, action)
        self._organisation(root, organisation)
        return root

    def announced(self, element: etree._Element, rank: int) -> list[Expected]:
        """What an import must report of a formation that has no defect."""
        return []

    def _domain(self, root: etree._Element, training: Training) -> None:
        domain = self._add(root, "domaine-formation")
        if training.subject.formacode:
            version = "V14" if self.dialect == "lheo23" else "V11"
            self._text(domain, "code-FORMACODE", training.subject.formacode, ref=version, tag="principal")
        if training.subject.nsf:
            self._text(domain, "code-NSF", training.subject.nsf)
        for code in training.subject.occupations:
            self._text(domain, "code-ROME", code)

    def _certification(self, root: etree._Element, code: str) -> None:
        if code.startswith("RNCP"):
            self._text(self._add(root, "certification"), "code-RNCP", code)
        elif code and self.dialect == "lheo23":
            self._text(self._add(root, "certification"), "code-RS", code)

    def _action(self, root: etree._Element, organisation: Organisation, action: Action) -> None:
        element = self._add(root, "action", numero=action.number)
        self._text(element, "rythme-formation", action.rhythm)
        self._text(element, "code-public-vise", ALL_PUBLICS)
        self._text(element, "niveau-entree-obligatoire", "0")
        # Obligatory, and seldom used: real feeds write a dash too.
        self._text(element, "modalites-alternance", "-")
        self._text(element, "modalites-enseignement", action.modality)
        self._text(element, "conditions-specifiques", action.conditions)
        self._text(element, "prise-en-charge-frais-possible", "1")
        self._coordinates(self._add(element, "lieu-de-formation", tag="principal"), organisation, action.site)
        self._text(element, "modalites-entrees-sorties", "1" if action.is_permanent else "0")
        for session in action.sessions:
            self._session(element, action.site, session)
        self._text(element, "acces-handicapes", "Locaux accessibles ; un référent handicap vous répond.")
        self._text(element, "langue-formation", "FR")
        self._text(element, "prix-total-TTC", str(action.price_euros))
        self._text(element, "duree-indicative", f"{action.hours} heures")
        self._text(element, "nombre-heures-centre", str(action.hours))
        self._text(element, "nombre-heures-total", str(action.hours))

    def _session(self, action: etree._Element, site: Site, session: Session) -> None:
        element = self._add(action, "session", numero=session.number)
        period = self._add(element, "periode")
        self._text(period, "debut", as_day(session.starts_on))
        self._text(period, "fin", as_day(session.ends_on))
        self._address(self._add(element, "adresse-inscription"), site)
        self._text(element, "etat-recrutement", session.state)

    def _organisation(self, root: etree._Element, organisation: Organisation) -> None:
        element = self._add(root, "organisme-formation-responsable")
        self._text(element, "numero-activite", organisation.nda)
        self._text(self._add(element, "SIRET-organisme-formation"), "SIRET", organisation.siret)
        self._text(element, "nom-organisme", organisation.name)
        self._text(element, "raison-sociale", organisation.name)
        seat = organisation.sites[0]
        self._coordinates(self._add(element, "coordonnees-organisme"), organisation, seat)
        self._coordinates(self._add(element, "contact-organisme"), organisation, seat)

    def _coordinates(self, parent: etree._Element, organisation: Organisation, site: Site) -> None:
        element = self._add(parent, "coordonnees")
        self._text(element, "ligne", organisation.name[:LINE_LENGTH])
        self._address(element, site)
        self._text(self._add(element, "telfixe"), "numtel", organisation.phone)
        self._text(element, "courriel", organisation.email)

    def _address(self, parent: etree._Element, site: Site) -> None:
        element = self._add(parent, "adresse")
        self._text(element, "ligne", site.street[:LINE_LENGTH])
        self._text(element, "codepostal", site.town.postal_code)
        self._text(element, "ville", site.town.name[:LINE_LENGTH])
        self._text(element, "departement", site.town.department)
        self._text(element, "code-INSEE-commune", site.town.code)
        self._text(element, "region", site.town.region)
        self._text(element, "pays", "FR")
        self._position(element, site)

    def _position(self, address: etree._Element, site: Site) -> None:
        position = self._add(address, "geolocalisation")
        self._text(position, "latitude", f"{site.latitude:.6f}")
        self._text(position, "longitude", f"{site.longitude:.6f}")

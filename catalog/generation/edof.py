"""An invented training in the dialect that organisations upload to Mon Compte Formation (see catalog/lheo/edof.py).

Its organisation is a SIRET and nothing else; price, length and street are in `extras`; the certification stands for
domain and level. A training that leads to nothing registered bears a code of the list of other actions, `CPF…`.
"""

from lxml import etree

from catalog.generation.dirt import REFUSED, Expected, Target
from catalog.generation.organisations import Organisation, Site
from catalog.generation.trainings import Action, Session, Training
from catalog.generation.xml import LINE_LENGTH, LHEOWriter, as_day

# Actions that the law pays for and that are in no register: invented numbers, of the real shape.
OTHER_ACTION = "CPF00235"
VAT_PERCENT = "0"
# A training whose organisation cannot be told is left out before the rest of it is read.
SIRET_LENGTH = 14


class EdofWriter(LHEOWriter):
    encoding = "ISO-8859-1"

    def formation(self, training: Training) -> etree._Element:
        self.dates = {
            "datemaj": as_day(training.updated_on),
            "datecrea": as_day(training.updated_on),
        }
        root = self._new("formation", numero=training.number, **self.dates)
        self._text(root, "intitule-formation", training.title)
        self._text(root, "objectif-formation", training.objective)
        self._text(root, "resultats-attendus", f"Obtenir : {training.subject.title}"[:3000])
        self._text(root, "contenu-formation", training.content[:3000])
        self._text(root, "parcours-de-formation", "4")
        self._text(root, "objectif-general-formation", "6" if training.subject.code else "7")
        self._certification(root, training.subject.code)
        for action in training.actions:
            self._action(root, training.organisation, action)
        self._organisation(root, training.organisation)
        self._extras(root, "formation", {"resume-contenu": training.title})
        return root

    def announced(self, element: etree._Element, rank: int) -> list[Expected]:
        target = Target(element, rank)
        siret = target.find("organisme-formation-responsable", "SIRET-organisme-formation", "SIRET")
        is_read = siret is not None and len(siret.text or "") == SIRET_LENGTH
        if not is_read or target.find("certification", "code-CPF") is None:
            return []
        path = "certification[1]/code-CPF"
        return [target.expect(path, OTHER_ACTION, "certification_in_no_register", REFUSED)]

    def _certification(self, root: etree._Element, code: str) -> None:
        name = "code-RNCP" if code.startswith("RNCP") else "code-RS" if code else "code-CPF"
        self._text(self._add(root, "certification"), name, code or OTHER_ACTION)

    def _action(self, root: etree._Element, organisation: Organisation, action: Action) -> None:
        element = self._add(root, "action", numero=action.number, **self.dates)
        self._text(element, "niveau-entree-obligatoire", "0")
        self._text(element, "modalites-enseignement", action.modality)
        self._text(element, "conditions-specifiques", action.conditions)
        self._coordinates(self._add(element, "lieu-de-formation"), organisation, action.site)
        self._text(element, "modalites-entrees-sorties", "1" if action.is_permanent else "0")
        for session in action.sessions:
            self._edof_session(element, action, session)
        self._text(element, "acces-handicapes", "1")
        self._text(element, "langue-formation", "FR")
        self._text(element, "nombre-heures-centre", str(action.hours))
        self._text(element, "nombre-heures-entreprise", "0")
        extras = self._extras(element, "action", {"duree-apprentissage": str(action.hours)})
        price = str(action.price_euros)
        self._extras(
            extras, "frais-pedagogiques", {"taux-tva": VAT_PERCENT, "frais-ht": price, "frais-ttc": price}
        )
        self._extra(extras, "existence-prerequis", "0" if action.conditions == "Aucun prérequis." else "1")

    def _edof_session(self, parent: etree._Element, action: Action, session: Session) -> None:
        element = self._add(parent, "session", numero=session.number, **self.dates)
        if not action.is_permanent:
            period = self._add(element, "periode")
            self._text(period, "debut", as_day(session.starts_on))
            self._text(period, "fin", as_day(session.ends_on))
        self._address(self._add(element, "adresse-inscription"), action.site, organisation="Inscriptions")
        # The dialect knows open and closed alone.
        self._text(element, "etat-recrutement", "1" if session.state == "1" else "2")
        self._extras(element, "session", {"garantie": "1"})

    def _organisation(self, root: etree._Element, organisation: Organisation) -> None:
        element = self._add(root, "organisme-formation-responsable")
        self._text(self._add(element, "SIRET-organisme-formation"), "SIRET", organisation.siret)

    def _coordinates(self, parent: etree._Element, organisation: Organisation, site: Site) -> None:
        element = self._add(parent, "coordonnees", numero="1")
        self._text(element, "nom", "Accueil")
        self._address(element, site, organisation=organisation.name)
        self._text(self._add(element, "telfixe"), "numtel", organisation.phone)
        self._text(element, "courriel", organisation.email)

    def _address(self, parent: etree._Element, site: Site, *, organisation: str = "") -> None:
        element = self._add(parent, "adresse", numero="1")
        self._text(element, "ligne", organisation[:LINE_LENGTH])
        self._text(element, "codepostal", site.town.postal_code)
        self._text(element, "ville", site.town.name[:LINE_LENGTH])
        self._position(element, site)
        number, _, way = site.street.partition(" ")
        kind, _, name = way.partition(" ")
        self._extras(
            element,
            "adresse",
            {
                "numero-voie": number,
                "code-nature-voie": kind.upper(),
                "libelle-voie": name,
                "conformite-reglementaire": "1",
            },
        )

    def _extras(self, parent: etree._Element, info: str, values: dict[str, str]) -> etree._Element:
        extras = self._add(parent, "extras", info=info)
        for name, value in values.items():
            self._extra(extras, name, value)
        return extras

    def _extra(self, extras: etree._Element, info: str, value: str) -> None:
        self._text(extras, "extra", value, info=info)

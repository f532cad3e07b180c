"""The dialect that organisations upload to Mon Compte Formation (EDOF): LHEO 2.3 with its own namespace and extras.

Source: the import schema of the Caisse des Dépôts (kit of June 2026) and its official example. The organisation is a
SIRET and nothing else; the certification stands for domain and level; price, length and street are in `extras`.
"""

from decimal import Decimal

from catalog.enums import FindingAction
from catalog.lheo import fields
from catalog.lheo.facts import OrganisationFacts
from catalog.lheo.node import Node
from catalog.lheo.reader import FormationReader

NO_PREREQUISITE = "Aucun prérequis."
STREET = ("numero-voie", "code-nature-voie", "libelle-voie")
# What the obligatory field says where it is a flag and no sentence.
ACCESS_FLAGS = {"0": "", "1": "Accessible aux personnes en situation de handicap."}


class EdofReader(FormationReader):
    """Reads one formation of the dialect; see FormationReader."""

    def _organisation(self, node: Node) -> OrganisationFacts | None:
        siret = self._siret(node)
        return OrganisationFacts.known_by_number(siret) if siret else None

    def _is_certifying(self, node: Node) -> bool:
        return any(node.child("certification").text(name) for name in ("code-RNCP", "code-RS"))

    def _certification_code(self, node: Node) -> str:
        for certification in node.children("certification"):
            # Codes of actions that are in no register: bilan de compétences, VAE, permis de conduire.
            if code := certification.text("code-CPF"):
                certification.note("code-CPF", code, "certification_in_no_register", FindingAction.REFUSED)
        return super()._certification_code(node)

    def _hours(self, node: Node) -> int | None:
        length = node.among_extras("duree-apprentissage").own_value(fields.hours_minutes)
        return super()._hours(node) if length is None else length

    def _price(self, node: Node, hours: int | None) -> int | None:
        """Taxes included: as written, else the price without taxes and its rate."""
        with_taxes = node.among_extras("frais-ttc").own_value(fields.price_cents)
        if with_taxes is not None:
            return with_taxes
        without = node.among_extras("frais-ht").own_value(fields.price_cents)
        rate = node.among_extras("taux-tva").own_value(fields.percentage)
        if without is None or rate is None:
            return None
        return round(without * (1 + rate / Decimal(100)))

    def _conditions(self, node: Node) -> str:
        said = super()._conditions(node)
        return said or (NO_PREREQUISITE if node.among_extras("existence-prerequis").own_text() == "0" else "")

    def _accessibility(self, node: Node) -> str:
        arranged = node.among_extras("modalites-handicap").own_value(fields.plain_text)
        said = super()._accessibility(node)
        return arranged or ACCESS_FLAGS.get(said, said)

    def _street(self, address: Node) -> str:
        """The street is in the extras; the lines hold the name of the organisation."""
        street = " ".join(address.among_extras(name).own_text() for name in STREET)
        return " ".join(street.split()) or super()._street(address)

    def _place_name(self, coordinates: Node) -> str:
        return " ".join(line.own_text() for line in coordinates.child("adresse").children("ligne"))

"""Defects seen in real feeds, put on purpose into a clean formation, with the report that an import must make.

Each defect says by itself what to expect; it shares no code with the reader that must find it.
"""

import copy
import html
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lxml import etree

REFUSED, REPAIRED = "refused", "repaired"


@dataclass(frozen=True)
class Expected:
    """A line of the report, without the file's name."""

    path: str
    identifier: str
    field: str
    value: str
    rule: str
    action: str


@dataclass
class Soiled:
    """What is written in the place of one formation: it, or it and its double."""

    elements: list[etree._Element]
    expected: list[Expected]


class Target:
    """A formation at its rank in the file, with the reach into it that the defects need."""

    def __init__(self, element: etree._Element, rank: int) -> None:
        self.element = element
        self.namespace = etree.QName(element).namespace
        self.path = f"/lheo/offres/formation[{rank}]"
        self.number = element.get("numero") or ""

    def find(self, *steps: str) -> etree._Element | None:
        return self.element.find("/".join(f"{{{self.namespace}}}{step}" for step in steps))

    def all(self, name: str) -> list[etree._Element]:
        return self.element.findall(f"{{{self.namespace}}}{name}")

    def expect(self, path: str, value: str, rule: str, action: str, identifier: str = "") -> Expected:
        short = " ".join(value.split())[:200]
        field = path.rsplit("/", 1)[-1]
        return Expected(f"{self.path}/{path}", identifier or self.number, field, short, rule, action)


Defect = Callable[[random.Random, Target], Soiled | None]


def soil(rng: random.Random, element: etree._Element, rank: int) -> Soiled:
    """One defect, drawn among those that this formation can have."""
    target = Target(element, rank)
    for defect in rng.sample(DEFECTS, len(DEFECTS)):
        soiled = defect(rng, target)
        if soiled is not None:
            return soiled
    return Soiled([element], [])


def _rewrite(
    target: Target,
    steps: Sequence[str],
    text: str,
    rule: str,
    action: str,
    *,
    path: str = "",
    identifier: str = "",
) -> Soiled | None:
    found = target.find(*steps)
    if found is None:
        return None
    found.text = text
    return Soiled([target.element], [target.expect(path or "/".join(steps), text, rule, action, identifier)])


def day_zero(rng: random.Random, target: Target) -> Soiled | None:
    session = target.find("action", "session")
    if session is None:
        return None
    # Of that very session: permanent entries may have no dates, where those of the next action have some.
    start = session.find(f"{{{target.namespace}}}periode/{{{target.namespace}}}debut")
    if start is None or not start.text:
        return None
    start.text = f"{start.text[:6]}00"
    path, number = "action[1]/session[1]/periode/debut", session.get("numero") or ""
    return Soiled([target.element], [target.expect(path, start.text, "date_impossible", REFUSED, number)])


def registration_zeros(rng: random.Random, target: Target) -> Soiled | None:
    session = target.find("action", "session")
    address = target.find("action", "session", "adresse-inscription")
    if session is None or address is None:
        return None
    outer = etree.Element(f"{{{target.namespace}}}periode-inscription")
    period = etree.SubElement(outer, f"{{{target.namespace}}}periode")
    for name in ("debut", "fin"):
        etree.SubElement(period, f"{{{target.namespace}}}{name}").text = "00000000"
    address.addnext(outer)
    base = "action[1]/session[1]/periode-inscription/periode"
    number = session.get("numero") or ""
    paths = (f"{base}/debut", f"{base}/fin")
    lines = [target.expect(path, "00000000", "date_impossible", REFUSED, number) for path in paths]
    return Soiled([target.element], lines)


def update_zeros(rng: random.Random, target: Target) -> Soiled | None:
    target.element.set("datemaj", "00000000")
    return Soiled([target.element], [target.expect("@datemaj", "00000000", "date_impossible", REFUSED)])


def dash_for_objective(rng: random.Random, target: Target) -> Soiled | None:
    return _rewrite(target, ("objectif-formation",), "-", "placeholder", REFUSED)


def nothing_said_of_content(rng: random.Random, target: Target) -> Soiled | None:
    return _rewrite(target, ("contenu-formation",), "Non renseigné", "placeholder", REFUSED)


def comma_in_price(rng: random.Random, target: Target) -> Soiled | None:
    price, action = target.find("action", "prix-total-TTC"), target.find("action")
    if price is None or action is None:
        return None
    return _rewrite(
        target, ("action", "prix-total-TTC"), f"{price.text},50", "decimal_comma", REPAIRED,
        path="action[1]/prix-total-TTC", identifier=action.get("numero") or "",
    )  # fmt: skip


def comma_in_fees(rng: random.Random, target: Target) -> Soiled | None:
    """The same where the dialect of Mon Compte Formation writes prices."""
    action = target.find("action")
    if action is None:
        return None
    fees = action.find(f".//{{{target.namespace}}}extra[@info='frais-ttc']")
    if fees is None:
        return None
    fees.text = f"{fees.text},50"
    path, number = "action[1]/extras//extra[@info='frais-ttc']", action.get("numero") or ""
    line = replace(target.expect(path, fees.text, "decimal_comma", REPAIRED, number), field="frais-ttc")
    return Soiled([target.element], [line])


def action_number_twice(rng: random.Random, target: Target) -> Soiled | None:
    actions = target.all("action")
    double = copy.deepcopy(actions[-1])
    price = double.find(f"{{{target.namespace}}}prix-total-TTC")
    if price is None:
        return None
    price.text = str(int(price.text or 0) + 30)
    actions[-1].addnext(double)
    number = double.get("numero") or ""
    path = f"action[{len(actions) + 1}]/@numero"
    return Soiled([target.element], [target.expect(path, number, "duplicate_number", REPAIRED, number)])


def formation_number_twice(rng: random.Random, target: Target) -> Soiled | None:
    double = copy.deepcopy(target.element)
    title = double.find(f"{{{target.namespace}}}intitule-formation")
    if title is None:
        return None
    title.text = f"{(title.text or '')[:200]} (deuxième version)"
    rank = int(target.path.rpartition("[")[2].rstrip("]")) + 1
    path = f"/lheo/offres/formation[{rank}]/@numero"
    line = Expected(path, target.number, "@numero", target.number, "duplicate_number", REPAIRED)
    return Soiled([target.element, double], [line])


def siret_of_fifteen(rng: random.Random, target: Target) -> Soiled | None:
    steps = ("organisme-formation-responsable", "SIRET-organisme-formation", "SIRET")
    siret = target.find(*steps)
    return _rewrite(target, steps, f"{siret.text if siret is not None else ''}0", "siret_length", REFUSED)


def nda_of_nines(rng: random.Random, target: Target) -> Soiled | None:
    steps = ("organisme-formation-responsable", "numero-activite")
    return _rewrite(target, steps, "99999999999", "nda_specimen", REFUSED)


def rncp_without_prefix(rng: random.Random, target: Target) -> Soiled | None:
    code = target.find("certification", "code-RNCP")
    if code is None or not code.text:
        return None
    return _rewrite(
        target, ("certification", "code-RNCP"), code.text.removeprefix("RNCP"), "certification_prefix_missing",
        REPAIRED, path="certification[1]/code-RNCP",
    )  # fmt: skip


def html_escaped_twice(rng: random.Random, target: Target) -> Soiled | None:
    content = target.find("contenu-formation")
    text = html.escape((content.text if content is not None else "") or "", quote=False)
    return _rewrite(target, ("contenu-formation",), text, "html_escaped_twice", REPAIRED)


def postal_code_for_insee(rng: random.Random, target: Target) -> Soiled | None:
    steps = ("action", "lieu-de-formation", "coordonnees", "adresse")
    action, code = target.find("action"), target.find(*steps, "code-INSEE-commune")
    postal_code = target.find(*steps, "codepostal")
    # Elsewhere a postal code may be the INSEE code of a third commune; those of Corsica never are.
    if action is None or code is None or postal_code is None or not (postal_code.text or "").startswith("20"):
        return None
    return _rewrite(
        target, (*steps, "code-INSEE-commune"), postal_code.text or "", "insee_is_postal_code", REPAIRED,
        path="action[1]/lieu-de-formation[1]/coordonnees/adresse/code-INSEE-commune",
        identifier=action.get("numero") or "",
    )  # fmt: skip


def second_place_first(rng: random.Random, target: Target) -> Soiled | None:
    """Not a defect: several places, of which the one marked is not the first. Nothing to report."""
    place = target.find("action", "lieu-de-formation")
    if place is None or target.namespace != "http://lheo.gouv.fr/2.3":
        return None
    other = copy.deepcopy(place)
    other.attrib.pop("tag", "")
    town = other.find(f".//{{{target.namespace}}}ligne")
    if town is not None:
        town.text = "Annexe"
    place.addprevious(other)
    return Soiled([target.element], [])


def full_stop_in_title(rng: random.Random, target: Target) -> Soiled | None:
    title = target.find("intitule-formation")
    text = f"{title.text if title is not None else ''}."
    return _rewrite(target, ("intitule-formation",), text, "title_trailing_dot", REPAIRED)


DEFECTS: tuple[Defect, ...] = (
    day_zero, registration_zeros, update_zeros, dash_for_objective, nothing_said_of_content, comma_in_price,
    comma_in_fees, action_number_twice, formation_number_twice, siret_of_fifteen, nda_of_nines, rncp_without_prefix,
    html_escaped_twice, postal_code_for_insee, second_place_first, full_stop_in_title,
)  # fmt: skip

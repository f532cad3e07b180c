"""Finding the commune of an address, in memory: an import asks it several times per training."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from catalog.words import fold

EARTH_RADIUS_KM = 6371.0088
# La Poste delivers large companies under codes of their own: "29391 QUIMPERLE CEDEX".
_CEDEX = re.compile(r"\bcedex\b.*$")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "stes": "saintes", "sts": "saints"}


@dataclass(frozen=True, slots=True)
class KnownCommune:
    code: str
    search_name: str
    parent_code: str | None
    department_code: str
    postal_codes: tuple[str, ...]
    latitude: float
    longitude: float


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in kilometres between two points in degrees."""
    half_lat, half_lon = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    h = sin(half_lat) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(h)))


def town_name(text: str) -> str:
    """The folded name of a town as addresses write it: no "CEDEX 09", "St" in full."""
    words = _CEDEX.sub("", fold(text)).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


class Gazetteer:
    def __init__(self, communes: Iterable[KnownCommune]) -> None:
        self.by_code = {commune.code: commune for commune in communes}
        self._by_postal_code: dict[str, list[KnownCommune]] = defaultdict(list)
        self._by_department_name: dict[tuple[str, str], list[KnownCommune]] = defaultdict(list)
        for commune in self.by_code.values():
            self._by_department_name[commune.department_code, commune.search_name].append(commune)
            for postal_code in commune.postal_codes:
                self._by_postal_code[postal_code].append(commune)

    def find(self, *, postal_code: str, town: str) -> KnownCommune | None:
        """The commune that a postal code and a name designate together, None when several or none do.

        In Paris, Lyon and Marseille the postal code tells the arrondissement.
        """
        name = town_name(town)
        sharing = self._by_postal_code.get(postal_code, [])
        arrondissements = [c for c in sharing if c.parent_code]
        if len(arrondissements) == 1:
            city = self.by_code[arrondissements[0].parent_code or ""]
            if name.startswith(city.search_name):
                return arrondissements[0]
        named = [c for c in sharing if c.search_name == name]
        if not sharing:
            named = self._by_department_name.get((department_of(postal_code), name), [])
        found = named or (sharing if len(sharing) == 1 else [])
        return found[0] if len(found) == 1 else None


def department_of(postal_code: str) -> str:
    """The département of a postal code. Corsica is cut at 202: before it 2A, from it on 2B."""
    if postal_code.startswith(("97", "98")):
        return postal_code[:3]
    if postal_code.startswith("20"):
        return "2A" if postal_code < "20200" else "2B"
    return postal_code[:2]

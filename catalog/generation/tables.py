"""The shipped tables, as what the generator draws from."""

import csv
import datetime
import gzip
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache

from catalog import shipped

DRIVING = "driving"
LANGUAGES = "languages"
# Subjects by the first letter of the main occupation (ROME domains); without one, by the field of training.
FIELDS_WITHOUT_OCCUPATION = (("152", LANGUAGES), ("151", LANGUAGES), ("317", "N"), ("318", "N"), ("428", "K"))


@dataclass(frozen=True)
class Town:
    code: str
    name: str
    postal_code: str
    department: str
    region: str
    population: int
    latitude: float
    longitude: float
    is_capital: bool


@dataclass(frozen=True)
class Subject:
    """What a training may be about: a certification, or something that leads to none (driving licence)."""

    code: str
    title: str
    line: str
    level: int | None
    occupations: tuple[str, ...] = ()
    formacode: str = ""
    nsf: str = ""
    blocks: tuple[str, ...] = ()


# What people look for most, by hand: each line of training offers these first, the others more and more rarely.
POPULAR = (
    "RS6151", "RS5871", "RS6045", "RS6265", "RS5554", "RS5661", "RS5425", "RS5060", "RS5054", "RS5769", "RS5768",
    "RS5635", "RS5637", "RNCP37894", "RNCP37938", "RS5717", "RS5080", "RNCP37121", "RNCP37948", "RNCP37674",
    "RS5252", "RNCP36491", "RS5579", "RNCP37949", "RNCP36521", "RS5801", "RS5641", "RNCP37715", "RNCP38226",
    "RNCP37275", "RNCP37669", "RNCP37439", "RNCP38231", "RNCP37098", "RNCP36331", "RNCP37099", "RNCP38430",
    "RNCP38663", "RNCP37860", "RNCP37442", "RNCP38303", "RNCP36598", "RNCP37120", "RNCP38311", "RNCP34172",
    "RNCP36256", "RNCP38101", "RNCP37231", "RNCP36542", "RNCP38144", "RNCP37872", "RNCP38386", "RNCP38314",
)  # fmt: skip

UNCERTIFIED = (
    (7, Subject("", "Permis de conduire B : code et conduite", DRIVING, None, formacode="31802")),
    (2, Subject("", "Permis de conduire B accéléré", DRIVING, None, formacode="31802")),
    (1, Subject("", "Permis moto A2", DRIVING, None, formacode="31811")),
    (1, Subject("", "Code de la route : préparation à l'examen", DRIVING, None, formacode="31802")),
)


@dataclass(frozen=True)
class Tables:
    towns: tuple[Town, ...]
    subjects: dict[str, tuple[Subject, ...]]

    @cached_property
    def towns_of_department(self) -> dict[str, tuple[Town, ...]]:
        groups: dict[str, list[Town]] = defaultdict(list)
        for town in self.towns:
            groups[town.department].append(town)
        return {department: tuple(group) for department, group in groups.items()}

    def town(self, code: str) -> Town:
        return next(town for town in self.towns if town.code == code)


@lru_cache(maxsize=1)
def load_tables(first_day: datetime.date) -> Tables:
    """Towns above 1,500 inhabitants, and the certifications still registered on that day."""
    return Tables(towns=tuple(_towns()), subjects=_subjects(first_day))


def _towns() -> list[Town]:
    capitals = {row["capital"] for path in (shipped.DEPARTMENTS, shipped.REGIONS) for row in _rows(path)}
    with gzip.open(shipped.COMMUNES, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cities = {row["parent"] for row in rows if row["parent"]}
    return [
        Town(
            code=row["code"],
            name=row["name"],
            postal_code=row["postal_codes"].split("|")[0],
            department=row["department"],
            region=row["region"],
            population=int(row["population"]),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            is_capital=row["code"] in capitals,
        )
        for row in rows
        # Paris, Lyon and Marseille are known by their arrondissements; the collectivities beyond the sea
        # that are no région have no two-letter code in LHEO.
        if row["code"] not in cities
        and len(row["region"]) == 2
        and row["postal_codes"]
        and int(row["population"]) >= 1_500
    ]


def _subjects(first_day: datetime.date) -> dict[str, tuple[Subject, ...]]:
    blocks: dict[str, list[str]] = defaultdict(list)
    for row in _rows(shipped.CERTIFICATION_BLOCKS):
        blocks[row["certification"]].append(row["title"])
    lines: dict[str, list[Subject]] = defaultdict(list)
    for row in _rows(shipped.CERTIFICATIONS):
        expires_on = row["expires_on"]
        if row["state"] == "inactive" or (expires_on and expires_on <= first_day.isoformat()):
            continue
        lines[_line(row)].append(
            Subject(
                code=row["number"],
                title=f"{row['diploma']} {row['title']}".strip(),
                line=_line(row),
                level=int(row["level"]) if row["level"] else None,
                occupations=tuple(row["occupations"].split("|")[:5]) if row["occupations"] else (),
                formacode=row["formacodes"].split("|")[0],
                nsf=row["nsf"].split("|")[0],
                blocks=tuple(blocks[row["number"]]),
            )
        )
    lines[DRIVING] = [subject for weight, subject in UNCERTIFIED for _ in range(weight)]
    order = {code: rank for rank, code in enumerate(POPULAR)}
    return {
        line: tuple(sorted(subjects, key=lambda subject: order.get(subject.code, len(order))))
        for line, subjects in lines.items()
    }


def _line(row: dict[str, str]) -> str:
    if row["occupations"]:
        return row["occupations"][0]
    return next(
        (line for start, line in FIELDS_WITHOUT_OCCUPATION if row["formacodes"].startswith(start)), "M"
    )


def _rows(path: object) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:  # type: ignore[call-overload]
        return list(csv.DictReader(file))

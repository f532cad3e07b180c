"""Fictitious people, always the same for a seed, so that the portal and AGORA know the same ones."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cpa_portal.kernel.identifiers import build_nir

Sex = Literal["1", "2"]

DOMAIN = "demo.test"
NUMBERED_PEOPLE = 300
SEXES: tuple[Sex, ...] = ("1", "2")
FIRST_NAMES: dict[Sex, tuple[str, ...]] = {
    "1": (
        "Anto", "Baptiste", "Camille", "Daniel", "Émile", "Farid", "Gabriel", "Hugo", "Ismaël", "Jean-Noël",
        "Karim", "Lucien", "Mathieu", "Noé", "Olivier", "Pascal", "Quentin", "Rémi", "Samuel", "Théo",
        "Ugo", "Victor", "William", "Xavier", "Yanis",
    ),
    "2": (
        "Anaïs", "Brigitte", "Céline", "Danièle", "Élodie", "Fatou", "Gaëlle", "Hélène", "Inès", "Julie",
        "Khadija", "Léa", "Marie-Ange", "Nadia", "Ombeline", "Pauline", "Romane", "Sandrine", "Thérèse",
        "Ursula", "Vanina", "Wendy", "Yasmine", "Zoé", "Agathe",
    ),
}  # fmt: skip
SYLLABLES = (
    ("Bar", "Cal", "Dor", "Fel", "Gar", "Lan", "Mar", "Nor", "Pel", "Ros", "San", "Tor", "Val", "Ver", "Zan"),
    ("a", "e", "i", "o", "an", "en", "on", "ou"),
    (
        "bert",
        "celli",
        "dier",
        "gnac",
        "land",
        "mont",
        "net",
        "quier",
        "reau",
        "rini",
        "tet",
        "vielle",
        "voux",
    ),
)
FIRST_BIRTH, LAST_BIRTH = date(1962, 1, 1), date(2004, 12, 31)
# (code INSEE, weight): where the numbered people live.
HOMES = (
    ("2A004", 30), ("2B033", 20), ("2A247", 8), ("2B042", 6), ("75120", 10), ("13208", 10), ("69383", 8),
    ("31555", 6), ("44109", 5), ("59350", 5), ("67482", 4), ("97411", 5), ("97209", 3),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    login: str
    first_name: str
    birth_name: str
    sex: Sex
    birth_date: date
    birth_commune_code: str
    birth_country_code: str
    nir: str
    home_commune_code: str
    work_commune_code: str


def named_people() -> list[Person]:
    """The three holders with a story of their own."""
    bastia, ajaccio = "2B033", "2A004"
    vanina, hugo, helene = date(1986, 4, 17), date(2003, 9, 2), date(1979, 1, 23)
    return [
        _person(f"titulaire@{DOMAIN}", "Vanina", "Rossi-Fontaine", "2", vanina, ajaccio, 951, ajaccio, bastia),
        _person(f"nouveau@{DOMAIN}", "Hugo", "Lantivert", "1", hugo, "13055", 952, ajaccio, ajaccio),
        _person(f"agentpublic@{DOMAIN}", "Hélène", "Marquier", "2", helene, "75056", 953, bastia, bastia),
    ]  # fmt: skip


def numbered_people(seed: int) -> Iterator[Person]:
    """`titulaire001` to `titulaire300`."""
    chance = random.Random(seed)  # noqa: S311 - fictitious people need no secret
    communes, weights = zip(*HOMES, strict=True)
    for rank in range(1, NUMBERED_PEOPLE + 1):
        sex = chance.choice(SEXES)
        home, work = chance.choices(communes, weights, k=2)
        yield _person(
            f"titulaire{rank:03d}@{DOMAIN}",
            chance.choice(FIRST_NAMES[sex]),
            "".join(chance.choice(part) for part in SYLLABLES),
            sex,
            FIRST_BIRTH + timedelta(days=chance.randrange((LAST_BIRTH - FIRST_BIRTH).days)),
            chance.choice(("2A004", "2B033", "13055", "75056", "69123", "99351")),
            rank,
            home,
            work if chance.random() < 0.3 else home,
        )


def _person(
    login: str, first_name: str, birth_name: str, sex: Sex, birth_date: date, birthplace: str,
    order: int, home: str, work: str,
) -> Person:  # fmt: skip
    nir = build_nir(sex=sex, birth_date=birth_date, birth_place_code=birthplace, order=order)
    born_abroad = birthplace.startswith("99")
    return Person(
        login,
        first_name,
        birth_name,
        sex,
        birth_date,
        "" if born_abroad else birthplace,
        birthplace if born_abroad else "99100",
        nir,
        home,
        work,
    )

"""Invented training organisations, spread over France like its people."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from catalog.generation.tables import DRIVING, LANGUAGES, Tables, Town
from cpa_portal.kernel.identifiers import fictitious_siret

FIRST_SERIAL = 0
AJACCIO = "2A004"
CORSICA = "94"
# Shares of the lines of training in what people buy with their account (order of magnitude: a quarter of
# the trainings are driving licences, transport and languages together make half).
LINE_WEIGHTS = {
    DRIVING: 24, LANGUAGES: 16, "N": 13, "M": 14, "F": 8, "K": 7, "H": 6, "D": 5, "G": 5, "I": 5, "J": 4,
    "A": 3, "E": 2, "B": 1, "C": 2, "L": 1,
}  # fmt: skip
# How many places an organisation has: counts observed in a regional directory, with one place more frequent.
PLACE_COUNTS = {1: 560, 2: 101, 3: 25, 4: 15, 5: 5, 6: 4, 7: 3, 10: 3, 12: 3, 15: 2, 16: 2, 42: 1}
OFFER_EXPONENT = 0.8
SHOWCASE_SESSIONS = 24
POPULATION_EXPONENT = 1.05
CAPITAL_FACTOR = 3
NAMES = (
    "Atelier Formation {town}", "Compétences {town}", "Institut des métiers de {town}", "Passerelle {town}",
    "Horizon Formation {town}", "Campus des savoir-faire de {town}", "Le Tremplin de {town}", "Form'Action {town}",
    "Académie {town}", "Centre Mosaïque {town}", "École pratique de {town}", "Nouvel Élan {town}",
    "Les Ateliers du Parc, {town}", "Maison des compétences de {town}", "Cap Avenir {town}", "Essor {town}",
)  # fmt: skip
DRIVING_NAMES = ("Auto-école du Centre, {town}", "Conduite et Route {town}", "École de conduite {town}")
LANGUAGE_NAMES = ("Langues vivantes {town}", "Le Cercle des langues, {town}", "Polyglotte {town}")
STREETS = (
    "rue de la République", "avenue de la Gare", "rue des Écoles", "boulevard de la Mairie", "rue du Marché",
    "chemin des Vignes", "rue des Artisans", "avenue de l'Europe", "place du Théâtre", "rue du Moulin",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    town: Town
    street: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Organisation:
    siret: str
    nda: str
    name: str
    line: str
    phone: str
    email: str
    sites: tuple[Site, ...]
    sessions: int


def invent_organisations(
    rng: random.Random, tables: Tables, *, count: int, sessions: int
) -> list[Organisation]:
    """The first one teaches welding in Ajaccio. `sessions` is shared out by a power law; it sums up exactly."""
    shares = share_out(count, sessions)
    rng.shuffle(shares)
    # The first one is of middling size, so that the demonstration finds it without seeing only it.
    middling = min(range(count), key=lambda rank: abs(shares[rank] - SHOWCASE_SESSIONS))
    shares[0], shares[middling] = shares[middling], shares[0]
    seats = _seats(rng, tables, count)
    return [_organisation(rng, tables, rank, seats[rank], shares[rank]) for rank in range(count)]


def share_out(count: int, sessions: int) -> list[int]:
    """A few organisations hold most of the offer: rank^-0.8. Each gets one session at least while there are enough."""
    weights = [(rank + 1) ** -OFFER_EXPONENT for rank in range(count)]
    spare = max(sessions - count, 0)
    total = sum(weights)
    shares = [min(1, sessions) + int(spare * weight / total) for weight in weights]
    missing = sessions - sum(shares)
    for rank in range(abs(missing)):
        shares[rank % count if missing > 0 else count - 1 - rank % count] += 1 if missing > 0 else -1
    return shares


def _seats(rng: random.Random, tables: Tables, count: int) -> list[Town]:
    """Towns by population. Corsica, where the demonstration takes place, has its share and a few more."""
    draw = TownDraw(tables.towns)
    seats = [draw.one(rng) for _ in range(count)]
    corsican = [town for town in tables.towns if town.region == CORSICA]
    # Spread over the ranks, so that small and large organisations are among them.
    more = min(12, max(3, count // 20), count)
    for number in range(more):
        seats[number * count // more] = TownDraw(corsican).one(rng)
    seats[0] = tables.town(AJACCIO)
    return seats


class TownDraw:
    """Draws towns by population, capitals of départements and regions three times more often."""

    def __init__(self, towns: Sequence[Town]) -> None:
        self.towns = towns
        weights = (
            town.population**POPULATION_EXPONENT * (CAPITAL_FACTOR if town.is_capital else 1)
            for town in towns
        )
        self.cumulated = list(accumulate(weights))

    def one(self, rng: random.Random) -> Town:
        return rng.choices(self.towns, cum_weights=self.cumulated)[0]


def _organisation(rng: random.Random, tables: Tables, rank: int, seat: Town, sessions: int) -> Organisation:
    line = "H" if rank == 0 else rng.choices(list(LINE_WEIGHTS), list(LINE_WEIGHTS.values()))[0]
    names = {DRIVING: DRIVING_NAMES, LANGUAGES: LANGUAGE_NAMES}.get(line, NAMES)
    name = "Centre des métiers du métal d'Ajaccio" if rank == 0 else rng.choice(names).format(town=seat.name)
    places = 1 if line == DRIVING else rng.choices(list(PLACE_COUNTS), list(PLACE_COUNTS.values()))[0]
    around = TownDraw(tables.towns_of_department[seat.department])
    towns = [seat, *(around.one(rng) for _ in range(min(places, max(sessions, 1)) - 1))]
    return Organisation(
        siret=fictitious_siret(FIRST_SERIAL + rank),
        nda=f"{seat.region}{seat.department[:2]}{rank % 10_000_000:07}",
        name=name,
        line=line,
        phone=f"01 99 00 {rng.randrange(100):02} {rng.randrange(100):02}",
        email=f"contact@organisme-{rank + 1:05}.example",
        sites=tuple(_site(rng, town) for town in towns),
        sessions=sessions,
    )


def _site(rng: random.Random, town: Town) -> Site:
    return Site(
        town=town,
        street=f"{rng.randrange(1, 180)} {rng.choice(STREETS)}",
        latitude=round(town.latitude + rng.uniform(-0.01, 0.01), 6),
        longitude=round(town.longitude + rng.uniform(-0.01, 0.01), 6),
    )

"""Every filter with every sort, against an oracle in plain Python that knows the documentation and no product code."""

import datetime
import random
from collections import defaultdict
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import pytest

from catalog.enums import EntryMode, Modality
from catalog.models import Action, Commune, Place, SearchEntry, Session, Training
from catalog.selectors.places import search_area
from catalog.selectors.trainings import Order, Wish, search_trainings
from catalog.services.search_index import refresh_search_entries
from cpa_portal.kernel.database.statistics import measure
from tests.support.factories.catalog import (
    TODAY,
    ActionFactory,
    CertificationFactory,
    OrganisationFactory,
    PlaceFactory,
    SessionFactory,
    TrainingFactory,
)

DAYS = (0, 10, 30, 31, 90, 91, 180, 181, 400)
PRICES = (None, 0, 100, 49_999, 50_000, 149_999, 150_000, 300_000, 900_000)
HOURS = (None, 60, 2_099, 2_100, 8_999, 9_000, 36_000)
RHYTHMS = ("", "Temps plein", "Cours du soir", "En journée et le samedi", "Week-end")
CONDITIONS = ("", "Aucun prérequis.", "Entretien.", "Sans diplôme", "Bac exigé")
ACCESS = ("", "Locaux accessibles", "Non accessible", "Référent handicap")
TITLES = ("Soudeur", "Soudeuse à l'arc", "Boulanger", "Permis de conduire B")
COMMUNES = ("2A004", "2A271", "2B033", "69123")
RIGHTS = 60_000
LEVELS = {"3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8}


@dataclass(frozen=True)
class Row:
    """A session as it was made, with all that the documentation speaks of."""

    training: int
    group: tuple[object, ...]
    title: str
    town: str
    region: str
    point: tuple[float, float]
    organisation: str
    remote: bool
    modality: str
    permanent: bool
    starts: datetime.date
    price: int | None
    minutes: int | None
    level: int | None
    entry_level: int | None
    code: str
    expires: datetime.date | None
    rhythm: str
    conditions: str
    access: str
    opens: datetime.date | None
    closes: datetime.date | None


def made_rows(draw: random.Random, count: int) -> list[Row]:
    certifications = [
        CertificationFactory(code="RNCP90001", level=3, title="Un", expires_on=TODAY),
        CertificationFactory(
            code="RNCP90002", level=5, title="Deux", expires_on=TODAY - datetime.timedelta(days=1)
        ),
        CertificationFactory(code="RS9003", level=None, title="Trois", expires_on=None),
        None,
    ]
    organisations = [OrganisationFactory(name=name) for name in ("Zed", "Arc", "Mil")]
    rows = []
    for _ in range(count):
        certification = draw.choice(certifications)
        training = TrainingFactory(
            title=draw.choice(TITLES),
            organisation=draw.choice(organisations),
            certification=certification,
            exit_level=draw.choice([None, None, 4, 6, 8]),
            entry_level=draw.choice([None, None, 1, 3]),
        )
        for _ in range(draw.choice([1, 1, 2])):
            rows += made_action(draw, training, certification)
    # Or the statements that follow are planned for empty tables.
    measure(Training, Action, Session, Place)
    refresh_search_entries(Training.objects.values_list("pk", flat=True))
    measure(SearchEntry)
    return rows


def made_action(draw: random.Random, training, certification) -> list[Row]:
    modality = draw.choice([Modality.ON_SITE, Modality.ON_SITE, Modality.MIXED, Modality.REMOTE])
    permanent = draw.random() < 0.3
    action = ActionFactory(
        training=training,
        modality=modality,
        entry_mode=EntryMode.PERMANENT if permanent else EntryMode.FIXED_DATES,
        price_cents=draw.choice(PRICES),
        hours_minutes=draw.choice(HOURS),
        rhythm=draw.choice(RHYTHMS),
        conditions=draw.choice(CONDITIONS),
        accessibility=draw.choice(ACCESS),
    )
    rows = []
    for _ in range(draw.choice([1, 2])):
        place = PlaceFactory(
            organisation=training.organisation, commune=Commune.objects.get(pk=draw.choice(COMMUNES))
        )
        starts = TODAY + datetime.timedelta(
            days=draw.choice(DAYS) - (40 if permanent and draw.random() < 0.5 else 0)
        )
        opens, closes = draw.choice(
            [
                (None, None),
                (TODAY, TODAY),
                (TODAY + datetime.timedelta(days=1), None),
                (None, TODAY - datetime.timedelta(days=1)),
            ]
        )
        SessionFactory(
            action=action,
            place=place,
            starts_on=starts,
            ends_on=starts + datetime.timedelta(days=600),
            registration_starts_on=opens,
            registration_ends_on=closes,
        )
        rows.append(
            Row(
                training=training.pk,
                group=(training.organisation.name, training.title, training.certification_code),
                title=training.title,
                town=place.town.lower(),
                region=place.commune.department.region_id,
                point=(place.latitude, place.longitude),
                organisation=training.organisation.name.lower(),
                remote=modality == Modality.REMOTE,
                modality=str(modality),
                permanent=permanent,
                starts=starts,
                price=action.price_cents,
                minutes=action.hours_minutes,
                level=training.exit_level or (certification.level if certification else None),
                entry_level=training.entry_level,
                code=training.certification_code,
                expires=certification.expires_on if certification else None,
                rhythm=action.rhythm.lower(),
                conditions=action.conditions.lower(),
                access=action.accessibility.lower(),
                opens=opens,
                closes=closes,
            )
        )
    return rows


def says(row: Row, name: str, slug: str) -> bool:  # noqa: PLR0911
    """Whether the session answers yes to this choice of this filter, as docs/catalogue.md tells it."""
    wait = (row.starts - TODAY).days
    any_time = row.permanent and wait <= 0
    price, minutes = row.price, row.minutes
    if name == "niveau":
        return (row.level or 0) < 3 if slug == "sans" else row.level == LEVELS[slug]
    if name == "certifiante":
        return {"rncp": row.code[:4] == "RNCP", "rs": row.code[:2] == "RS", "non": not row.code}[slug]
    if name == "modalite":
        return row.modality == {"sur-place": "on_site", "mixte": "mixed", "a-distance": "remote"}[slug]
    if name == "prix":
        return {
            "gratuit": price == 0,
            "moins-de-500": price is not None and 0 < price < 50_000,
            "500-1500": price is not None and 50_000 <= price < 150_000,
            "1500-3000": price is not None and 150_000 <= price < 300_000,
            "plus-de-3000": price is not None and price >= 300_000,
            "inconnu": price is None,
        }[slug]
    if name == "droits":
        return price is not None and price <= RIGHTS
    if name == "eligible":
        if row.code:
            return row.expires is None or row.expires >= TODAY
        return row.title.startswith("Permis")
    if name == "prerequis":
        said = "aucun prérequis" in row.conditions or "sans diplôme" in row.conditions
        return row.entry_level == 1 or (row.entry_level is None and said)
    if name == "duree":
        return {
            "moins-de-35h": minutes is not None and minutes < 35 * 60,
            "35-150h": minutes is not None and 35 * 60 <= minutes < 150 * 60,
            "150-600h": minutes is not None and 150 * 60 <= minutes < 600 * 60,
            "plus-de-600h": minutes is not None and minutes >= 600 * 60,
            "inconnue": minutes is None,
        }[slug]
    if name == "debut":
        return {
            "tout-moment": any_time,
            "1-mois": not any_time and wait <= 30,
            "3-mois": 30 < wait <= 90,
            "6-mois": 90 < wait <= 180,
            "plus-tard": wait > 180,
        }[slug]
    if name == "inscription":
        return (row.opens is None or row.opens <= TODAY) and (row.closes is None or row.closes >= TODAY)
    if name == "accessible":
        return row.access not in ("", "non accessible")
    assert name == "horaires"
    return {"soir": "soir" in row.rhythm, "week-end": "week-end" in row.rhythm or "samedi" in row.rhythm}[
        slug
    ]


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    (a, b), (c, d) = (tuple(map(radians, point)) for point in (one, other))
    return 2 * 6371 * asin(sqrt(sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2))


def answers(rows, words, centre, region, filters, but=None):
    """The sessions that answer, filters other than `but` applied."""
    for row in rows:
        if words and not row.title.lower().startswith(words):
            continue
        if region and not row.remote and row.region != region:
            continue
        if centre and not row.remote and kilometres(centre, row.point) > 30:
            continue
        if all(
            any(says(row, name, slug) for slug in slugs) for name, slugs in filters.items() if name != but
        ):
            yield row


def grouped(rows):
    groups = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    return groups


def sort_key(order, rows, centre):
    """What the documentation says of a sort; equal keys may come in any order."""
    remote = all(row.remote for row in rows)
    near = [row for row in rows if row.remote == remote]
    last = float("inf")
    values = {
        Order.DATE: min(max(row.starts, TODAY) for row in near),
        Order.PRICE: min((row.price if row.price is not None else last for row in near), default=last),
        Order.LENGTH: min((row.minutes if row.minutes is not None else last for row in near), default=last),
        Order.TOWN: min(row.town for row in near),
        Order.ORGANISATION: rows[0].organisation,
        Order.DISTANCE: round(min(kilometres(centre, row.point) for row in near), 3)
        if centre and not remote
        else 0,
        Order.RELEVANCE: 0,
    }
    return remote, values[order]


CHOICES = {
    "niveau": ("3", "4", "5", "6", "7", "8", "sans"),
    "certifiante": ("rncp", "rs", "non"),
    "modalite": ("sur-place", "mixte", "a-distance"),
    "prix": ("gratuit", "moins-de-500", "500-1500", "1500-3000", "plus-de-3000", "inconnu"),
    "droits": ("couvert",),
    "eligible": ("oui",),
    "prerequis": ("aucun",),
    "duree": ("moins-de-35h", "35-150h", "150-600h", "plus-de-600h", "inconnue"),
    "debut": ("tout-moment", "1-mois", "3-mois", "6-mois", "plus-tard"),
    "inscription": ("ouverte",),
    "accessible": ("oui",),
    "horaires": ("soir", "week-end"),
}
PLACES = {"": (None, None), "Ajaccio": ("2A004", None), "Corse": (None, "94")}


@pytest.mark.usefixtures("corsica")
def test_every_filter_and_every_sort_keep_their_counts_true():
    draw = random.Random(5)
    rows = made_rows(draw, 45)
    singles = [{name: {slug}} for name, slugs in CHOICES.items() for slug in slugs]
    several = [
        {name: set(draw.sample(CHOICES[name], draw.randint(1, min(3, len(CHOICES[name]))))) for name in names}
        for names in (draw.sample(list(CHOICES), draw.randint(2, 4)) for _ in range(60))
    ]
    for rank, filters in enumerate([{}, *singles, *several]):
        for order in list(Order) if rank % 7 == 0 else [list(Order)[rank % 7]]:
            check(rows, filters, order, words=draw.choice(["", "soud"]), place=draw.choice(list(PLACES)))


def check(rows, filters, order, *, words, place):
    commune, region = PLACES[place]
    point = Commune.objects.get(pk=commune) if commune else None
    centre = (point.latitude, point.longitude) if point else None
    wish = Wish(
        day=TODAY,
        words="soudage" if words else "",
        area=search_area(place).area,
        order=order,
        filters={name: frozenset(slugs) for name, slugs in filters.items()},
        rights_cents=RIGHTS,
    )

    results = search_trainings(wish)

    expected = grouped(answers(rows, words, centre, region, filters))
    said = f"{filters} {order} {words!r} {place!r}"
    assert results.total == len(expected), said
    shown = [
        (item.training.organisation.name, item.training.title, item.training.certification_code)
        for item in results.items
    ]
    keys = [sort_key(order, expected[group], centre) for group in shown]
    assert keys == sorted(sort_key(order, group, centre) for group in expected.values())[: len(keys)], said
    for name, slugs in CHOICES.items():
        others = list(answers(rows, words, centre, region, filters, but=name))
        counted = results.facets[name]
        for slug in slugs:
            truth = len(grouped(row for row in others if says(row, name, slug)))
            assert counted.counts[slug] == truth, (said, name, slug)
        assert counted.without == len(grouped(others)), (said, name)

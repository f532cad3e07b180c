"""Searching the offer, and reading one training. Public: everybody sees the same offer.

A search reads its words, counts, and takes one page: a fixed number of queries, whatever the number of results. It
returns trainings, not sessions: the sessions that match give the training its rank, its nearest place and its next
start. What an organisation describes twice is one result.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from catalog.enums import EntryMode
from catalog.facets import FACETS, PASSES_BIT, Facet
from catalog.models import Action, SearchEntry, Session, Training
from catalog.selectors.places import FRANCE, SearchArea
from catalog.selectors.reading import Reading, read_words
from catalog.selectors.search_sql import Found, SearchQuery

PAGE_SIZE = 20
RADII_KM = (5, 10, 20, 30, 50, 100)
DEFAULT_RADIUS_KM = 30
MAX_RADIUS_KM = 300
MEDIAN_OF_AT_LEAST = 5


class Order(Enum):
    """Values of `?tri=`."""

    RELEVANCE = "pertinence"
    DISTANCE = "distance"
    TOWN = "ville"
    ORGANISATION = "organisme"
    LENGTH = "duree"
    DATE = "date"
    PRICE = "prix"


@dataclass(frozen=True)
class Wish:
    """What a person looks for. `day`: the day of the search, on which sessions are open or not.

    `area` and `work_area`: near home or near work, one of the two is enough. `filters`: names of choices by name
    of filter (catalog/facets.py). `rights_cents`: what the person's rights would pay, None when it is not known;
    `any_training`: the person's situation opens every training, certifying or not.
    """

    day: datetime.date
    words: str = ""
    area: SearchArea = FRANCE
    work_area: SearchArea | None = None
    radius_km: int = DEFAULT_RADIUS_KM
    order: Order = Order.RELEVANCE
    page: int | str = 1
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rights_cents: int | None = None
    any_training: bool = False
    as_typed: bool = False


@dataclass(frozen=True)
class Result:
    """A training that answers. `session`: its nearest one, then the soonest.

    `distance_km` is None when it is not asked. `price_cents` and `starts_on` are those of that session;
    `starts_on` is None for permanent entries that have begun: one may join at any time. `copies`: other
    descriptions of the same training by the same organisation. `grade`: 4 the title says every word, 3 in another
    form, 2 what it certifies or leads to says them, 1 some of them, 0 otherwise.
    """

    training: Training
    session: Session
    is_remote: bool
    distance_km: float | None
    starts_on: datetime.date | None
    price_cents: int | None
    sessions: int
    copies: int
    grade: int


@dataclass(frozen=True)
class FacetCount:
    """A filter with, for each choice, how many trainings it would leave. `without`: how many if nothing were chosen."""

    facet: Facet
    counts: Mapping[str, int]
    without: int


@dataclass(frozen=True)
class Results:
    page: Page[int]
    items: Sequence[Result]
    facets: Mapping[str, FacetCount]
    reading: Reading

    @property
    def total(self) -> int:
        return self.page.paginator.count


def search_trainings(wish: Wish) -> Results:
    """One page of results in rank order, and the counts of every filter.

    One query for the page, one for the counts, beside those that read the words (two, three when one is unknown).
    """
    reading = read_words(wish.words, as_typed=wish.as_typed)
    query = SearchQuery(wish, reading)
    masks = query.masks()
    total = sum(count for mask, count in masks if mask >> PASSES_BIT & 1)
    page = Paginator(range(total), PAGE_SIZE).get_page(wish.page)
    first = (page.number - 1) * PAGE_SIZE
    found = query.page(offset=first, limit=PAGE_SIZE) if total else []
    return Results(page, [_result(row, wish) for row in found], _facet_counts(masks), reading)


def count_trainings(wish: Wish) -> int:
    """How many trainings answer."""
    masks = SearchQuery(wish, read_words(wish.words, as_typed=wish.as_typed)).masks()
    return sum(count for mask, count in masks if mask >> PASSES_BIT & 1)


def keys_found(wish: Wish) -> dict[int, int]:
    """All that answers, whatever its number: `fold_key` of each training, with the key of one of its descriptions."""
    return SearchQuery(wish, read_words(wish.words, as_typed=wish.as_typed)).keys()


def _facet_counts(masks: Sequence[tuple[int, int]]) -> dict[str, FacetCount]:
    counted = {}
    for rank, facet in enumerate(FACETS, start=1):
        passing = 1 << PASSES_BIT | 1 << (PASSES_BIT + rank)
        counted[facet.name] = FacetCount(
            facet,
            {c.slug: sum(n for mask, n in masks if mask >> c.bit & 1) for c in facet.choices},
            sum(n for mask, n in masks if mask & passing),
        )
    return counted


def _result(found: Found, wish: Wish) -> Result:
    session = found.session
    begun = (
        session.action.entry_mode == EntryMode.PERMANENT
        and (session.starts_on or datetime.date.min) <= wish.day
    )
    return Result(
        training=session.action.training,
        session=session,
        is_remote=found.is_remote,
        distance_km=found.distance_km,
        starts_on=None if begun else session.starts_on,
        price_cents=session.action.price_cents,
        sessions=found.sessions,
        copies=found.trainings - 1,
        grade=found.grade,
    )


def training_in_full(pk: int, *, day: datetime.date) -> Training:
    """A training with its actions still given and their sessions to come. Raises Training.DoesNotExist.

    A training that its feed no longer holds stays readable: someone's file may point at it.
    """
    return trainings_in_full(day).get(pk=pk)


def trainings_to_compare(pks: Sequence[int], *, day: datetime.date) -> list[Training]:
    """The same of several trainings, in the order asked; those that are unknown are left out."""
    found = trainings_in_full(day).in_bulk(pks)
    return [found[pk] for pk in dict.fromkeys(pks) if pk in found]


def trainings_in_full(day: datetime.date) -> QuerySet[Training]:
    sessions = Session.objects.filter(closed_on=None).select_related("place__commune__department")
    to_come = sessions.filter(
        Q(starts_on__gte=day)
        | Q(action__entry_mode=EntryMode.PERMANENT) & (Q(ends_on=None) | Q(ends_on__gte=day))
    ).order_by(F("starts_on").asc(nulls_first=True), "pk")
    actions = Action.objects.filter(closed_on=None).order_by("pk")
    return Training.objects.select_related("organisation__commune", "certification").prefetch_related(
        Prefetch("actions", actions.prefetch_related(Prefetch("sessions", to_come))),
        "certification__blocks",
    )


@dataclass(frozen=True)
class HourlyMedian:
    """The middle of the prices of an hour, taxes included, over as many offers as `offers` says."""

    cents: int
    offers: int


def hourly_median(certification_code: str) -> HourlyMedian | None:
    """Over all the trainings offered towards a certification.

    None when fewer than MEDIAN_OF_AT_LEAST actions say both price and length: a middle of two is no reference.
    """
    if not certification_code:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY a.price_cents * 60.0 / a.hours_minutes)"
            " FROM catalog_action a JOIN catalog_training t ON t.id = a.training_id"
            " WHERE t.certification_code = %s AND t.closed_on IS NULL AND a.closed_on IS NULL"
            " AND a.price_cents > 0 AND a.hours_minutes > 0",
            [certification_code],
        )
        count, middle = cursor.fetchone()
    return HourlyMedian(round(middle), count) if count >= MEDIAN_OF_AT_LEAST else None


def trainings_offered(
    *, day: datetime.date, organisation_id: int | None = None, certification_code: str = ""
) -> QuerySet[Training]:
    """Trainings that one may join, of an organisation or towards a certification, by title."""
    open_entries = SearchEntry.objects.filter(training=OuterRef("pk"), available_until__gte=day)
    trainings = Training.objects.filter(Exists(open_entries)).select_related("organisation", "certification")
    if organisation_id is not None:
        trainings = trainings.filter(organisation=organisation_id)
    if certification_code:
        trainings = trainings.filter(certification=certification_code)
    return trainings.order_by("title", "pk")

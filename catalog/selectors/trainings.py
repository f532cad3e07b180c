"""Searching the offer, and reading one training. Public: everybody sees the same offer.

A search is a fixed number of queries, whatever the number of results. It returns trainings, not sessions: the
sessions that match give the training its rank, its nearest place and its next start.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib.postgres.aggregates import BoolAnd
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import MD5, Cast, Coalesce, Concat, Greatest, Round

from catalog.enums import EntryMode
from catalog.models import Action, SearchEntry, Session, Training
from catalog.selectors.places import FRANCE, Area, SearchArea, bounding_box, distance_to
from catalog.words import FAMILY_PREFIX, family, search_words

PAGE_SIZE = 20
RADII_KM = (5, 10, 20, 30, 50, 100)
DEFAULT_RADIUS_KM = 30
MAX_RADIUS_KM = 300
MAX_WORDS = 12
# A word counts in title, certification, occupation, organisation or family (A, B, C); the objective (D)
# only adds to the rank: long texts speak of everything.
COUNTED_WEIGHTS = "ABC"


class Order(Enum):
    """Values of `?tri=`."""

    RELEVANCE = "pertinence"
    DISTANCE = "distance"
    DATE = "date"
    PRICE = "prix"


@dataclass(frozen=True)
class Wish:
    """What a person looks for. `day`: the day of the search, on which sessions are open or not."""

    day: datetime.date
    words: str = ""
    area: SearchArea = FRANCE
    radius_km: int = DEFAULT_RADIUS_KM
    order: Order = Order.RELEVANCE
    page: int | str = 1


@dataclass(frozen=True)
class Result:
    """A training that answers. `session`: its nearest one, then the soonest.

    `distance_km` is None when it is not asked. `price_cents` and `starts_on` are those of that session;
    `starts_on` is None for permanent entries that have begun: one may join at any time.
    """

    training: Training
    session: Session
    is_remote: bool
    distance_km: float | None
    starts_on: datetime.date | None
    price_cents: int | None
    sessions: int


@dataclass(frozen=True)
class Results:
    page: Page[dict[str, Any]]
    items: Sequence[Result]

    @property
    def total(self) -> int:
        return self.page.paginator.count


def matching_entries(wish: Wish) -> QuerySet[SearchEntry]:
    """Sessions that one may still join, about these words, in this area or at a distance."""
    entries: QuerySet[SearchEntry] = SearchEntry.objects.filter(available_until__gte=wish.day)
    return _about(_within(entries, wish), wish.words)


def search_trainings(wish: Wish) -> Results:
    """One page of results in rank order. Two queries for the page, three more for what it shows."""
    trainings = _ranked(matching_entries(wish), wish)
    page = Paginator(trainings, PAGE_SIZE).get_page(wish.page)
    return Results(page, _shown(list(page.object_list), wish))


def _within(entries: QuerySet[SearchEntry], wish: Wish) -> QuerySet[SearchEntry]:
    """Remote sessions are everywhere; they are ranked last, not left out."""
    area = wish.area
    if area.kind == Area.REGION:
        return entries.filter(Q(region_code=area.code) | Q(is_remote=True))
    if area.kind == Area.DEPARTMENT:
        return entries.filter(Q(department_code=area.code) | Q(is_remote=True))
    if area.latitude is None or area.longitude is None:
        return entries
    near = Q(**bounding_box(area.latitude, area.longitude, wish.radius_km))
    measured = entries.annotate(distance=distance_to(area.latitude, area.longitude))
    return measured.filter(Q(is_remote=True) | near & Q(distance__lte=wish.radius_km))


def _about(entries: QuerySet[SearchEntry], text: str) -> QuerySet[SearchEntry]:
    """Enough of the words: all of one or two, all but one of three or four, three quarters beyond."""
    words = search_words(text)[:MAX_WORDS]
    if not words:
        return entries.annotate(grade=Value(0), score=Value(0.0, output_field=FloatField()))
    counted = [word_query(word, COUNTED_WEIGHTS) for word in words]
    needed = enough(len(words))
    if needed == len(words):
        for query in counted:
            entries = entries.filter(document=query)
    else:
        entries = (
            entries.filter(document=_any(counted))
            .annotate(found=_number_found(counted))
            .filter(found__gte=needed)
        )
    ranking = _any([word_query(word, "") for word in words])
    return entries.annotate(grade=_grade(words), score=SearchRank(F("document"), ranking))


def _grade(words: Sequence[str]) -> Case:
    """2 when the title speaks of every word, 1 when what it certifies or leads to does too, 0 otherwise.

    Coarse on purpose: between two trainings that speak of the same thing, distance and the draw decide.
    """
    return Case(
        When(document=_all([word_query(word, "A") for word in words]), then=2),
        When(document=_all([word_query(word, "AB") for word in words]), then=1),
        default=0,
        output_field=IntegerField(),
    )


def enough(words: int) -> int:
    if words <= 2:
        return words
    return words - 1 if words <= 4 else -(-words * 3 // 4)


def word_query(word: str, weights: str) -> SearchQuery:
    """The word as the stemmer sees it, as a name, or its family. `word` is folded: letters and digits only."""
    suffix = f":{weights}" if weights else ""
    query = SearchQuery(word + suffix, config="catalog_fr", search_type="raw")
    query = query | SearchQuery(word + suffix, config="simple", search_type="raw")
    root = family(word)
    if root:
        query = query | SearchQuery(FAMILY_PREFIX + root + suffix, config="simple", search_type="raw")
    return query


def _any(queries: Sequence[SearchQuery]) -> SearchQuery:
    combined = queries[0]
    for query in queries[1:]:
        combined = combined | query
    return combined


def _all(queries: Sequence[SearchQuery]) -> SearchQuery:
    combined = queries[0]
    for query in queries[1:]:
        combined = combined & query
    return combined


def _number_found(queries: Sequence[SearchQuery]) -> Any:
    counts = [Case(When(document=query, then=1), default=0, output_field=IntegerField()) for query in queries]
    total: Any = counts[0]
    for count in counts[1:]:
        total = total + count
    return total


def _ranked(entries: QuerySet[SearchEntry], wish: Wish) -> QuerySet[SearchEntry, dict[str, Any]]:
    """Trainings given somewhere first, those given only at a distance after them."""
    trainings = entries.values("training_id").annotate(
        remote_only=BoolAnd("is_remote"),
        best_grade=Max("grade"),
        best_score=Round(Max("score"), 2),
        next_start=_least(Greatest("starts_on", Value(wish.day))),
        lowest_price=_least(F("price_cents")),
        sessions=Count("session_id"),
        draw=MD5(
            Concat(
                Cast("training_id", TextField()),
                Value(f"/{wish.day.isoformat()}", output_field=TextField()),
                output_field=TextField(),
            )
        ),
    )
    if wish.area.kind == Area.AROUND:
        trainings = trainings.annotate(nearest=Min("distance", filter=Q(is_remote=False)))
    return trainings.order_by("remote_only", *_criteria(wish), "draw")


def _least(value: Any) -> Coalesce:
    """The least among the sessions given somewhere, among those at a distance when there are no others."""
    return Coalesce(Min(value, filter=Q(is_remote=False)), Min(value))


def _criteria(wish: Wish) -> list[Any]:
    """What ranks, before the draw that breaks ties: it changes every day and favours nobody."""
    nearest = [F("nearest").asc(nulls_last=True)] if wish.area.kind == Area.AROUND else []
    cheapest = F("lowest_price").asc(nulls_last=True)
    if wish.order == Order.DISTANCE:
        return [*nearest, "-best_grade", "next_start"]
    if wish.order == Order.DATE:
        return ["next_start", *nearest]
    if wish.order == Order.PRICE:
        return [cheapest, *nearest]
    # Without words nothing is more relevant than anything: what is near, then what begins soon.
    if not search_words(wish.words):
        return [*nearest, "next_start"]
    return ["-best_grade", *nearest, "-best_score"]


def _shown(rows: list[dict[str, Any]], wish: Wish) -> list[Result]:
    """What the page says of these trainings, in one query."""
    near = ["distance"] if wish.area.kind == Area.AROUND else []
    # In a list by price or by date, each training shows the session that gives it its place.
    orders: dict[Order, list[Any]] = {
        Order.PRICE: [F("price_cents").asc(nulls_last=True)],
        Order.DATE: ["joins_on"],
    }
    first = orders.get(wish.order, [])
    entries = (
        matching_entries(wish)
        .filter(training__in=[row["training_id"] for row in rows])
        .annotate(joins_on=Greatest("starts_on", Value(wish.day)))
        .select_related(
            "session__place",
            "session__action__training__organisation",
            "session__action__training__certification",
        )
        .defer("document", "session__action__training__content")
        .order_by("training_id", "is_remote", *first, *near, "joins_on", "session_id")
        .distinct("training_id")
    )
    best = {entry.training_id: entry for entry in entries}
    return [_result(row, best[row["training_id"]], wish) for row in rows if row["training_id"] in best]


def _result(row: dict[str, Any], entry: SearchEntry, wish: Wish) -> Result:
    session = entry.session
    begun = session.action.entry_mode == EntryMode.PERMANENT and entry.starts_on <= wish.day
    distance = None if entry.is_remote else getattr(entry, "distance", None)
    return Result(
        training=session.action.training,
        session=session,
        is_remote=row["remote_only"],
        distance_km=distance,
        starts_on=None if begun else session.starts_on,
        price_cents=entry.price_cents,
        sessions=row["sessions"],
    )


def training_in_full(pk: int, *, day: datetime.date) -> Training:
    """A training with its actions still given and their sessions to come. Raises Training.DoesNotExist.

    A training that its feed no longer holds stays readable: someone's file may point at it.
    """
    sessions = Session.objects.filter(closed_on=None).select_related("place__commune__department")
    to_come = sessions.filter(
        Q(starts_on__gte=day)
        | Q(action__entry_mode=EntryMode.PERMANENT) & (Q(ends_on=None) | Q(ends_on__gte=day))
    ).order_by(F("starts_on").asc(nulls_first=True), "pk")
    actions = Action.objects.filter(closed_on=None).order_by("pk")
    return (
        Training.objects.select_related("organisation__commune", "certification")
        .prefetch_related(
            Prefetch("actions", actions.prefetch_related(Prefetch("sessions", to_come))),
            "certification__blocks",
        )
        .get(pk=pk)
    )


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

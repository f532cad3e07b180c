"""The two statements of a search, over SearchEntry: the counts, and one page in rank order.

Written by hand: each reads its rows once. A row says by its bits which filters it passes (catalog/facets.py); bits add
up over the sessions of a training, so that one statement counts every choice of every filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import connection

from catalog.cells import REMOTE, department_word, region_word, square_words
from catalog.facets import FACETS, PASSES_BIT, read_sql
from catalog.gazetteer import EARTH_RADIUS_KM
from catalog.models import Action, Organisation, Place, Session, Training
from catalog.selectors.places import Area, SearchArea, bounding_box

if TYPE_CHECKING:
    from catalog.selectors.reading import Reading
    from catalog.selectors.trainings import Wish

# Columns shown, by the model that carries them.
SHOWN = {
    "s": (Session, ("id", "action_id", "place_id", "starts_on", "ends_on", "recruitment_state")),
    "a": (Action, ("id", "training_id", "modality", "entry_mode", "price_cents", "hours_minutes", "rhythm")),
    "t": (Training, ("id", "title", "certification_id", "certification_code", "organisation_id", "exit_level")),
    "o": (Organisation, ("id", "siret", "nda", "name")),
    "p": (Place, ("id", "address", "postal_code", "town", "commune_id", "latitude", "longitude")),
}  # fmt: skip
_COLUMNS = ", ".join(f"{alias}.{name}" for alias, (_, names) in SHOWN.items() for name in names)
NOWHERE = "1e9"
MOST_KEPT = 5_000
# Weights D, C, B, A of `subject`: families of what it certifies, its lemmas, families of the title, its lemmas.
_SCORE = "ts_rank('{{0.05, 0.1, 0.5, 1.0}}', e.subject, %(any)s::tsquery)"


@dataclass(frozen=True, slots=True)
class Found:
    """A training of the page: the session that shows it, and what was counted of it."""

    session: Session
    is_remote: bool
    distance_km: float | None
    sessions: int
    trainings: int
    grade: int


class SearchQuery:
    def __init__(self, wish: Wish, reading: Reading) -> None:
        self.wish = wish
        self.reading = reading
        self.areas = [area for area in (wish.area, wish.work_area) if area is not None]
        self.kept: list[int] | None = None

    def masks(self) -> list[tuple[int, int]]:
        """Pairs (bits, number of trainings that have exactly these). What was found is kept for `page`."""
        statement = f"""
            WITH hit AS MATERIALIZED (
                SELECT e.session_id, e.fold_key, {read_sql()} AS bits FROM catalog_searchentry e WHERE {self._where}
            )
            SELECT bits, count(*), NULL FROM (
                SELECT fold_key, bit_or({_contribution(self._chosen)}) AS bits FROM hit GROUP BY fold_key
            ) AS training GROUP BY bits
            UNION ALL
            SELECT NULL, NULL, array_agg(session_id) FROM (SELECT session_id FROM hit LIMIT {MOST_KEPT + 1}) AS kept
            """  # noqa: S608 - pieces of ours; what people write goes in parameters
        rows = self._rows(statement, {})
        # The row of the keys bears no bits; nothing promises that it comes last.
        sessions = next(keys for bits, _, keys in rows if bits is None)
        self.kept = sessions if sessions and len(sessions) <= MOST_KEPT else None
        return [(bits, count) for bits, count, _ in rows if bits is not None]

    def keys(self) -> dict[int, int]:
        """Every training that passes every filter: its `fold_key`, with the key of one of its descriptions."""
        statement = f"""
            SELECT e.fold_key, min(e.training_id) FROM catalog_searchentry e
            WHERE {self._where} AND {_all_pass(self._chosen)} GROUP BY e.fold_key"""  # noqa: S608 - as above
        return dict(self._rows(statement, {}))

    def page(self, *, offset: int, limit: int) -> list[Found]:
        """Trainings that pass every filter, in rank order."""
        statement = f"""
            WITH hit AS (
                SELECT e.fold_key, e.training_id, e.session_id, e.is_remote, e.price_cents, e.hours_minutes,
                    e.town_key, e.organisation_key, greatest(e.starts_on, %(day)s::date) AS joins_on,
                    {self._distance} AS distance, {self._grade} AS grade, {self._diploma} AS diploma,
                    {self._score} AS score
                FROM catalog_searchentry e WHERE {self._where_again} AND {_all_pass(self._chosen)}
            ), ranked AS (
                SELECT bool_and(is_remote) AS remote_only, max(grade) AS best_grade, max(diploma) AS best_diploma,
                    round(max(score)::numeric, 2) AS best_score, min(distance) AS nearest,
                    {_least("joins_on")} AS next_start, {_least("price_cents")} AS lowest_price,
                    {_least("hours_minutes")} AS shortest, {_least("nullif(town_key, '')")} AS first_town,
                    min(organisation_key) AS organisation, count(*) AS sessions,
                    count(DISTINCT training_id) AS trainings, {self._shown_session} AS shown,
                    md5(fold_key || '/' || %(day)s) AS draw
                FROM hit GROUP BY fold_key
                ORDER BY remote_only, {self._order}, draw LIMIT %(limit)s OFFSET %(offset)s
            )
            SELECT remote_only, nearest, sessions, trainings, best_grade, shown[3], {_COLUMNS}
            FROM ranked
            JOIN catalog_session s ON s.id = shown[5]::bigint
            JOIN catalog_action a ON a.id = s.action_id
            JOIN catalog_training t ON t.id = a.training_id
            JOIN catalog_organisation o ON o.id = t.organisation_id
            LEFT JOIN catalog_place p ON p.id = s.place_id
            ORDER BY remote_only, {self._order}, draw"""  # noqa: S608 - as above
        return [
            _found(row)
            for row in self._rows(statement, {"limit": limit, "offset": offset, "kept": self.kept})
        ]

    def _rows(self, statement: str, more: dict[str, Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._parameters, **more})
            return list(cursor.fetchall())

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        wish, reading = self.wish, self.reading
        values: dict[str, Any] = {
            "day": wish.day.isoformat(),
            "rights": -1 if wish.rights_cents is None else wish.rights_cents,
            "any_training": wish.any_training,
            "radius": wish.radius_km,
        }
        if reading.words:
            values |= {
                "enough": self._enough,
                "any": reading.any_of().replace(":", ""),
                "title": reading.all_of("A", strict=True),
                "title_family": reading.all_of("AB"),
                "subject": reading.all_of(),
                "jobs": " | ".join(reading.job_words()),
                "level": reading.level,
                "diploma": " & ".join(f"xl{word}:A" for word in reading.diploma_words),
            }
        for rank, area in enumerate(self.areas):
            values |= {f"code{rank}": area.code, f"lat{rank}": area.latitude, f"lon{rank}": area.longitude}
            if area.latitude is not None and area.longitude is not None:
                box = bounding_box(area.latitude, area.longitude, wish.radius_km)
                values |= {f"{name}{rank}": value for name, value in box.items()}
        return values

    @property
    def _enough(self) -> str:
        """Words and place together, so that the index alone tells nearly all of the rows to read."""
        words = self.reading.enough_of()
        places = [_place_words(area, self.wish.radius_km) for area in self.areas]
        if not all(places):
            return words
        return f"({words}) & ({' | '.join([REMOTE, *chain.from_iterable(places)])})"

    @property
    def _chosen(self) -> list[int]:
        return [facet.chosen(self.wish.filters.get(facet.name, ())) for facet in FACETS]

    @property
    def _where_again(self) -> str:
        """The same rows for the second statement: by their keys when they are known, which spares a second reading."""
        return self._where if self.kept is None else "e.session_id = ANY(%(kept)s)"

    @property
    def _where(self) -> str:
        """Sessions that one may still join, about these words, in this area or at a distance."""
        conditions = ["e.available_until >= %(day)s::date"]
        places = [_within(area, rank) for rank, area in enumerate(self.areas)]
        if all(places):
            conditions.append(f"(e.is_remote OR {' OR '.join(places)})")
        if self.reading.words:
            conditions.append("e.document @@ %(enough)s::tsquery")
        return " AND ".join(conditions)

    @property
    def _distance(self) -> str:
        around = [rank for rank, area in enumerate(self.areas) if area.kind == Area.AROUND]
        if not around:
            return "NULL::float8"
        distances = ", ".join(map(_kilometres, around))
        return f"CASE WHEN NOT e.is_remote THEN least({distances}) END"

    @property
    def _grade(self) -> str:
        """Coarse on purpose: between two trainings that speak of the same thing, distance and the draw decide."""
        if not self.reading.words:
            return "0"
        job = "WHEN e.subject @@ %(jobs)s::tsquery THEN 2 " if self.reading.jobs else ""
        return (
            "CASE WHEN e.subject @@ %(title)s::tsquery THEN 4 WHEN e.subject @@ %(title_family)s::tsquery THEN 3 "
            f"WHEN e.subject @@ %(subject)s::tsquery THEN 2 {job}"
            "WHEN e.subject @@ %(any)s::tsquery THEN 1 ELSE 0 END"
        )

    @property
    def _diploma(self) -> str:
        """A diploma word is a level: it ranks, it does not filter."""
        if not self.reading.words or self.reading.level is None:
            return "0"
        named = "CASE WHEN e.subject @@ %(diploma)s::tsquery THEN 1 ELSE 0 END"
        return f"({named if self.reading.diploma_words else '0'} + CASE WHEN e.level = %(level)s THEN 1 ELSE 0 END)"

    @property
    def _score(self) -> str:
        return _SCORE.replace("{{", "{").replace("}}", "}") if self.reading.words else "0"

    @property
    def _shown_session(self) -> str:
        """The least of (remote, what the list is sorted by, distance, date, session): the session that is shown."""
        by = {"prix": "price_cents", "duree": "hours_minutes", "date": "(joins_on - DATE '2000-01-01')"}
        first = by.get(self.wish.order.value, "0")
        return (
            f"min(ARRAY[is_remote::int, coalesce({first}, {NOWHERE}), coalesce(distance, {NOWHERE}),"
            " joins_on - DATE '2000-01-01', session_id]::float8[])"
        )

    @property
    def _order(self) -> str:
        """What ranks, before the draw that breaks ties: it changes every day and favours nobody."""
        orders = {
            "distance": "nearest NULLS LAST, best_grade DESC, next_start",
            "date": "next_start, nearest NULLS LAST",
            "prix": "lowest_price NULLS LAST, nearest NULLS LAST",
            "duree": "shortest NULLS LAST, nearest NULLS LAST",
            "ville": "first_town NULLS LAST",
            "organisme": "organisation",
        }
        # Without words nothing is more relevant than anything: what is near, then what begins soon.
        relevance = (
            "best_grade DESC, best_diploma DESC, nearest NULLS LAST, best_score DESC"
            if self.reading.words
            else "nearest NULLS LAST, next_start"
        )
        return orders.get(self.wish.order.value, relevance)


def _within(area: SearchArea, rank: int) -> str:
    """ "" when everything is within."""
    if area.kind == Area.REGION:
        return f"e.region_code = %(code{rank})s"
    if area.kind == Area.DEPARTMENT:
        return f"e.department_code = %(code{rank})s"
    if area.kind == Area.COUNTRY:
        return ""
    return (
        f"(e.latitude BETWEEN %(latitude__gte{rank})s AND %(latitude__lte{rank})s"
        f" AND e.longitude BETWEEN %(longitude__gte{rank})s AND %(longitude__lte{rank})s"
        f" AND {_kilometres(rank)} <= %(radius)s)"
    )


def _place_words(area: SearchArea, radius_km: float) -> list[str]:
    """Of every session within; none when the index cannot tell."""
    if area.kind == Area.REGION:
        return [region_word(area.code)]
    if area.kind == Area.DEPARTMENT:
        return [department_word(area.code)]
    if area.kind == Area.COUNTRY or area.latitude is None or area.longitude is None:
        return []
    return square_words(bounding_box(area.latitude, area.longitude, radius_km))


def _kilometres(rank: int) -> str:
    """Great-circle distance; rounding may put the cosine of a null angle beyond 1."""
    return (
        f"acos(least(1.0, sin(radians(%(lat{rank})s)) * sin(radians(e.latitude)) + cos(radians(%(lat{rank})s))"
        f" * cos(radians(e.latitude)) * cos(radians(e.longitude - %(lon{rank})s)))) * {EARTH_RADIUS_KM}"
    )


def _least(column: str) -> str:
    """The least among the sessions given somewhere, among those at a distance when there are no others."""
    return f"CASE WHEN bool_and(is_remote) THEN min({column}) ELSE min({column}) FILTER (WHERE NOT is_remote) END"


def _all_pass(chosen: Sequence[int]) -> str:
    passes = [f"{read_sql()} & {bits} <> 0" for bits in chosen if bits]
    return " AND ".join(passes) or "true"


def _contribution(chosen: Sequence[int]) -> str:
    """The bits that a row adds to its training.

    A row that passes every filter adds all its bits; one that fails a single filter tells what other choices of
    that filter would give; one that fails two tells nothing.
    """
    used = [(rank, bits) for rank, bits in enumerate(chosen, start=1) if bits]
    passes = 1 << PASSES_BIT
    if not used:
        return f"bits | {passes}::bigint"
    failed = " + ".join(f"(bits & {bits} = 0)::int" for _, bits in used)
    others = " ".join(
        f"WHEN bits & {bits} = 0 THEN (bits & {FACETS[rank - 1].mask}) | {1 << (PASSES_BIT + rank)}::bigint"
        for rank, bits in used
    )
    return f"CASE {failed} WHEN 0 THEN bits | {passes}::bigint WHEN 1 THEN CASE {others} END ELSE 0 END"


def _found(row: Sequence[Any]) -> Found:
    remote_only, nearest, sessions, trainings, grade, distance, *columns = row
    made: dict[str, Any] = {}
    for alias, (model, names) in SHOWN.items():
        values, columns = columns[: len(names)], columns[len(names) :]
        made[alias] = model(**dict(zip(names, values, strict=True)))
    session, action, training = made["s"], made["a"], made["t"]
    session.action, action.training, training.organisation = action, training, made["o"]
    session.place = made["p"] if session.place_id else None
    is_shown_near = nearest is not None and distance < float(NOWHERE)
    return Found(session, remote_only, distance if is_shown_near else None, sessions, trainings, grade)

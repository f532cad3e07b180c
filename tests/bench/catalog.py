"""How relevant the search is, and how long it takes at 200,000 sessions, counts and radius included.

Measured at the selector, on one connection. Words rotate over those that the offer and the ROME know,
towns are drawn by population. Peer: tantivy in the same process, over the same titles, words only (its lower bound).
"""

import random
import statistics
import time
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from catalog.models import Action, Commune, SearchEntry, SearchWord, Session, Training
from catalog.selectors.places import Area, SearchArea
from catalog.selectors.trainings import Wish, search_trainings
from tests.bench.registry import Figure, benchmark
from tests.support.catalog_relevance import judgements, load_corpus, means

SESSIONS, SESSIONS_FULL = 200_000, 1_000_000
SEARCHES = 300


@benchmark("catalog.relevance")
def relevance(full: bool) -> Iterator[Figure]:
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        load_corpus()
        judged = list(judgements())
        transaction.set_rollback(True)
    for part, held_out in (("tuned", False), ("held_out", True)):
        chosen = [judgement for judgement in judged if judgement.query.is_held_out is held_out]
        for name, value in zip(("precision_at_5", "reciprocal_rank"), means(chosen), strict=True):
            yield Figure(
                f"catalog.relevance.{part}.{name}",
                round(value, 3),
                "1",
                "3,000 sessions",
                len(chosen),
                "perfect",
                round(value, 3),
            )


@benchmark("catalog.search")
def search(full: bool) -> Iterator[Figure]:
    with transaction.atomic():
        ready_offer(SESSIONS_FULL if full else SESSIONS)
        wishes = drawn_wishes()
        ours = [timed(lambda wish=wish: search_trainings(wish)) for wish in wishes]
        theirs = tantivy_times([wish.words for wish in wishes])
        size = f"{SearchEntry.objects.count()} session rows, 12 filters counted, 30 km"
        transaction.set_rollback(True)
    for name, rank in (("p50", 49), ("p95", 94), ("p99", 98)):
        value, peer = (statistics.quantiles(times, n=100)[rank] for times in (ours, theirs))
        yield Figure(
            f"catalog.search.{name}",
            round(value, 2),
            "ms",
            size,
            SEARCHES,
            "tantivy, words only",
            round(peer / value, 4),
        )


def ready_offer(sessions: int) -> None:
    """The demonstration's offer again and again, each copy elsewhere in the country, until there are enough rows."""
    base = SearchEntry.objects.count()
    copies = max(sessions // max(base, 1) - 1, 0)
    with connection.cursor() as cursor:
        for model in (Training, Action, Session):
            columns = [f.column for f in model._meta.concrete_fields if not f.primary_key]
            cursor.execute(copy_rows(model._meta.db_table, columns, "id"), {"copies": copies})
        columns = [f.column for f in SearchEntry._meta.concrete_fields if not f.primary_key]
        cursor.execute(copy_rows("catalog_searchentry", columns, "session_id"), {"copies": copies})
        cursor.execute("ANALYZE catalog_searchentry")


def copy_rows(table: str, columns: list[str], key: str) -> str:
    """SQL that copies each row `copies` times; keys and what points at them move by a million a copy."""
    moved = {"training_id", "action_id"}
    changed = {
        "number": "number || '-' || k",
        "fold_key": "hashtextextended(fold_key || '/' || k, 0)",
        "latitude": "least(51, greatest(42, latitude + (random() - 0.5) * 4))",
        "longitude": "longitude + (random() - 0.5) * 4",
    }
    values = [f"{name} + k * 1000000" if name in moved else changed.get(name, name) for name in columns]
    return (
        f"INSERT INTO {table} ({key}, {', '.join(columns)})"  # noqa: S608 - names of our own columns
        f" SELECT {key} + k * 1000000, {', '.join(values)} FROM {table}, generate_series(1, %(copies)s) AS k"
    )


def drawn_wishes() -> list[Wish]:
    draw = random.Random(3)
    forms = list(SearchWord.objects.filter(is_name=False).order_by("form").values_list("form", flat=True))
    towns = list(Commune.objects.filter(population__gte=20_000).order_by("pk"))
    weights = [town.population for town in towns]
    return [
        Wish(
            day=timezone.localdate(),
            words=" ".join(draw.sample(forms, draw.choice([1, 1, 2]))),
            area=around(draw.choices(towns, weights)[0]),
            radius_km=30,
        )
        for _ in range(SEARCHES)
    ]


def around(town: Commune) -> SearchArea:
    return SearchArea(Area.AROUND, town.name, town.pk, town.pk, town.latitude, town.longitude)


def tantivy_times(words: list[str]) -> list[float]:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", stored=False, tokenizer_name="fr_stem")
    builder.add_integer_field("pk", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for pk, title in Training.objects.values_list("pk", "title").iterator():
        writer.add_document(tantivy.Document(title=title, pk=pk))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    return [
        timed(lambda text=text: searcher.search(index.parse_query(text, ["title"]), 20)) for text in words
    ]


def timed(run) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1_000

"""How relevant the search is, and how long it takes at 200,000 sessions, counts and radius included.

Searches arrive at moments drawn beforehand, whether or not the one before is over (open loop); a time runs from the
arrival to the answer. Ours is measured at the selector, on one connection. Words rotate over those that people use
when the reference data are beside the project, else over those of the offer; towns are drawn by population. Beside:
Typesense over the same rows, arrivals, radius and filters, and tantivy over the same titles, words only (the least).
"""

import csv
import gzip
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import psycopg
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from catalog.cells import square_sql
from catalog.models import Action, Commune, SearchEntry, SearchWord, Session, Training
from catalog.selectors.places import Area, SearchArea
from catalog.selectors.trainings import PAGE_SIZE, Results, Wish, search_trainings
from tests.bench.catalog_typesense import running_typesense
from tests.bench.registry import Figure, benchmark
from tests.support.catalog_relevance import judgements, load_corpus, means

SESSIONS, SESSIONS_FULL = 200_000, 1_000_000
SEARCHES, WARM_UP, A_SECOND = 300, 20, 8
WORDS_ALONE = "ts_delete(document, ARRAY(SELECT lexeme FROM unnest(document) WHERE lexeme LIKE 'xks%%'))"
Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
# Read when it is there: no file of it is copied into the project.
SEARCHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "search" / "lba_keywords_freq.csv.gz"


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
    forget_earlier_runs()
    with transaction.atomic(), running_typesense() as typesense:
        ready_offer(SESSIONS_FULL if full else SESSIONS)
        tidy()
        typesense.load()
        wishes = drawn_wishes()
        for wish in wishes[:WARM_UP]:
            search_trainings(wish)
            typesense.search(wish)
        ours, our_answers = open_loop(search_trainings, wishes)
        theirs, their_answers = open_loop(typesense.search, wishes)
        least, _ = open_loop(tantivy_search(), [wish.words for wish in wishes])
        size = f"{SearchEntry.objects.count()} session rows, 12 filters counted, 30 km, {A_SECOND} arrivals/s"
        shared = statistics.fmean(
            overlap(first_folds(our), their.folds)
            for our, their in zip(our_answers, their_answers, strict=True)
            if our.total and their.total
        )
        transaction.set_rollback(True)
    for name, rank in (("p50", 49), ("p95", 94), ("p99", 98)):
        value, peer, floor = (statistics.quantiles(times, n=100)[rank] for times in (ours, theirs, least))
        yield figure(name, value, size, "Typesense, same rows and filters", peer / value)
        yield figure(f"typesense.{name}", peer, size, "ours", value / peer)
        yield figure(f"tantivy.{name}", floor, size, "ours", value / floor)
    yield Figure(
        "catalog.search.overlap_of_first_20",
        round(shared, 3),
        "1",
        size,
        SEARCHES,
        "the same first page",
        round(shared, 3),
    )


def figure(name: str, value: float, size: str, beside: str, ratio: float) -> Figure:
    return Figure(f"catalog.search.{name}", round(value, 2), "ms", size, SEARCHES, beside, round(ratio, 4))


def open_loop(
    ask: Callable[[Asked], Answered], all_asked: Sequence[Asked]
) -> tuple[list[float], list[Answered]]:
    """Milliseconds from each arrival to its answer, and the answers. One server: who arrives during a search waits."""
    draw = random.Random(4)
    arrival = time.perf_counter()
    times, answers = [], []
    for asked in all_asked:
        arrival += draw.expovariate(A_SECOND)
        time.sleep(max(0.0, arrival - time.perf_counter()))
        answers.append(ask(asked))
        times.append((time.perf_counter() - arrival) * 1_000)
    return times, answers


def first_folds(results: Results) -> list[int]:
    keys = dict(
        SearchEntry.objects.filter(session__in=[item.session.pk for item in results.items]).values_list(
            "session", "fold_key"
        )
    )
    return [keys[item.session.pk] for item in results.items]


def overlap(ours: list[int], theirs: list[int]) -> float:
    """The part of the shorter first page that is on the other one too."""
    return len(set(ours) & set(theirs)) / min(len(ours), len(theirs))


def ready_offer(sessions: int) -> None:
    """The demonstration's offer again and again, each copy elsewhere in the country, until there are enough rows."""
    base = SearchEntry.objects.count()
    copies = max(sessions // max(base, 1) - 1, 0)
    with connection.cursor() as cursor:
        for model in (Training, Action, Session):
            columns = [f.column for f in model._meta.concrete_fields if not f.primary_key]
            cursor.execute(copy_rows(model._meta.db_table, columns, "id"), {"copies": copies})
        columns = [f.column for f in SearchEntry._meta.concrete_fields if not f.primary_key]
        cursor.execute(
            copy_rows("catalog_searchentry", columns, "session_id", elsewhere=True), {"copies": copies}
        )
        cursor.execute("ANALYZE catalog_searchentry")


def forget_earlier_runs() -> None:
    """The rows of a run before this one were given up with its transaction, and still stand in the files."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for model in (Training, Action, Session, SearchEntry):
            owner.execute(sql.SQL("VACUUM FULL {}").format(sql.Identifier(model._meta.db_table)))


def tidy() -> None:
    """What autovacuum does on a site that lives: rows just written leave the waiting list of the index of words."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SELECT gin_clean_pending_list('catalog_search_document')")


def copy_rows(table: str, columns: list[str], key: str, *, elsewhere: bool = False) -> str:
    """SQL that copies each row `copies` times; keys and what points at them move by a million a copy."""
    source = f"{table}, generate_series(1, %(copies)s) AS k"
    if elsewhere:
        source = f"""(
            SELECT {table}.*, k, least(51, greatest(42, latitude + (random() - 0.5) * 4)) AS new_latitude,
                longitude + (random() - 0.5) * 4 AS new_longitude FROM {source}) AS copied"""  # noqa: S608
    square = square_sql("new_latitude", "new_longitude")
    moved = {"training_id", "action_id"}
    changed = {
        "number": "number || '-' || k",
        "fold_key": "hashtextextended(fold_key || '/' || k, 0)",
        "latitude": "new_latitude",
        "longitude": "new_longitude",
        "document": f"{WORDS_ALONE} || array_to_tsvector(array_remove(ARRAY[{square}], NULL))",
    }
    values = [f"{name} + k * 1000000" if name in moved else changed.get(name, name) for name in columns]
    return (
        f"INSERT INTO {table} ({key}, {', '.join(columns)})"  # noqa: S608 - names of our own columns
        f" SELECT {key} + k * 1000000, {', '.join(values)} FROM {source}"
    )


def drawn_wishes() -> list[Wish]:
    draw = random.Random(3)
    words = searched_words()
    towns = list(Commune.objects.filter(population__gte=20_000).order_by("pk"))
    weights = [town.population for town in towns]
    return [
        Wish(
            day=timezone.localdate(),
            words=draw.choice(words),
            area=around(draw.choices(towns, weights)[0]),
            radius_km=30,
        )
        for _ in range(SEARCHES)
    ]


def around(town: Commune) -> SearchArea:
    return SearchArea(Area.AROUND, town.name, town.pk, town.pk, town.latitude, town.longitude)


def searched_words() -> list[str]:
    if SEARCHED.exists():
        with gzip.open(SEARCHED, "rt", newline="") as rows:
            return [row["keyword"] for row in csv.DictReader(rows)]
    return list(SearchWord.objects.filter(is_name=False).order_by("form").values_list("form", flat=True))


def tantivy_search() -> Callable[[str], object]:
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

    def ask(text: str) -> object:
        query, _ = index.parse_query_lenient(text, ["title"])
        return searcher.search(query, PAGE_SIZE)

    return ask

"""How relevant the search is: judged queries over an invented corpus that never changes.

`tests/catalog/data/relevance.csv` was written before the search was tuned. Each query has two patterns on the
folded title: `relevant` (what the person looks for) and `near` (acceptable). Both empty: nothing must be found.
A third of the queries, told by a digest of their own text, is held out: it is measured, never tuned on.
"""

import csv
import datetime
import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog import shipped
from catalog.generation import GenerationOrder, generate_offer
from catalog.models import SearchEntry
from catalog.selectors.places import search_area
from catalog.selectors.trainings import Wish, search_trainings
from catalog.services.certification_import import import_certifications
from catalog.services.offer_import import import_offer
from catalog.words import fold
from tests.support.factories.catalog import communes_of_offer, some_communes

QUERIES = Path(__file__).parent.parent / "catalog" / "data" / "relevance.csv"
FIRST_DAY = datetime.date(2026, 3, 2)
ORDER = GenerationOrder(organisations=500, sessions=3_000, seed=2026, first_day=FIRST_DAY)
TOWNS = ("2A004", "69123", "13055", "31555", "44109", "75111")
TABLES = (shipped.OCCUPATIONS, shipped.CERTIFICATIONS, shipped.CERTIFICATION_BLOCKS)
FIRST = 5


@dataclass(frozen=True)
class JudgedQuery:
    words: str
    place: str
    relevant: str
    near: str

    @property
    def is_held_out(self) -> bool:
        digest = hashlib.sha256(f"{self.words}|{self.place}".encode()).digest()
        return digest[0] % 3 == 0

    def grade(self, title: str) -> int:
        """2 relevant, 1 near, 0 neither; the title is folded."""
        if self.relevant and re.search(self.relevant, title):
            return 2
        return 1 if self.near and re.search(self.near, title) else 0


@dataclass(frozen=True)
class Judgement:
    """`precision`: share of good answers among the first five, of those that the corpus holds at most.

    `reciprocal_rank`: 1 over the rank of the first relevant answer (near, when nothing better exists).
    """

    query: JudgedQuery
    precision: float
    reciprocal_rank: float


def judged_queries() -> list[JudgedQuery]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [
            JudgedQuery(row["query"], row["place"], row["relevant"], row["near"])
            for row in csv.DictReader(file)
        ]


def load_corpus() -> None:
    """The shipped certifications and occupations, and 3,000 invented sessions, in the current database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.xml"
        generate_offer(path, ORDER)
        some_communes(*TOWNS)
        communes_of_offer(path)
        import_certifications(paths=TABLES, today=FIRST_DAY)
        import_offer(path=path, feed="corpus", today=FIRST_DAY)


def judgements() -> Iterator[Judgement]:
    held = SearchEntry.objects.filter(available_until__gte=FIRST_DAY).values_list(
        "training_id", "training__title"
    )
    titles = [fold(title) for _, title in set(held)]
    for query in judged_queries():
        yield judge(query, titles)


def judge(query: JudgedQuery, corpus: Sequence[str]) -> Judgement:
    area = search_area(query.place).area
    assert area is not None, f"relevance.csv: unknown place {query.place}"
    results = search_trainings(Wish(day=FIRST_DAY, words=query.words, area=area))
    grades = [query.grade(fold(result.training.title)) for result in results.items]
    if not query.relevant and not query.near:
        nothing = float(not grades)
        return Judgement(query, nothing, nothing)
    existing = sum(query.grade(title) > 0 for title in corpus) if not query.place else len(grades)
    good = sum(grade > 0 for grade in grades[:FIRST])
    wanted = 2 if query.relevant else 1
    rank = next((rank for rank, grade in enumerate(grades, start=1) if grade >= wanted), None)
    return Judgement(query, good / max(min(FIRST, existing), 1), 1 / rank if rank else 0.0)


def means(judged: Sequence[Judgement]) -> tuple[float, float]:
    """Mean precision and mean reciprocal rank."""
    count = len(judged)
    return sum(j.precision for j in judged) / count, sum(j.reciprocal_rank for j in judged) / count

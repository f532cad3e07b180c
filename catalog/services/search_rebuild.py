"""Everything that searches read, written again from the catalogue itself: after a change of the rules of words."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from catalog.models import Certification, Occupation, Training
from catalog.services.search_index import measure_what_is_indexed, refresh_search_entries
from catalog.services.vocabulary import refresh_job_titles, refresh_vocabulary
from catalog.words import families, lemmas

BATCH = 1_000


def rebuild_search() -> int:
    """Returns the number of trainings that can be searched. Searches go on meanwhile, on what is already there."""
    _rewrite_words(Occupation.objects.all(), lambda row: row.label)
    _rewrite_words(
        Certification.objects.all(), lambda row: " ".join([row.diploma, row.title, *row.formacode_labels])
    )
    _rewrite_words(Training.objects.only("pk", "title"), lambda row: row.title)
    refresh_job_titles()
    ids = list(Training.objects.filter(closed_on=None).values_list("pk", flat=True))
    measure_what_is_indexed()
    refresh_search_entries(ids)
    refresh_vocabulary()
    return len(ids)


def _rewrite_words(rows: "QuerySet[Any]", text_of: Callable[[Any], str]) -> None:
    batch = []
    for row in rows.iterator(BATCH):
        row.search_lemmas, row.search_families = lemmas(text_of(row)), families(text_of(row))
        batch.append(row)
        if len(batch) == BATCH:
            rows.model.objects.bulk_update(batch, ["search_lemmas", "search_families"])
            batch = []
    rows.model.objects.bulk_update(batch, ["search_lemmas", "search_families"])

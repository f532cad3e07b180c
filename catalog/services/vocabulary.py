"""The words that the catalogue knows, and the job titles: what searches understand words with."""

from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction

from catalog.models import Certification, JobTitle, Occupation, Organisation, SearchWord, Training
from catalog.words import EMPTY_WORDS, family, fold, index_text, lemma, words_of

LONGEST_WORD = 60
BATCH = 2_000


def refresh_vocabulary() -> int:
    """Write again every known word. One transaction: searches read the former words until then."""
    weights: Counter[str] = Counter()
    for text in _spoken_texts():
        # Not what a dash joins: typed in one word, it is understood as the words that it joins.
        weights.update(word for word in words_of(text) if word not in EMPTY_WORDS)
    names = {word for name in _names() for word in fold(name).split()} - set(weights) - EMPTY_WORDS
    rows = [_word(form, weight, is_name=False) for form, weight in weights.items() if _counts(form)]
    rows += [_word(form, 1, is_name=True) for form in names if _counts(form)]
    with transaction.atomic():
        SearchWord.objects.all().delete()
        SearchWord.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def refresh_job_titles() -> None:
    """One row per title of an occupation, with its words in one form."""
    titles = [
        (code, title)
        for code, label, titles in Occupation.objects.values_list("code", "label", "titles")
        for title in dict.fromkeys([label, *titles])
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        JobTitle.objects.all().delete()
        cursor.executemany(
            "INSERT INTO catalog_jobtitle (occupation_id, title, words) VALUES (%s, %s, to_tsvector('simple', %s))",
            [(code, title, index_text(title)) for code, title in titles],
        )


def _spoken_texts() -> Iterable[str]:
    yield from Training.objects.filter(closed_on=None).values_list("title", flat=True).distinct().iterator()
    for diploma, title, labels in Certification.objects.values_list("diploma", "title", "formacode_labels"):
        yield " ".join([diploma, title, *labels])
    for label, titles in Occupation.objects.values_list("label", "titles"):
        yield " ".join([label, *titles])


def _names() -> Iterable[str]:
    return Organisation.objects.values_list("name", flat=True).distinct().iterator()


def _counts(form: str) -> bool:
    # A letter alone is a word ("permis B"), a digit alone tells nothing.
    return len(form) <= LONGEST_WORD and (len(form) > 1 or form.isalpha())


def _word(form: str, weight: int, *, is_name: bool) -> SearchWord:
    return SearchWord(form=form, lemma=lemma(form), family=family(form), weight=weight, is_name=is_name)

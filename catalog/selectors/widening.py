"""When nothing answers: the same search a little wider, step by step, then what is near it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection

from catalog.models import Certification, JobTitle, Occupation
from catalog.selectors.places import FRANCE, Area
from catalog.selectors.reading import Reading
from catalog.selectors.trainings import RADII_KM, Results, Wish, count_trainings, search_trainings
from catalog.words import JOB_PREFIX, family, lemma, words_of

MOST_OCCUPATIONS, MOST_CERTIFICATIONS, TITLES_READ = 6, 5, 40


@dataclass(frozen=True)
class Wider:
    """`step` says, in French, what was let go."""

    wish: Wish
    step: str
    results: Results


def widened_search(wish: Wish) -> Wider | None:
    """The first wider search that has results. One count by step, the page for the one that is kept."""
    for wider, step in _steps(wish):
        if count_trainings(wider):
            return Wider(wider, step, search_trainings(wider))
    return None


def _steps(wish: Wish) -> Iterator[tuple[Wish, str]]:
    """Farther, then the whole country, then without the filters: the place gives way before the wish itself."""
    if wish.area.kind == Area.AROUND:
        for radius in RADII_KM:
            if radius > max(wish.radius_km, 30):
                yield replace(wish, radius_km=radius, page=1), f"jusqu'à {radius} km"
    anywhere = replace(wish, area=FRANCE, work_area=None, page=1)
    if wish.area.kind != Area.COUNTRY:
        yield anywhere, "dans toute la France"
    if any(wish.filters.values()):
        yield replace(wish, filters={}, page=1), "sans les filtres"
        yield replace(anywhere, filters={}), "dans toute la France et sans les filtres"


@dataclass(frozen=True)
class RelatedOccupation:
    label: str
    trainings: int


def related_occupations(reading: Reading, wish: Wish) -> list[RelatedOccupation]:
    """Occupations one of whose titles has a word of the search, and those near to them, that trainings lead to."""
    query = _any_word(reading)
    if not query:
        return []
    titles = JobTitle.objects.extra(where=["words @@ %s::tsquery"], params=[query])
    named = list(dict.fromkeys(titles.values_list("occupation_id", flat=True)[:TITLES_READ]))
    near = [
        code
        for codes in Occupation.objects.filter(pk__in=named).values_list("near_codes", flat=True)
        for code in codes
    ]
    counts = _trainings_by_occupation([*named, *near], wish)
    labels = dict(Occupation.objects.filter(pk__in=counts).values_list("code", "label"))
    wanted = dict.fromkeys(code for code in [*named, *near] if counts.get(code))
    return [RelatedOccupation(labels[code], counts[code]) for code in list(wanted)[:MOST_OCCUPATIONS]]


def near_certifications(reading: Reading) -> list[Certification]:
    """Certifications that speak of a word of the search."""
    query = _any_word(reading)
    if not query:
        return []
    words = "to_tsvector('simple', search_lemmas || ' ' || search_families) @@ %s::tsquery"
    held = Certification.objects.filter(closed_on=None).exclude(state="inactive")
    spoken = held.extra(where=[words], params=[query])  # noqa: S610 - the query is made of folded words
    return list(spoken.order_by("code")[:MOST_CERTIFICATIONS])


def _any_word(reading: Reading) -> str:
    """Words are told apart by their roots alone; a word without a root by its form."""
    return " | ".join(f"xq{family(word)}" if family(word) else f"xl{lemma(word)}" for word in reading.words)


def _trainings_by_occupation(codes: list[str], wish: Wish) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, (SELECT count(DISTINCT e.fold_key) FROM catalog_searchentry e"
            " WHERE e.document @@ (%s || lower(code))::tsquery AND e.available_until >= %s)"
            " FROM unnest(%s::text[]) AS code",
            [JOB_PREFIX, wish.day, list(dict.fromkeys(codes))],
        )
        return {code: count for code, count in cursor.fetchall() if count}


def occupation_words(label: str) -> str:
    """What to search for an occupation: the masculine form of its name, « Soudeur / Soudeuse » → « soudeur »."""
    return " ".join(words_of(label.split(" / ", maxsplit=1)[0]))

"""What a person may be about to write in the search form: job titles, certifications, places; the nearest commune."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from catalog.enums import CommuneKind
from catalog.gazetteer import department_of, town_name
from catalog.models import Certification, Commune, Department, JobTitle, Region
from catalog.selectors.places import commune_areas, nearest_communes
from catalog.words import EMPTY_WORDS, LEMMA_PREFIX, fold, lemma

MOST = 8
SHORTEST = 2
MOST_WORDS = 6
# Job titles read before the best are kept: the letters of a common word begin hundreds of them.
READ = 60
MOST_CERTIFICATIONS = 3
MOST_WIDE = 3
NEAREST_WITHIN_KM = 50.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` is what is shown, `value` what the form must say to mean it, `kind` what sort of thing it is."""

    text: str
    value: str
    kind: str


def suggested_words(text: str) -> list[Suggestion]:
    """Job titles first, then certifications, whose words begin with those typed. Two queries, at most."""
    words = [word for word in fold(text).split() if word not in EMPTY_WORDS and len(word) >= SHORTEST]
    words = words[:MOST_WORDS]
    if not words:
        return []
    jobs = _job_titles(words)
    certifications = _certifications(words)[: max(MOST_CERTIFICATIONS, MOST - len(jobs))]
    return [*jobs[: MOST - len(certifications)], *certifications]


def _job_titles(words: list[str]) -> list[Suggestion]:
    query = " & ".join(f"({' | '.join(f'{start}:*' for start in _starts(word))})" for word in words)
    found = (
        JobTitle.objects.filter(words=SearchQuery(query, search_type="raw", config="simple"))
        .annotate(length=Length("title"))
        .order_by("length", "title")
        .values_list("title", flat=True)[:READ]
    )
    shown = {_masculine(title): title for title in reversed(found)}
    # Those that begin with what was typed before those that have it inside; then the shortest.
    ordered = sorted(shown, key=lambda value: (not fold(value).startswith(words[0]), len(value), value))
    return [Suggestion(shown[value], value, "Métier") for value in ordered[:MOST]]


def _certifications(words: list[str]) -> list[Suggestion]:
    spoken = Q()
    for word in words:
        one = Q()
        for start in _starts(word):
            one |= Q(search_lemmas__contains=start)
        spoken &= one
    held = Certification.objects.filter(spoken, closed_on=None).exclude(state="inactive")
    found = held.annotate(length=Length("title")).order_by("length", "code")[:MOST]
    titles = dict.fromkeys(certification.full_title for certification in found)
    return [Suggestion(title, title, "Certification") for title in titles]


def _starts(word: str) -> list[str]:
    """The beginnings of lemmas that a word begun may become: as a whole word, and as it stands."""
    whole = lemma(word)
    begun = lemma(f"{word}z")[:-1] if len(word) > SHORTEST else word
    return [LEMMA_PREFIX + start for start in dict.fromkeys((whole, begun))]


def _masculine(title: str) -> str:
    """« Chef / Cheffe de rayon » → « Chef de rayon »: the search finds both forms by one."""
    masculine, _, feminine = title.partition(" / ")
    return " ".join([*masculine.split(), *feminine.split()[len(masculine.split()) :]])


def suggested_places(text: str) -> list[Suggestion]:
    """Communes by population, then départements and régions, whose name or code begins with what was typed."""
    compact = text.strip().replace(" ", "").upper()
    if re.fullmatch(r"\d{2,5}|2[AB]\d{0,3}", compact):
        return _by_code(compact)
    name = town_name(text.partition("(")[0])
    if len(name) < SHORTEST:
        return []
    wide = [
        *(Suggestion(row.name, row.name, "Région") for row in _named(Region.objects.all(), name)),
        *(Suggestion(str(row), row.pk, "Département") for row in _named(Department.objects.all(), name)),
    ][:MOST_WIDE]
    found = [*_communes(name, MOST - len(wide)), *wide]
    # What bears the very name first: the Corse before Corseul.
    return sorted(found, key=lambda suggestion: not _bears(suggestion, name))


def _bears(suggestion: Suggestion, name: str) -> bool:
    return town_name(suggestion.text.partition(",")[0].partition("(")[0]) == name


def _by_code(code: str) -> list[Suggestion]:
    begun = Department.objects.filter(pk__startswith=code)[:MOST_WIDE]
    wide = [Suggestion(str(department), department.pk, "Département") for department in begun]
    if code.startswith(("2A", "2B")):
        communes = Commune.objects.filter(pk__startswith=code, closed_on=None).select_related("department")
        return [*wide, *_shown(communes.order_by("-population", "code"), MOST - len(wide))]
    departments = {"2A", "2B"} if code in {"20", "200"} else {department_of(code.ljust(5, "0"))}
    rows = Commune.objects.filter(department__in=departments, closed_on=None).select_related("department")
    found = [
        (commune, postal_code)
        for commune in rows.order_by("-population", "code")
        for postal_code in commune.postal_codes
        if postal_code.startswith(code)
    ]
    shown = [Suggestion(f"{postal_code} {c.name}", postal_code, "Commune") for c, postal_code in found]
    return [*wide, *list({s.value: s for s in reversed(shown)}.values())[::-1]][:MOST]


def _communes(name: str, most: int) -> list[Suggestion]:
    exact = Case(When(search_name=name, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Commune.objects.filter(search_name__startswith=name, closed_on=None).select_related("department")
    if not any(character.isdigit() for character in name):
        # The city stands for its arrondissements, until one gives their number.
        rows = rows.exclude(kind=CommuneKind.ARRONDISSEMENT)
    return _shown(rows.order_by(exact, "-population", "code"), most)


def _shown(rows: QuerySet[Commune], most: int) -> list[Suggestion]:
    return [Suggestion(area.label, area.query, "Commune") for area in commune_areas(list(rows[:most]))]


def _named(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    return rows.filter(search_name__startswith=name)[:2]


def nearest_commune(latitude: float, longitude: float) -> Suggestion | None:
    """The commune where a point in degrees lies, or None far from all of France."""
    found = nearest_communes(
        latitude=latitude, longitude=longitude, radius_km=NEAREST_WITHIN_KM, limit=1
    ).select_related("department")
    areas = commune_areas(list(found))
    return Suggestion(areas[0].label, areas[0].query, "Commune") if areas else None

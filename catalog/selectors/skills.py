"""From what a person knows to the occupations that ask for it, each with its reasons. Public: nothing is kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, QuerySet
from django.db.models.functions import Length

from catalog.models import JobTitle, Occupation, Skill
from catalog.selectors.reading import either_form
from catalog.words import search_words

MOST_CHOSEN = 60
MOST_PROPOSED = 24
MOST_SUGGESTED = 20
MOST_OCCUPATIONS = 6
TITLES_READ = 40
LIKENESS = 0.5


@dataclass(frozen=True)
class Suggestion:
    """An occupation that asks for some of a person's skills: those that match, then those that it asks for besides."""

    occupation: Occupation
    held: Sequence[Skill]
    lacking: Sequence[Skill]

    @property
    def asked(self) -> int:
        return len(self.held) + len(self.lacking)


def skills_named(text: str) -> list[Skill]:
    """Skills whose name says the words: all of them first, then some; the nearest in spelling when none does."""
    words = search_words(text)
    if not words:
        return []
    forms = [either_form(word) for word in words]
    for query in (" & ".join(forms), " | ".join(forms)):
        found = list(_saying(query)[:MOST_PROPOSED])
        if found:
            return found
    likeness = TrigramWordSimilarity(text, "label")
    near = Skill.objects.annotate(likeness=likeness).filter(likeness__gte=LIKENESS)
    return list(near.order_by("-likeness", "label")[:MOST_PROPOSED])


def _saying(query: str) -> QuerySet[Skill]:
    """Those that most occupations ask for come first: they are what most people mean."""
    saying = "to_tsvector('simple', search_text) @@ %s::tsquery"
    # The query is made of folded words.
    spoken: QuerySet[Skill] = Skill.objects.extra(where=[saying], params=[query])  # noqa: S610
    return spoken.annotate(askers=Count("occupations")).order_by("-askers", "label", "code")


def occupations_named(text: str) -> list[Occupation]:
    """Occupations one of whose titles says every word, and whose skills are known; the shortest title first."""
    words = search_words(text)
    if not words:
        return []
    query = " & ".join(map(either_form, words))
    titles = JobTitle.objects.extra(where=["words @@ %s::tsquery"], params=[query])
    closest = titles.order_by(Length("title"), "pk").values_list("occupation_id", flat=True)
    held = Occupation.objects.filter(skills__isnull=False).distinct().in_bulk(closest[:TITLES_READ])
    return [held[code] for code in dict.fromkeys(closest[:TITLES_READ]) if code in held][:MOST_OCCUPATIONS]


def skills_of(codes: Iterable[str]) -> list[Skill]:
    """The skills of these codes, in the order of their names; unknown codes are left out."""
    return list(Skill.objects.filter(pk__in=list(codes)[:MOST_CHOSEN]).order_by("label", "code"))


def suggested_occupations(chosen: Sequence[Skill]) -> list[Suggestion]:
    """Occupations that ask for the skills chosen, best first, in four queries.

    A skill weighs the more, the fewer occupations ask for it (logarithm of the share): knowing an office program says
    little of a trade, knowing how to weld says much. At equal weight, the occupation of which more is already known.
    """
    askers = _askers(chosen)
    if not askers:
        return []
    occupations = Occupation.objects.count()
    scores: dict[str, float] = defaultdict(float)
    for codes in askers.values():
        for code in codes:
            scores[code] += log(1 + occupations / len(codes))
    best = sorted(scores, key=lambda code: (-scores[code], code))[: 2 * MOST_SUGGESTED]
    known = {skill.pk for skill in chosen}
    rows = Occupation.objects.prefetch_related("skills").in_bulk(best)
    suggestions = [_suggestion(rows[code], known) for code in best]
    suggestions.sort(key=lambda s: (-scores[s.occupation.pk], s.asked, s.occupation.label))
    return suggestions[:MOST_SUGGESTED]


def _askers(chosen: Sequence[Skill]) -> dict[str, list[str]]:
    """The occupations that ask for each skill."""
    askers: dict[str, list[str]] = defaultdict(list)
    links = Skill.occupations.through.objects.filter(skill__in=[skill.pk for skill in chosen])
    for skill, occupation in links.values_list("skill_id", "occupation_id"):
        askers[skill].append(occupation)
    return askers


def _suggestion(occupation: Occupation, known: set[str]) -> Suggestion:
    skills = list(occupation.skills.all())
    return Suggestion(
        occupation,
        [skill for skill in skills if skill.pk in known],
        [skill for skill in skills if skill.pk not in known],
    )

"""What a person means by the words of a search: spelling, diplomas, acronyms, job titles."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, pairwise

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Func, IntegerField, Q
from django.db.models.functions import Length

from catalog import shipped
from catalog.models import JobTitle, SearchWord
from catalog.words import (
    DOMAIN_WORDS,
    EMPTY_WORDS,
    FAMILY_PREFIX,
    JOB_PREFIX,
    LEMMA_PREFIX,
    NAME_PREFIX,
    SHORTEST_ROOT,
    family,
    index_text,
    lemma,
    search_words,
    words_of,
)

MAX_WORDS = 8
SHORTEST_CORRECTED = 4
CANDIDATES = 12
LIKENESS = 0.25
JOB_TITLES_READ, JOB_COVERAGE, JOBS_KEPT = 60, 0.5, 12
LONGEST_PHRASE = 4
LONGEST_ACRONYM = 5
# European level by the word that people use for it. Source: arrêté du 8 janvier 2019, cadre national.
LEVEL_OF_WORD = {
    "cap": 3, "capa": 3, "bep": 3, "bac": 4, "bp": 4, "bts": 5, "btsa": 5, "but": 6, "dut": 5, "deust": 5,
    "licence": 6, "bachelor": 6, "master": 7, "mastere": 7, "ingenieur": 7, "doctorat": 8,
}  # fmt: skip
# A lemma of three letters may be that of another word ("capes").
_LEVEL_OF_LEMMA = {lemma(word): level for word, level in LEVEL_OF_WORD.items() if len(word) > LONGEST_ACRONYM}
YEARS_AFTER_BAC = {"2": 5, "3": 6, "4": 6, "5": 7, "8": 8}


@dataclass(frozen=True)
class Reading:
    """`words`: those that count, as understood. `corrections`: what was typed to what was understood.

    `alternatives`: for each word, the other ways to say it, each a sequence of words. `jobs`: codes of the
    occupations one of whose titles has every word, the closest title first, with that title. `names`: words that may
    be of an organisation's name. A word alone that titles say is none: "maçon" is not for organisations of Mâcon.
    """

    typed: str
    words: tuple[str, ...] = ()
    corrections: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    level: int | None = None
    diploma_words: tuple[str, ...] = ()
    alternatives: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    @property
    def understood(self) -> str:
        """What was understood, as a person would have typed it."""
        words = (self.corrections.get(word, word) for word in words_of(self.typed))
        return " ".join(dict.fromkeys(word for word in words if word not in self.ignored))

    def all_of(self, weights: str = "", *, strict: bool = False) -> str:
        """A tsquery: every word, in these weights; strict: in the same form, not only of the same family."""
        return " & ".join(self._word(word, weights, strict=strict) for word in self.words)

    def enough_of(self) -> str:
        """A tsquery on documents: enough of the words, or an occupation that bears them in one of its titles."""
        # When all of them only say what kind of training it is ("licence pro"), each of them will do.
        needed = 1 if DOMAIN_WORDS.issuperset(self.words) else enough(len(self.words))
        groups = (" & ".join(map(self._word, group)) for group in combinations(self.words, needed))
        queries = [f"({group})" for group in groups]
        return " | ".join([*queries, *self.job_words()])

    def any_of(self) -> str:
        """A tsquery: one of the words. Each as a name too: a score is a share of all the ways to say them, and must not
        depend on which of them may name somebody.
        """
        return " | ".join(self._word(word, is_named=True) for word in self.words)

    def job_words(self) -> list[str]:
        return [JOB_PREFIX + code.lower() for code in self.jobs]

    def _word(self, word: str, weights: str = "", *, strict: bool = False, is_named: bool = False) -> str:
        suffix = f":{weights}" if weights else ""
        forms = [LEMMA_PREFIX + lemma(word) + suffix]
        if strict:
            return forms[0]
        root = family(word)
        forms += [FAMILY_PREFIX + root + suffix] if root else []
        forms += [NAME_PREFIX + word] if (is_named or word in self.names) and not weights else []
        forms += [
            "(" + " & ".join(either_form(part, suffix) for part in phrase) + ")"
            for phrase in self.alternatives.get(word, ())
        ]
        return f"({' | '.join(forms)})"


def either_form(word: str, suffix: str = "") -> str:
    """A tsquery: the word in the same form, or in another of its family."""
    root = family(word)
    strict = LEMMA_PREFIX + lemma(word) + suffix
    return f"({strict} | {FAMILY_PREFIX}{root}{suffix})" if root else strict


def enough(words: int) -> int:
    """How many of so many words must be found: all of one or two, all but one of three or four, then 3/4."""
    if words <= 2:
        return words
    return words - 1 if words <= 4 else -(-words * 3 // 4)


def read_words(text: str, *, as_typed: bool = False) -> Reading:
    """Two queries; one more when a word is unknown. `as_typed`: correct nothing, ignore nothing."""
    words = _telling(search_words(text))[:MAX_WORDS]
    if not words:
        return Reading(typed=text)
    corrections: dict[str, tuple[str, ...]] = {}
    ignored: tuple[str, ...] = ()
    spoken: frozenset[str] = frozenset()
    if not as_typed:
        corrections, ignored, spoken = _corrections(words)
    # "électricien ou électricienne" says one word.
    forms = {
        lemma(part): part
        for word in reversed(words)
        if word not in ignored
        for part in reversed(corrections.get(word, (word,)))
    }
    spelt = tuple(reversed(forms.values()))
    diplomas = tuple(lemma(word) for word in words_of(text) if level_of(word) and word not in spelt)
    told = " ".join(" ".join(corrections.get(word, (word,))) for word in words_of(text))
    return Reading(
        typed=text,
        words=spelt,
        corrections={word: " ".join(parts) for word, parts in corrections.items()},
        ignored=ignored,
        level=level_in(text),
        diploma_words=diplomas,
        alternatives=_alternatives(told, spelt),
        jobs=_jobs(spelt),
        names=frozenset(word for word in spelt if len(spelt) > 1 or lemma(word) not in spoken),
    )


def _telling(words: list[str]) -> list[str]:
    """Without digits alone: they name a level ("niveau 5"), or nothing that an index could find."""
    return [word for word in words if len(word) > 1 or word.isalpha()] or words


def level_in(text: str) -> int | None:
    """The level that a text names: « BTS », « bac + 2 », « niveau 5 »."""
    words = words_of(text)
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "niveau" and following in {"3", "4", "5", "6", "7", "8"}:
            return int(following)
        if word == "bac" and following in YEARS_AFTER_BAC:
            return YEARS_AFTER_BAC[following]
        if level := level_of(word):
            return level
    return None


def level_of(word: str) -> int | None:
    """The level of a diploma word, whatever its gender and number; those of three letters are told by themselves."""
    singular = word.removesuffix("s")
    return LEVEL_OF_WORD.get(word) or LEVEL_OF_WORD.get(singular) or _LEVEL_OF_LEMMA.get(lemma(word))


def _corrections(
    words: Sequence[str],
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...], frozenset[str]]:
    """What each unknown word is meant for, the words that nothing explains, and the lemmas that titles say."""
    joined = _joined(words)
    forms = {form: lemma(form) for word in words for form in (word, *_cuts(word))}
    forms |= {form: lemma(form) for form in joined}
    roots = {root for root in (family(word) for word in words) if root}
    known = SearchWord.objects.filter(
        Q(lemma__in=set(forms.values())) | Q(family__in=roots) | Q(form__in=words)
    ).values_list("form", "lemma", "family", "is_name")
    rows = list(known)
    if not rows and not SearchWord.objects.exists():
        return {}, (), frozenset()
    lemmas = {lemma for _, lemma, _, is_name in rows if not is_name}
    families = {root for _, _, root, is_name in rows if root and not is_name}
    names = {form for form, _, _, is_name in rows if is_name}
    unknown = [
        word
        for word in words
        if lemma(word) not in lemmas
        and not (family(word) in families and len(family(word)) > SHORTEST_ROOT)
        and word not in names
        and lemma(word) not in _phrase_words()
    ]
    # « e commerce » for « e-commerce ».
    corrections: dict[str, tuple[str, ...]] = {
        part: (form,) for form, parts in joined.items() if lemma(form) in lemmas for part in parts
    }
    for word in unknown:
        cut = next((c for c in _pairs(word) if all(lemma(part) in lemmas for part in c)), None)
        put = cut or _closest(word)
        # A short root alone may be a coincidence ("contable" and "conteur"): another word must be closer.
        if put and not (family(word) in families and family(put[0]) == family(word)):
            corrections[word] = put
    lost = tuple(word for word in unknown if word not in corrections and family(word) not in families)
    # A search made only of unknown words finds nothing, and says so; among others, they are left out.
    return corrections, lost if len(lost) < len(words) else (), frozenset(lemmas)


def _joined(words: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A letter alone and the word after it, as one word."""
    pairs = [pair for pair in pairwise(words) if len(pair[0]) == 1 and len(pair[1]) > 2]
    return {"".join(pair): pair for pair in pairs}


def _pairs(word: str) -> list[tuple[str, str]]:
    if not word.isalpha():
        return []
    return [(word[:cut], word[cut:]) for cut in range(3, len(word) - 2)]


def _cuts(word: str) -> Iterable[str]:
    return (part for pair in _pairs(word) for part in pair)


def _closest(word: str) -> tuple[str, ...] | None:
    """The known word that this one misspells: close to the eye, or the same to the ear."""
    if len(word) < SHORTEST_CORRECTED or not word.isalpha():
        return None
    candidates = (
        SearchWord.objects.filter(form__trigram_similar=word, is_name=False)
        .annotate(likeness=TrigramSimilarity("form", word))
        .order_by("-likeness", "-weight")
        .values_list("form", "likeness", "weight")[:CANDIDATES]
    )
    allowed = 1 if len(word) < 6 else 2
    scored = []
    for form, likeness, weight in candidates:
        away = distance(lemma(word), lemma(form))
        alike = sound(word) == sound(form)
        if away <= allowed or alike:
            scored.append((not alike, away, -likeness, -weight, form))
    return (min(scored)[-1],) if scored else None


def distance(one: str, other: str) -> int:
    """Edits between two words: a letter put in, left out, changed, or exchanged with the next one."""
    before: list[int] = []
    line = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        beforehand, before, line = before, line, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, line[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, beforehand[j - 2] + 1)
            line.append(cost)
    return line[-1]


_SOUNDS = (
    ("eau", "o"), ("au", "o"), ("ai", "e"), ("ei", "e"), ("qu", "k"), ("ge", "je"), ("gi", "ji"), ("ce", "se"),
    ("ci", "si"), ("ch", "x"), ("c", "k"), ("q", "k"), ("z", "s"), ("h", ""), ("en", "an"), ("em", "an"),
    ("am", "an"), ("om", "on"), ("im", "in"), ("ein", "in"), ("ain", "in"),
)  # fmt: skip


def sound(word: str) -> str:
    """How a word sounds, roughly: "boulanjer" and "boulanger" sound alike."""
    heard = lemma(word)
    for written, said in _SOUNDS:
        heard = heard.replace(written, said)
    return heard


@cache
def _phrases() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Synonyms and acronyms of the shipped table, by the lemmas of what people write."""
    table: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    with shipped.SYNONYMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = tuple(lemma(word) for word in _content(row["words"]))
            table[key].append(tuple(_content(row["means"])))
    return {key: tuple(values) for key, values in table.items()}


@cache
def _phrase_words() -> frozenset[str]:
    return frozenset(part for key in _phrases() for part in key)


def _content(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in EMPTY_WORDS]


def _alternatives(text: str, words: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The other ways to say each word, alone or within a phrase of the search."""
    content, wanted = _content(text), set(words)
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for size in range(1, LONGEST_PHRASE + 1):
        for start in range(len(content) - size + 1):
            part = content[start : start + size]
            phrases = list(_phrases().get(tuple(map(lemma, part)), ()))
            if size == 2 and wanted.issuperset(part):
                phrases.append(("".join(part),))
            for word in part:
                if word in words:
                    found[word] += phrases
    return {word: tuple(dict.fromkeys(phrases)) for word, phrases in found.items() if phrases}


def _jobs(words: Sequence[str]) -> dict[str, str]:
    """Occupations that bear all the words in one title, of which the words make at least half."""
    query = " & ".join(either_form(word) for word in words)
    asked = len(index_text(" ".join(words)).split())
    held = (
        JobTitle.objects.annotate(size=Func(F("words"), function="length", output_field=IntegerField()))
        .extra(where=["words @@ %s::tsquery"], params=[query])
        .order_by("size", Length("title"), "pk")
        .values_list("occupation_id", "title", "size")[:JOB_TITLES_READ]
    )
    jobs: dict[str, str] = {}
    for code, title, size in held:
        if asked >= JOB_COVERAGE * size and len(jobs) < JOBS_KEPT:
            jobs.setdefault(code, title)
    return jobs

"""Ours, AGORA's and what AGORA said last time: which value of each item stands, which is disputed. Pure.

The data dictionary says who may replace a value that is there: its author, any contributor, or nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from agora_sync.contract.dictionary import Overwriting, rule_of
from agora_sync.mapping.items import ENTRY, FUNDINGS
from rights.facts import TrainingFileFacts

# Who wrote an item, as far as an answer of AGORA lets us know: one of its other contributors, or this portal.
THEIRS, OURS = "agora", "portal"
PRICE, STATE = "formation/prix", "etat"
FIELDS = {
    "formation/intitule": "title",
    "formation/codeCertification": "certification_code",
    "formation/organisme/siret": "organisation_siret",
    "formation/organisme/nda": "nda",
    "formation/organisme/raisonSociale": "organisation_name",
    "formation/dateDebut": "session_starts_on",
    "formation/dateFin": "session_ends_on",
    "formation/dureeMinutes": "hours_minutes",
    "formation/lieu": "place",
    PRICE: "price_cents",
    FUNDINGS: "fundings",
    ENTRY: "entered_on",
}
# The parts add up to the price: neither is taken without the other.
_TIED = frozenset({PRICE, FUNDINGS})

Items = Mapping[str, str]


@dataclass
class Merge:
    """What a reading makes of a file. `read` and `authors` are what the next one starts from.

    `taken`: items that AGORA's contributors changed and may change. `disputed`: those that both sides changed, or
    that they changed and are not theirs to change.
    """

    read: dict[str, str] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    disputed: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)


def merged(
    ours: Items,
    theirs: Items,
    *,
    last_read: Items | None,
    authors: Items,
    opened_by: str,
    is_on_its_way: bool = False,
) -> Merge:
    """Item by item. `last_read` None: AGORA was never read for this file; `authors` by path, `opened_by` for the rest.

    What we still have to tell AGORA explains a difference with what it says: such an item waits for the next reading.
    """
    found = Merge()
    for path in sorted({*ours, *theirs}):
        author = authors.get(path, opened_by)
        before = ours.get(path) if last_read is None else last_read.get(path)
        verdict = _verdict(path, ours.get(path), theirs.get(path), before, author, is_on_its_way)
        _note(found, path, verdict, author, before, theirs.get(path))
    _untie(found, ours, theirs, last_read)
    return found


def facts_with(
    facts: TrainingFileFacts, theirs: TrainingFileFacts, paths: Iterable[str]
) -> TrainingFileFacts:
    """Our facts with these items as AGORA has them."""
    return replace(facts, **{FIELDS[path]: getattr(theirs, FIELDS[path]) for path in paths})


def may_be_told(path: str) -> bool:
    """Whether a value of ours may be told by ReingenierDossier: the dictionary lets us write and replace it."""
    if path == STATE:
        return False
    rule = rule_of(path)
    return OURS in rule.writers and rule.overwriting is not Overwriting.NOBODY


def _verdict(
    path: str, ours: str | None, theirs: str | None, before: str | None, author: str, is_on_its_way: bool
) -> str:
    if ours == theirs or (path == FUNDINGS and ours is None and author == OURS):
        return "same"
    if author == OURS and is_on_its_way:
        return "waits"
    if theirs == before:
        return "ours"
    # An entry that nobody declared here is news, whoever opened the file.
    is_theirs = author == THEIRS or (path == ENTRY and ours is None)
    may_replace = is_theirs or rule_of(path).overwriting is Overwriting.CONTRIBUTORS
    return "theirs" if ours == before and may_replace else "disputed"


def _note(found: Merge, path: str, verdict: str, author: str, before: str | None, theirs: str | None) -> None:
    stands = before if verdict in ("waits", "disputed") else theirs
    if stands is not None:
        found.read[path] = stands
    found.authors[path] = {"ours": OURS, "theirs": THEIRS}.get(verdict, author)
    for name, paths in (("theirs", found.taken), ("disputed", found.disputed), ("waits", found.waiting)):
        if verdict == name:
            paths.add(path)


def _untie(found: Merge, ours: Items, theirs: Items, last_read: Items | None) -> None:
    """Price and parts are both taken, or both disputed where they differ."""
    if not found.disputed & _TIED:
        return
    for path in found.taken & _TIED:
        found.taken.discard(path)
        found.disputed.add(path)
        before = ours.get(path) if last_read is None else last_read.get(path)
        found.read.pop(path, None)
        if before is not None:
            found.read[path] = before

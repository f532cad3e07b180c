"""What our files say beside what AGORA says of them: the gaps, by kind. Pure.

A file with something still on its way to AGORA is not judged on what it says: the difference may be that very thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from agora_sync.enums import GapKind
from agora_sync.mapping.answers import ListedFile
from agora_sync.mapping.codes import CLOSED_WIRE_STATES
from agora_sync.mapping.items import FUNDINGS, comparable_items
from rights.enums import FileOrigin, TrainingFileState

S = TrainingFileState
# Longer than the weekly window, and than any wait between two tries of the outbox.
WAITS_TOO_LONG = timedelta(hours=2)
# As many files as AGORA lists of one person: beyond, a file that is not listed may be there all the same.
MOST_LISTED = 200
ENTERED = frozenset({"EN_FORMATION", "INTERROMPU"})
OVER = frozenset({"SORTI", "SOLDE"})
# What AGORA may say of a file that is in that state here. The other contributors interrupt, resume and settle.
_OURS: dict[str, frozenset[str]] = {
    **dict.fromkeys((S.REQUESTED, S.PROPOSED, S.WAITING_FUNDERS), frozenset({"DEMANDE"})),
    S.ACCEPTED: frozenset({"VALIDE"}),
    S.IN_TRAINING: ENTERED,
    **dict.fromkeys((S.LEFT, S.SERVICE_DECLARED, S.SERVICE_DONE), OVER),
    S.PAID: frozenset({"SOLDE"}),
    # A file closed there stays closed as it was: a second closing teaches AGORA nothing and is not told.
    **dict.fromkeys(
        (S.CANCELLED, S.DECLINED, S.EXPIRED, S.WITHDRAWN, S.NOT_ENTERED, S.REFUSED), CLOSED_WIRE_STATES
    ),
}
# Of a file that AGORA opened, only its closing and its entry are followed here.
_THEIRS: dict[str, frozenset[str]] = {
    **_OURS,
    S.REQUESTED: frozenset({"DEMANDE", "VALIDE"}),
    S.IN_TRAINING: ENTERED | OVER,
}


@dataclass(frozen=True)
class KnownFile:
    """A file of ours as it is compared. `waits_since`: what it has to tell AGORA has waited from that instant on."""

    key: UUID
    origin: str
    state: str
    agora_number: str | None
    items: dict[str, str]
    is_on_its_way: bool = False
    waits_since: datetime | None = None
    # It changed here while AGORA was read: what was read may be of before.
    is_moving: bool = False


@dataclass(frozen=True)
class FoundGap:
    """`subject`: our file's key, or AGORA's number when we have no such file. `item`: its path, for one item alone."""

    subject: str
    kind: GapKind
    item: str = ""
    here: str = ""
    there: str = ""
    file_key: UUID | None = None
    agora_number: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same gap, whatever its values became."""
        return self.subject, self.kind, self.item


@dataclass
class Comparison:
    """`judged`: the subjects, by kind, of which the gaps not found are over. Of the others nothing was learned."""

    found: list[FoundGap] = field(default_factory=list)
    judged: set[tuple[str, str]] = field(default_factory=set)

    def add(self, gaps: Iterable[FoundGap]) -> None:
        self.found += gaps

    def judge(self, subject: str, *kinds: GapKind) -> None:
        self.judged |= {(subject, kind) for kind in kinds}


def compared(
    ours: Sequence[KnownFile],
    theirs: Sequence[ListedFile] | None,
    *,
    at: datetime,
    known_gaps: Iterable[tuple[str, str]] = (),
) -> Comparison:
    """The gaps of one person. `theirs` None: AGORA could not be read. `known_gaps`: subject and kind of open ones."""
    comparison = Comparison()
    for file in ours:
        comparison.judge(str(file.key), GapKind.WAITING)
        comparison.add(_waiting(file, at))
    if theirs is None:
        return comparison
    listed = {file.agora_number: file for file in theirs}
    for file in ours:
        _compare(file, listed, comparison, is_whole=len(theirs) < MOST_LISTED)
    numbers = {file.agora_number for file in ours}
    # What we had not and AGORA has no more, or we have since.
    comparison.judged |= {known for known in known_gaps if known[1] == GapKind.UNKNOWN_HERE}
    comparison.add(
        _unknown_here(file) for number, file in listed.items() if _is_missing(number, file, numbers)
    )
    return comparison


def accepted_states(origin: str, state: str) -> frozenset[str]:
    """What AGORA may say of a file in that state; empty when anything goes (a person examines it)."""
    return (_OURS if origin == FileOrigin.PORTAL else _THEIRS).get(state, frozenset())


def _waiting(file: KnownFile, at: datetime) -> Iterator[FoundGap]:
    if file.waits_since is not None and file.waits_since <= at - WAITS_TOO_LONG:
        yield _gap(file, GapKind.WAITING)


def _compare(
    file: KnownFile, listed: dict[str, ListedFile], comparison: Comparison, *, is_whole: bool
) -> None:
    if file.agora_number is None or file.is_moving:
        return
    subject, there = str(file.key), listed.get(file.agora_number)
    if there is None:
        if is_whole:
            # One gap for one cause: of a file that is not there, nothing else can be said.
            comparison.judge(subject, GapKind.UNKNOWN_THERE, GapKind.STATE, GapKind.ITEM)
            comparison.add([_gap(file, GapKind.UNKNOWN_THERE)])
        return
    comparison.judge(subject, GapKind.UNKNOWN_THERE)
    if not file.is_on_its_way:
        comparison.judge(subject, GapKind.STATE, GapKind.ITEM)
        comparison.add([*_other_state(file, there), *_other_items(file, there)])


def _other_state(file: KnownFile, there: ListedFile) -> Iterator[FoundGap]:
    accepted = accepted_states(file.origin, file.state)
    if accepted and there.wire_state not in accepted:
        here = TrainingFileState(file.state).label
        yield _gap(file, GapKind.STATE, here=here, there=there.wire_state)


def _other_items(file: KnownFile, there: ListedFile) -> Iterator[FoundGap]:
    # What a file said when it was given up is of no use to anybody.
    if (
        there.wire_state in CLOSED_WIRE_STATES
        or accepted_states(file.origin, file.state) == CLOSED_WIRE_STATES
    ):
        return
    told = comparable_items(there.facts)
    for path in sorted(file.items.keys() | told.keys()):
        is_untold = path == FUNDINGS and path not in file.items
        if not is_untold and file.items.get(path) != told.get(path):
            yield _gap(file, GapKind.ITEM, item=path, here=file.items.get(path, ""), there=told.get(path, ""))


def _is_missing(number: str, file: ListedFile, numbers: set[str | None]) -> bool:
    # Given up before we heard of it: the reading of files leaves it there too.
    return number not in numbers and file.wire_state not in CLOSED_WIRE_STATES


def _unknown_here(file: ListedFile) -> FoundGap:
    return FoundGap(
        file.agora_number,
        GapKind.UNKNOWN_HERE,
        there=file.facts.title,
        agora_number=file.agora_number,
    )


def _gap(file: KnownFile, kind: GapKind, *, item: str = "", here: str = "", there: str = "") -> FoundGap:
    return FoundGap(str(file.key), kind, item, here, there, file.key, file.agora_number or "")

"""Reading every trace again against the chain of seals, and naming the first thing that is not as it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from agora_sync.evidence.chain import GENESIS, SealContent, is_signed
from agora_sync.evidence.heads import Head, read_heads
from agora_sync.evidence.removals import RemovedMonth
from agora_sync.evidence.rows import ENTRY_BYTES, SealedEntry, TraceRow, is_authentic, unpacked
from agora_sync.models import TraceSeal
from agora_sync.selectors.evidence import BEGINNING, first_copy, instant, microseconds, trace_rows
from agora_sync.selectors.removals import removed_months
from agora_sync.services.sealing import register_of_heads, stop_for_broken_chain

_SEALS_PER_PAGE = 50
# Longer than the ten seconds after which a sealer makes good what a killed one left.
REGISTER_PATIENCE_SECONDS = 15.0


class ChainBroken(Exception):
    """Something is not as it was sealed. The text names the first such thing."""


@dataclass
class ChainReport:
    """What was read and found sound."""

    seals: int = 0
    sealed: int = 0
    pending: int = 0
    # Of months lawfully removed: their seals are still there, their rows are not.
    removed: int = 0
    removed_months: list[date] = field(default_factory=list)


def verify_traces(
    *,
    with_register: bool = True,
    progress: Callable[[ChainReport], None] = lambda _: None,
    patience_seconds: float = REGISTER_PATIENCE_SECONDS,
) -> ChainReport:
    """Check each seal, then each trace under it, then those not sealed yet.

    Raises ChainBroken at the first fault, after having stopped the service. Memory does not grow with the traces.
    `with_register=False`: for a restored database whose register was lost; a missing end is then not seen.
    `patience_seconds`: how long the register may take to learn of a seal that was made meanwhile.
    """
    try:
        return _verified(with_register, progress, patience_seconds)
    except ChainBroken as fault:
        stop_for_broken_chain(str(fault))
        raise


def _verified(
    with_register: bool, progress: Callable[[ChainReport], None], patience_seconds: float
) -> ChainReport:
    heads = _heads() if with_register else {}
    removed = _Removed(_removed_months())
    report, last = ChainReport(removed_months=[said.month for said in removed.months]), None
    for seal in _seals():
        _require_sound_seal(seal, last, heads.get(seal.number))
        absent = _require_rows_as_sealed(seal, removed)
        report.seals, report.sealed, last = report.seals + 1, report.sealed + seal.rows - absent, seal
        report.removed += absent
        progress(report)
    removed.require_all_sealed()
    if with_register:
        _require_whole(last, heads)
        _require_known_to_register(report.seals, patience_seconds)
    since = last.to_at if last else BEGINNING
    for row in trace_rows(since):
        _require_ours(row)
        report.pending += 1
    _require_no_copy(since)
    return report


def _heads() -> dict[int, Head]:
    try:
        return {head.number: head for head in read_heads(register_of_heads())}
    except ValueError as problem:
        raise ChainBroken(f"le registre des têtes est illisible ({problem})") from None


def _seals() -> Iterator[TraceSeal]:
    """In order, a page at a time: the entries of all would not fit in memory."""
    number = 0
    while page := list(TraceSeal.objects.filter(number__gt=number).order_by("number")[:_SEALS_PER_PAGE]):
        yield from page
        number = page[-1].number


def _require_sound_seal(seal: TraceSeal, last: TraceSeal | None, head: Head | None) -> None:
    expected = last.number + 1 if last else 1
    _require(seal.number == expected, f"le sceau {expected} a été retiré")
    content = SealContent(
        number=seal.number,
        from_microseconds=microseconds(seal.from_at),
        to_microseconds=microseconds(seal.to_at),
        entries=bytes(seal.entries),
        previous_digest=seal.previous_digest,
    )
    follows = seal.previous_digest == (last.digest if last else GENESIS)
    follows = follows and seal.from_at == (last.to_at if last else BEGINNING)
    signature_holds = is_signed(seal.digest, key_id=seal.key_id, signature=seal.signature)
    _require(
        follows and content.digest() == seal.digest and signature_holds,
        f"le sceau {seal.number} a été modifié",
    )
    _require(ENTRY_BYTES * seal.rows == len(seal.entries), f"le sceau {seal.number} a été modifié")
    if head is None:
        return
    _require(head.digest == seal.digest, f"le sceau {seal.number} n’est pas celui du registre des têtes")
    is_dated_alike = head.sealed_at in {0, microseconds(seal.at)}
    _require(is_dated_alike, f"le sceau {seal.number} a été modifié")


def _require_rows_as_sealed(seal: TraceSeal, removed: _Removed) -> int:
    """Returns how many of the seal went with a month lawfully removed."""
    sealed = unpacked(bytes(seal.entries))
    stored = list(trace_rows(seal.from_at, seal.to_at))
    expected = removed.still_expected(sealed, {row.id for row in stored})
    fault = first_difference(expected, stored)
    _require(fault is None, f"{fault} (sceau {seal.number})")
    for row in stored:
        _require_ours(row)
    _require_no_copy(seal.from_at, seal.to_at)
    return len(sealed) - len(expected)


class _Removed:
    """The months lawfully removed, and how many traces of each the seals know."""

    def __init__(self, months: list[RemovedMonth]) -> None:
        self.months = months
        self._spans = [(microseconds(m.since), microseconds(m.until)) for m in months]
        self._counted = [0] * len(months)

    def still_expected(self, sealed: list[SealedEntry], present: set[int]) -> list[SealedEntry]:
        """Without those that went; a removal under way may have left some, which must be as they were sealed."""
        if not self._spans:
            return sealed
        return [entry for entry in sealed if not self._counts(entry) or entry.id in present]

    def _counts(self, entry: SealedEntry) -> bool:
        for rank, (since, until) in enumerate(self._spans):
            if since <= entry.at_microseconds < until:
                self._counted[rank] += 1
                return True
        return False

    def require_all_sealed(self) -> None:
        for month, counted in zip(self.months, self._counted, strict=True):
            _require(
                counted == month.rows,
                f"le retrait du mois {month.month:%m/%Y} dit {month.rows} traces, les sceaux {counted}",
            )


def _removed_months() -> list[RemovedMonth]:
    try:
        return removed_months()
    except ValueError as problem:
        raise ChainBroken(str(problem)) from None


def first_difference(sealed: list[SealedEntry], stored: list[TraceRow]) -> str | None:
    """The first trace, in the order of evidence, that is not as sealed, and in what; None when all are."""
    entries, rows = {entry.id: entry for entry in sealed}, {row.id: row for row in stored}
    digests = {entry.digest: entry.id for entry in sealed}
    faults = [_fault(entry, rows.get(entry.id), digests) for entry in sealed]
    faults += [
        (
            row.place,
            f"la trace {row.id} du {instant(row.at_microseconds):%d/%m/%Y %H:%M:%S} UTC a été ajoutée après coup",
        )
        for row in stored
        if row.id not in entries
    ]
    found = sorted(fault for fault in faults if fault)
    return found[0][1] if found else None


def _fault(
    entry: SealedEntry, row: TraceRow | None, digests: dict[bytes, int]
) -> tuple[tuple[int, int], str] | None:
    when = _when(entry.at_microseconds)
    if row is None:
        return entry.place, f"la trace {entry.id} du {when} a été retirée"
    if row.digest() != entry.digest:
        other = digests.get(row.digest())
        if other:
            return entry.place, f"la trace {entry.id} du {when} a changé de place avec la trace {other}"
        return entry.place, f"la trace {entry.id} du {when} a été modifiée"
    if row.at_microseconds != entry.at_microseconds:
        return entry.place, f"la trace {entry.id} du {when} a été changée de date"
    return None


def _when(microseconds_since_1970: int) -> str:
    return f"{instant(microseconds_since_1970):%d/%m/%Y %H:%M:%S} UTC"


def _require_whole(last: TraceSeal | None, heads: dict[int, Head]) -> None:
    reached = last.number if last else 0
    lost = min((number for number in heads if number > reached), default=None)
    if lost is not None:
        head = heads[lost]
        raise ChainBroken(
            f"la fin a été retirée : sceau {lost} et suivants, à partir de la trace {head.first_id}"
        )


def _require_known_to_register(reached: int, patience_seconds: float) -> None:
    """Every seal has its line. Those that were made while we read come a moment after their seal."""
    deadline = time.monotonic() + patience_seconds
    while missing := _missing_from_register(reached):
        are_the_last = 1 < missing[0] == reached + 1 - len(missing)
        is_early = are_the_last and time.monotonic() < deadline
        _require(is_early, f"le registre des têtes ne connaît pas le sceau {missing[0]}")
        time.sleep(0.1)


def _missing_from_register(reached: int) -> list[int]:
    known = _heads()
    return [number for number in range(1, reached + 1) if number not in known]


def _require_ours(row: TraceRow) -> None:
    _require(is_authentic(row), f"la trace {row.id} n’a pas été écrite par le portail, ou a été modifiée")


def _require_no_copy(since: datetime, until: datetime | None = None) -> None:
    copy = first_copy(since, until)
    _require(copy is None, f"la trace {copy} est la copie d’une autre")


def _require(condition: bool, finding: str) -> None:
    if not condition:
        raise ChainBroken(finding)

"""Sealing traces in batches, beside the exchange: no lock that a call would wait for."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from agora_sync.evidence.chain import GENESIS, SealContent, signed
from agora_sync.evidence.heads import Head, append_heads, last_head_number
from agora_sync.evidence.rows import SealedEntry, TraceRow, is_authentic, unpacked
from agora_sync.models import ServiceStop, TraceSeal
from agora_sync.selectors.evidence import BEGINNING, first_copy, instant, microseconds, trace_rows

ROWS_PER_SEAL = 2_000
# A trace is never older than the start of its transaction, which the server tells other sessions a moment later.
MARGIN = timedelta(seconds=2)
_SEALING_LOCK = 7_301
_HORIZON = """
SELECT clock_timestamp(), least(clock_timestamp() - make_interval(secs => %s), (
  SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()))
"""


def register_of_heads() -> Path:
    return Path(settings.MEDIA_ROOT) / "trace-heads.jsonl"


def seal_traces(*, margin: timedelta = MARGIN, rows_per_seal: int = ROWS_PER_SEAL) -> int:
    """Seal what no transaction under way can still add to, and return how many traces that was.

    Safe to run twice, at once and to be killed: a seal is one row, and the register catches up at the next run.
    """
    until, total = _now_and_horizon(margin)[1], 0
    while sealed := _seal_one_batch(until, rows_per_seal):
        total += sealed
        _bring_register_up_to_date()
    # What a process that was killed left behind.
    _bring_register_up_to_date()
    return total


def seal_everything_written(*, within_seconds: int = 60) -> int:
    """Seal all that was written before the call, waiting for transactions under way.

    Raises TimeoutError when one of them outlasts `within_seconds`.
    """
    asked_at, horizon = _now_and_horizon(MARGIN)
    deadline, total = time.monotonic() + within_seconds, seal_traces()
    while horizon < asked_at:
        if time.monotonic() > deadline:
            raise TimeoutError(f"a transaction began before {asked_at} and is not over")
        time.sleep(0.2)
        horizon = _now_and_horizon(MARGIN)[1]
    return total + seal_traces()


def stop_for_broken_chain(finding: str) -> None:
    """Close the service until somebody lifts the stop. The same finding, once lifted, does not close it again."""
    reason = f"Chaîne des traces : {finding}"[:300]
    if not ServiceStop.objects.filter(reason=reason).exists():
        ServiceStop.objects.create(reason=reason)


def _now_and_horizon(margin: timedelta) -> tuple[datetime, datetime]:
    """Now, and the instant before which every trace that will ever be written is already there to be read."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON, [margin.total_seconds()])
        now, horizon = cursor.fetchone()
    return now, horizon


def _seal_one_batch(until: datetime, rows_per_seal: int) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALING_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = TraceSeal.objects.defer("entries").order_by("number").last()
        since = last.to_at if last else BEGINNING
        rows = _batch(since, until, rows_per_seal)
        if rows:
            _add_seal(last, since, _end_of(rows), rows)
    _stop_if_forged(rows, since)
    return len(rows)


def _stop_if_forged(rows: list[TraceRow], since: datetime) -> None:
    """What is sealed stays sealed, forged or not: the seal says since when it has been there."""
    forged = next((row.id for row in rows if not is_authentic(row)), None)
    if forged is None and rows:
        forged = first_copy(since, _end_of(rows))
    if forged is not None:
        stop_for_broken_chain(f"la trace {forged} n’a pas été écrite par le portail")


def _batch(since: datetime, until: datetime, size: int) -> list[TraceRow]:
    """About `size` rows, never cut between two of the same instant."""
    rows = list(trace_rows(since, until, limit=size + 1))
    if len(rows) <= size:
        return rows
    cut = rows[-1].at_microseconds
    whole = [row for row in rows if row.at_microseconds < cut]
    return whole or list(trace_rows(since, instant(cut + 1)))


def _end_of(rows: list[TraceRow]) -> datetime:
    return instant(rows[-1].at_microseconds + 1)


def _add_seal(last: TraceSeal | None, since: datetime, until: datetime, rows: list[TraceRow]) -> None:
    content = SealContent(
        number=last.number + 1 if last else 1,
        from_microseconds=microseconds(since),
        to_microseconds=microseconds(until),
        entries=b"".join(SealedEntry.of(row).packed() for row in rows),
        previous_digest=last.digest if last else GENESIS,
    )
    digest = content.digest()
    key_id, signature = signed(digest)
    TraceSeal.objects.create(
        number=content.number,
        from_at=since,
        to_at=until,
        rows=len(rows),
        entries=content.entries,
        previous_digest=content.previous_digest,
        digest=digest,
        key_id=key_id,
        signature=signature,
    )


def _bring_register_up_to_date() -> None:
    register = register_of_heads()
    missing = TraceSeal.objects.filter(number__gt=last_head_number(register)).order_by("number")
    while heads := [_head(seal) for seal in islice(missing, 200)]:
        append_heads(register, heads)
        missing = missing.filter(number__gt=heads[-1].number)


def _head(seal: TraceSeal) -> Head:
    entries = unpacked(bytes(seal.entries))
    return Head(
        number=seal.number,
        digest=seal.digest,
        key_id=seal.key_id,
        signature=seal.signature,
        rows=seal.rows,
        first_id=entries[0].id,
        last_id=entries[-1].id,
        sealed_at=microseconds(seal.at),
    )

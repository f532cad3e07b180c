"""Months of traces whose time is over, removed by the owner of the database; the proof of the others holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.db import connection
from django.utils import timezone

from agora_sync.evidence.removals import RemovedMonth
from agora_sync.models import TraceRemoval
from agora_sync.selectors.retention import MonthStanding, months_of_traces, standing_of_month
from agora_sync.services.seal_verification import verify_traces


class MonthKept(Exception):
    """The month may not go. The text says why."""


def standings(today: date) -> Iterator[MonthStanding]:
    """Every month of the past that has a partition, the oldest first."""
    for month in months_of_traces():
        if month < today.replace(day=1):
            yield standing_of_month(month, today)


def remove_month(*, month: date, today: date, check: Callable[[], object] = verify_traces) -> TraceRemoval:
    """Sign that the month goes, then detach and drop its partition. As the owner, outside a transaction.

    `check` reads the whole chain: a month is never removed from a chain that does not hold. Killed in between, it is
    taken up again where it stopped. Raises MonthKept, ChainBroken, and the DatabaseError of a role that may not.
    """
    removal = TraceRemoval.objects.filter(month=month).first()
    if removal is None:
        standing = standing_of_month(month, today)
        if standing.held_by:
            raise MonthKept(standing.held_by)
        check()
        removal = _signed(standing)
    _drop_partition(month)
    return removal


def _signed(standing: MonthStanding) -> TraceRemoval:
    said = RemovedMonth(standing.month, standing.rows, standing.ground, timezone.now())
    key_id, signature = said.signed()
    return TraceRemoval.objects.create(
        month=said.month,
        rows=said.rows,
        ground=said.ground,
        removed_at=said.removed_at,
        key_id=key_id,
        signature=signature,
    )


def _drop_partition(month: date) -> None:
    """Detached first, without a lock that a call would wait for."""
    name = f"partitions.{connection.ops.quote_name(f'agora_sync_trace_{month:%Y_%m}')}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass(%s)", [name])
        attached = cursor.fetchone()
        if attached is not None:
            # Pending: a removal that was killed while it waited for calls under way.
            how = "FINALIZE" if attached[0] else "CONCURRENTLY"
            cursor.execute(f"ALTER TABLE agora_sync_trace DETACH PARTITION {name} {how}")
        cursor.execute(f"DROP TABLE IF EXISTS {name}")

"""Deadlines: what nobody answered in time is closed by the beat, which may run twice or be killed at any time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from rights.exceptions import RightsRefusal
from rights.models import TrainingFile
from rights.rules.training_file_states import EXPIRING
from rights.services.training_files.steps import expire

BATCH = 500


def expire_overdue(*, today: date) -> int:
    """Close the files whose time is over, each in its own transaction; the number that were.

    Two runs at once do no harm: the second reads the state under lock and finds nothing to do.
    """
    return sum(_expired(pk, today) for pk in _overdue(today))


def _overdue(today: date) -> Iterator[UUID]:
    while True:
        found = TrainingFile.objects.filter(state__in=EXPIRING, due_on__lt=today).order_by("due_on", "pk")
        batch = list(found.values_list("pk", flat=True)[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return


def _expired(training_file_id: UUID, today: date) -> bool:
    try:
        expire(training_file_id=training_file_id, today=today)
    except RightsRefusal:
        # Answered between the reading and the lock.
        return False
    return True

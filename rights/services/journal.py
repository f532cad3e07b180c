"""The journal of what happened to training files, which other rooms read to act."""

from typing import Any

from cpa_portal.kernel.tasks import wake_after_commit
from rights.enums import EventOrigin, JournalEventKind
from rights.models import JournalEvent, TrainingFile

# The room that relays is above this one: woken by name. If the broker is down, the beat sweeps the same rows.
RELAY_TASK = "agora_sync.tasks.relay_journal"
# By then the sweep came by and saw the same event: workers that are behind are not asked to look once for each.
RELAY_EXPIRES_SECONDS = 5


def append_event(
    *,
    kind: JournalEventKind,
    training_file: TrainingFile,
    origin: EventOrigin,
    payload: dict[str, Any] | None = None,
) -> JournalEvent:
    """Write the event in the caller's transaction; the relay is woken once it commits.

    What came from AGORA (`origin`) is kept for the record and never relayed back.
    """
    event = JournalEvent.objects.create(
        kind=kind, training_file=training_file, origin=origin, payload=payload or {}
    )
    if origin == EventOrigin.PORTAL:
        wake_after_commit(RELAY_TASK, expires_seconds=RELAY_EXPIRES_SECONDS)
    return event

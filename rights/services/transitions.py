"""The only change of a file's state: the table decides, the history keeps it."""

from __future__ import annotations

from uuid import UUID

from rights.enums import EventOrigin, TrainingFileAction, TrainingFileState
from rights.exceptions import ActionNotAllowed
from rights.models import TrainingFile, TrainingFileTransition
from rights.rules.training_file_states import state_after


def lock_file(training_file_id: UUID) -> TrainingFile:
    """The file, locked until the transaction ends. Locks are taken file first, counters after."""
    return TrainingFile.objects.select_for_update().get(pk=training_file_id)


def record_creation(*, training_file: TrainingFile, origin: EventOrigin) -> None:
    """The first row of a file's history."""
    TrainingFileTransition.objects.create(
        training_file=training_file, to_state=training_file.state, origin=origin
    )


def advance(
    *, training_file: TrainingFile, action: TrainingFileAction, origin: EventOrigin, reason: str = ""
) -> None:
    """Apply the action to a locked file, with its row of history; the caller saves the file's other fields.

    Raises ActionNotAllowed when the table does not have it.
    """
    before = TrainingFileState(training_file.state)
    after = state_after(before, action)
    if after is None:
        raise ActionNotAllowed(state=before, action=action)
    training_file.state = after
    training_file.save()
    TrainingFileTransition.objects.create(
        training_file=training_file,
        action=action,
        from_state=before,
        to_state=after,
        origin=origin,
        reason=reason,
    )

"""The only change of a file's state: the table decides, the history keeps it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from cpa_portal.kernel.database.rows import insert_rows
from cpa_portal.kernel.working_days import Zone
from rights.enums import EventOrigin, FileOrigin, FileRole, TrainingFileAction, TrainingFileState
from rights.models import TrainingFile, TrainingFileTransition
from rights.parameters import legal_values
from rights.rules.file_delays import FileDates, due_date

if TYPE_CHECKING:
    from accounts.models import User


def lock_file(training_file_id: UUID) -> TrainingFile:
    """The file, locked until the transaction ends. Locks are taken file first, counters after."""
    return TrainingFile.objects.select_for_update().get(pk=training_file_id)


def record_creation(*, training_file: TrainingFile, origin: EventOrigin) -> None:
    """Write the first row of a file's history."""
    insert_rows(creation_row(training_file=training_file, origin=origin))


def creation_row(*, training_file: TrainingFile, origin: EventOrigin) -> TrainingFileTransition:
    """The first row of a file's history, to be inserted."""
    return TrainingFileTransition(training_file=training_file, to_state=training_file.state, origin=origin)


def advance(
    *,
    training_file: TrainingFile,
    action: TrainingFileAction,
    role: FileRole,
    after: TrainingFileState,
    today: date,
    origin: EventOrigin,
    reason: str = "",
    actor: User | None = None,
) -> TrainingFileTransition:
    """Move a locked file to `after`, with its row of history and its next due date; saves its other fields too.

    The caller has found the row of the table that allows it; the database refuses a step that the table lacks.
    """
    before = TrainingFileState(training_file.state)
    training_file.state = after
    enter_state(training_file, today)
    training_file.save()
    return TrainingFileTransition.objects.create(
        training_file=training_file,
        action=action,
        from_state=before,
        to_state=after,
        origin=origin,
        reason=reason,
        role=role,
        actor=actor,
    )


def enter_state(training_file: TrainingFile, today: date) -> None:
    """Write the day of the state and by when somebody must act; a file that others follow has no delay here."""
    training_file.state_since = today
    is_followed_here = training_file.origin == FileOrigin.PORTAL
    training_file.due_on = due_date(dates_of(training_file), legal_values()) if is_followed_here else None


def dates_of(training_file: TrainingFile) -> FileDates:
    """The dates of a file, as the rules of its delays read them."""
    return FileDates(
        state=TrainingFileState(training_file.state),
        since=training_file.state_since or training_file.requested_on,
        starts_on=training_file.session_starts_on,
        ends_on=training_file.session_ends_on,
        zone=Zone(training_file.zone),
        committed_on=training_file.committed_on,
        left_on=training_file.left_on,
        has_prerequisites=training_file.has_prerequisites,
    )

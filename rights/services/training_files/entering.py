from __future__ import annotations

from datetime import date

from django.db import transaction

from rights.enums import EventOrigin, JournalEventKind, TrainingFileAction, TrainingFileState
from rights.exceptions import EntryDateConflict, EntryDateOutsideSession
from rights.models import TrainingFile
from rights.services.journal import append_event
from rights.services.transitions import advance, lock_file


def declare_entry(*, training_file: TrainingFile, entered_on: date, origin: EventOrigin) -> TrainingFile:
    """The person really began that day. The same declaration again changes nothing.

    Raises EntryDateOutsideSession, EntryDateConflict (another day is already declared), ActionNotAllowed by state.
    """
    with transaction.atomic():
        training_file = lock_file(training_file.pk)
        if training_file.state == TrainingFileState.IN_TRAINING:
            return _same_entry(training_file, entered_on)
        if not training_file.session_starts_on <= entered_on <= training_file.session_ends_on:
            raise EntryDateOutsideSession(
                starts_on=training_file.session_starts_on, ends_on=training_file.session_ends_on
            )
        training_file.entered_on = entered_on
        advance(training_file=training_file, action=TrainingFileAction.DECLARE_ENTRY, origin=origin)
        append_event(
            kind=JournalEventKind.ENTRY_DECLARED,
            training_file=training_file,
            origin=origin,
            payload={"entered_on": entered_on.isoformat()},
        )
    return training_file


def _same_entry(training_file: TrainingFile, entered_on: date) -> TrainingFile:
    assert training_file.entered_on is not None
    if training_file.entered_on != entered_on:
        raise EntryDateConflict(training_file.entered_on)
    return training_file

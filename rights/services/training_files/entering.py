from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from rights.enums import EventOrigin, FileRole, TrainingFileAction, TrainingFileState
from rights.exceptions import EntryDateConflict, EntryDateOutsideSession
from rights.models import TrainingFile
from rights.rules.training_file_states import Rule
from rights.services.training_files.acting import AGORA, Party, take_step
from rights.services.transitions import lock_file


def declare_entry(
    *,
    training_file: TrainingFile,
    entered_on: date,
    origin: EventOrigin,
    today: date | None = None,
    party: Party | None = None,
) -> TrainingFile:
    """The person really began that day. The same declaration again changes nothing.

    Raises EntryDateOutsideSession, EntryDateConflict (another day is already declared), ActionNotAllowed by state,
    GuardRefused before the first day.
    """
    if party is None:
        party = AGORA if origin == EventOrigin.AGORA else Party(FileRole.ORGANISATION)

    def fill(locked: TrainingFile, rule: Rule) -> None:
        if not locked.session_starts_on <= entered_on <= locked.session_ends_on:
            raise EntryDateOutsideSession(starts_on=locked.session_starts_on, ends_on=locked.session_ends_on)
        locked.entered_on = entered_on

    with transaction.atomic():
        locked = lock_file(training_file.pk)
        if locked.state == TrainingFileState.IN_TRAINING:
            return _same_entry(locked, entered_on)
        return take_step(
            training_file_id=locked.pk,
            action=TrainingFileAction.DECLARE_ENTRY,
            party=party,
            today=today or timezone.localdate(),
            prepare=fill,
        )


def _same_entry(training_file: TrainingFile, entered_on: date) -> TrainingFile:
    assert training_file.entered_on is not None
    if training_file.entered_on != entered_on:
        raise EntryDateConflict(training_file.entered_on)
    return training_file

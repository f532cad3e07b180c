"""What identifies the training of a file, corrected by staff after AGORA refused it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from rights.enums import EventOrigin, JournalEventKind, TrainingFileAction, TrainingFileState, Transmission
from rights.exceptions import FileAlreadyOpen
from rights.facts import CORRECTABLE, IDENTIFYING
from rights.models import TrainingFile
from rights.parties import Party
from rights.rules.training_file_states import Rule
from rights.services.journal import append_event
from rights.services.training_files.acting import take_step
from rights.services.training_files.steps import wait_again
from rights.services.transitions import lock_file


def correct_identification(
    *, training_file_id: UUID, changes: Mapping[str, str | int], party: Party, today: date, reason: str
) -> TrainingFile:
    """Write the corrected values, in their one writing; a file that AGORA refused is asked for again.

    `changes` names fields of CORRECTABLE, `reason` says what was corrected, for the history and the person. Raises
    ValueError for another field, FileAlreadyOpen when the person asked for the same training again meanwhile, and
    what the table refuses.
    """
    if not set(changes) <= set(CORRECTABLE):
        raise ValueError(f"not to be corrected here: {sorted(set(changes) - set(CORRECTABLE))}")

    with transaction.atomic():
        training_file = lock_file(training_file_id)
        try:
            with transaction.atomic():
                return _corrected(training_file, changes, party, today, reason)
        except IntegrityError:
            # One live file for the same training: the other one was asked for after the refusal.
            raise _already_open(training_file, changes) from None


def take_identification(*, training_file_id: UUID, values: Mapping[str, str | int]) -> TrainingFile:
    """Write what an agent took from AGORA, as it is there. `values` names fields of IDENTIFYING.

    Raises ValueError for another field, FileAlreadyOpen when the person has another live file for what it becomes.
    """
    if not set(values) <= set(IDENTIFYING):
        raise ValueError(f"not to be taken: {sorted(set(values) - set(IDENTIFYING))}")
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        _write(training_file, values)
        try:
            with transaction.atomic():
                training_file.save()
        except IntegrityError:
            raise _already_open(training_file, values) from None
    return training_file


def confirm_items(*, training_file_id: UUID, user: User) -> TrainingFile:
    """Staff confirm what the file says: AGORA, which says otherwise, is told it again."""
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        append_event(
            kind=JournalEventKind.ITEMS_CONFIRMED,
            training_file=training_file,
            origin=EventOrigin.PORTAL,
            payload={"by": user.pk},
        )
    return training_file


def _corrected(
    training_file: TrainingFile, changes: Mapping[str, str | int], party: Party, today: date, reason: str
) -> TrainingFile:
    if not is_refused_by_agora(training_file):
        _write(training_file, changes)
        training_file.save()
        return training_file

    def fill(locked: TrainingFile, rule: Rule) -> None:
        _write(locked, changes)
        wait_again(locked, rule)

    return take_step(
        training_file_id=training_file.pk,
        action=TrainingFileAction.REOPEN,
        party=party,
        today=today,
        reason=reason,
        prepare=fill,
    )


def _already_open(training_file: TrainingFile, changes: Mapping[str, str | int]) -> Exception:
    """What the file met when it became the training of another; a broken promise of ours when there is none."""
    _write(training_file, changes)
    same = TrainingFile.objects.active().same_training_as(training_file).exclude(pk=training_file.pk)
    other = same.first()
    return FileAlreadyOpen(other) if other else IntegrityError("no file in the way")


def is_refused_by_agora(training_file: TrainingFile) -> bool:
    return (training_file.state, training_file.transmission) == (
        TrainingFileState.REFUSED,
        Transmission.REFUSED,
    )


def _write(training_file: TrainingFile, changes: Mapping[str, str | int]) -> None:
    for name, value in changes.items():
        setattr(training_file, name, value)

"""What AGORA answered to a file that we sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from rights.enums import (
    EventOrigin,
    FileRole,
    JournalEventKind,
    TrainingFileAction,
    TrainingFileState,
    Transmission,
)
from rights.exceptions import AlreadyTransmitted, NumberAlreadyGiven
from rights.models import TrainingFile
from rights.rules.training_file_states import Rule, actions_of
from rights.services.journal import append_event
from rights.services.training_files.acting import AGORA, take_step
from rights.services.transitions import lock_file


def record_transmission(
    *, training_file_id: UUID, agora_number: str, at: datetime, is_reopened: bool = False
) -> TrainingFile:
    """AGORA has the file and gave it this number. The same answer again changes nothing.

    A file that its holder cancelled while it travelled keeps its state: the number says that AGORA has it. One that
    was reopened after its closing there takes its new number.
    Raises NumberAlreadyGiven when the file has another number or the number another file.
    """
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        if training_file.agora_number == agora_number:
            return training_file
        if training_file.agora_number is not None and not is_reopened:
            raise NumberAlreadyGiven
        mark_transmitted(training_file, agora_number=agora_number, at=at)
    return training_file


def mark_transmitted(training_file: TrainingFile, *, agora_number: str, at: datetime) -> None:
    """Write the transmission on a locked file, with its event. Raises NumberAlreadyGiven."""
    training_file.transmission = Transmission.TRANSMITTED
    training_file.transmitted_at = at
    training_file.agora_number = agora_number
    try:
        with transaction.atomic():
            training_file.save()
    except IntegrityError as error:
        raise NumberAlreadyGiven from error
    append_event(
        kind=JournalEventKind.FILE_TRANSMITTED,
        training_file=training_file,
        origin=EventOrigin.AGORA,
        payload={"agora_number": agora_number},
    )


def record_agora_refusal(*, training_file_id: UUID, code: str, label: str) -> TrainingFile:
    """AGORA refused the file: it closes and what was reserved comes back. The same refusal again changes nothing.

    A file that its holder cancelled meanwhile stays cancelled. Raises AlreadyTransmitted when AGORA had taken it.
    """
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        if training_file.transmission == Transmission.TRANSMITTED:
            raise AlreadyTransmitted
        if TrainingFileAction.REFUSE not in actions_of(
            TrainingFileState(training_file.state), FileRole.AGORA
        ):
            return training_file

        def note(locked: TrainingFile, rule: Rule) -> None:
            locked.transmission = Transmission.REFUSED
            locked.refusal_code = code
            locked.refusal_label = label

        return take_step(
            training_file_id=training_file_id,
            action=TrainingFileAction.REFUSE,
            party=AGORA,
            today=timezone.localdate(),
            reason=label,
            prepare=note,
            payload={"code": code, "label": label},
        )

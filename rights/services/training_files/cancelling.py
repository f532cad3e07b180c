from __future__ import annotations

from datetime import date
from uuid import UUID

from rights.enums import TrainingFileAction, TrainingFileState, Transmission
from rights.models import TrainingFile
from rights.rules.training_file_states import Rule
from rights.services.training_files.acting import HOLDER, take_step


def cancel_training_file(*, training_file_id: UUID, today: date) -> TrainingFile:
    """The holder gives the training up in time: what was reserved comes back at once.

    A file that AGORA already has is told as cancelled by the journal; one that has not left stays here.
    Raises ActionNotAllowed, GuardRefused.
    """

    def stay(training_file: TrainingFile, rule: Rule) -> TrainingFileState | None:
        if training_file.transmission != Transmission.TRANSMITTED:
            training_file.transmission = Transmission.NOT_APPLICABLE
        return None

    return take_step(
        training_file_id=training_file_id,
        action=TrainingFileAction.CANCEL,
        party=HOLDER,
        today=today,
        prepare=stay,
    )

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from rights.enums import EventOrigin, JournalEventKind, TrainingFileAction, Transmission
from rights.exceptions import AlreadyTransmitted
from rights.models import TrainingFile
from rights.services.journal import append_event
from rights.services.ledger import release_holds
from rights.services.transitions import advance, lock_file


def cancel_training_file(*, training_file_id: UUID, today: date) -> TrainingFile:
    """The holder gives the request up before it left for AGORA: what was reserved comes back at once.

    Raises ActionNotAllowed by state, AlreadyTransmitted once AGORA has it (no cancellation travels to AGORA yet).
    """
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        if training_file.transmission == Transmission.TRANSMITTED and training_file.is_active:
            raise AlreadyTransmitted
        training_file.transmission = Transmission.NOT_APPLICABLE
        advance(training_file=training_file, action=TrainingFileAction.CANCEL, origin=EventOrigin.PORTAL)
        release_holds(
            training_file=training_file, value_date=today, source="Annulation de votre demande, par vous"
        )
        append_event(
            kind=JournalEventKind.FILE_CANCELLED, training_file=training_file, origin=EventOrigin.PORTAL
        )
    return training_file

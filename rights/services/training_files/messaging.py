from __future__ import annotations

from uuid import UUID

from django.db import transaction

from accounts.models import User
from rights.enums import EventOrigin, FileRole, JournalEventKind
from rights.models import TrainingFileMessage
from rights.services.journal import append_event
from rights.services.messages import announce_message
from rights.services.transitions import lock_file


def send_message(*, training_file_id: UUID, role: FileRole, author: User, body: str) -> TrainingFileMessage:
    """Write a message that all parties of the file read. Raises ValueError when it says nothing."""
    if not body.strip():
        raise ValueError("a message says something")
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        message = TrainingFileMessage.objects.create(
            training_file=training_file, role=role, author=author, body=body.strip()
        )
        # The journal tells that one was written, not what it says.
        append_event(
            kind=JournalEventKind.MESSAGE_SENT,
            training_file=training_file,
            origin=EventOrigin.PORTAL,
            payload={"role": role.value},
        )
        announce_message(message=message)
    return message

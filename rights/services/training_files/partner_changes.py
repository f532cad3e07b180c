"""What partners change of a file in AGORA's own system (role provider): its closing, its content."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from rights.enums import EventOrigin, JournalEventKind, TrainingFileAction
from rights.exceptions import FileAlreadyOpen, FundingMismatch
from rights.facts import TrainingFileFacts
from rights.models import TrainingFile
from rights.services.journal import append_event
from rights.services.training_files.guards import check_fundings
from rights.services.training_files.receiving import refresh_facts
from rights.services.transitions import advance, lock_file

_EVENT_OF_CLOSING = {
    TrainingFileAction.CANCEL: JournalEventKind.FILE_CANCELLED,
    TrainingFileAction.REFUSE: JournalEventKind.FILE_REFUSED,
}


def close_partner_file(*, training_file_id: UUID, action: TrainingFileAction, reason: str) -> TrainingFile:
    """A partner cancelled or refused the file before the entry. Raises ActionNotAllowed by state."""
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        advance(training_file=training_file, action=action, origin=EventOrigin.AGORA, reason=reason)
        append_event(
            kind=_EVENT_OF_CLOSING[action],
            training_file=training_file,
            origin=EventOrigin.AGORA,
            payload={"reason": reason},
        )
    return training_file


def amend_partner_file(*, training_file_id: UUID, facts: TrainingFileFacts) -> TrainingFile:
    """Replace what a partner's file says of the training: content, dates, price and its parts.

    Raises FundingMismatch, FileAlreadyOpen (the person already has a live file for the training it becomes).
    """
    check_fundings(facts)
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        if training_file.fundings.filter(counter__isnull=False).exists():
            # Rights are reserved for this price: it changes with them, not behind them.
            raise FundingMismatch
        try:
            with transaction.atomic():
                refresh_facts(training_file, facts)
        except IntegrityError:
            in_the_way = (
                TrainingFile.objects.active().same_training_as(training_file).exclude(pk=training_file.pk)
            )
            found = in_the_way.first()
            if found is None:
                raise
            raise FileAlreadyOpen(found) from None
    return training_file

"""What partners change of a file in AGORA's own system (role provider): its closing, its content."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from rights.enums import TrainingFileAction
from rights.exceptions import FileAlreadyOpen, FundingMismatch
from rights.facts import TrainingFileFacts
from rights.models import TrainingFile
from rights.services.training_files.acting import AGORA, take_step
from rights.services.training_files.guards import check_fundings
from rights.services.training_files.receiving import refresh_facts
from rights.services.transitions import lock_file


def close_partner_file(*, training_file_id: UUID, action: TrainingFileAction, reason: str) -> TrainingFile:
    """A partner cancelled or refused the file before the entry. Raises ActionNotAllowed by state."""
    return take_step(
        training_file_id=training_file_id,
        action=action,
        party=AGORA,
        today=timezone.localdate(),
        reason=reason,
        payload={"reason": reason},
    )


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

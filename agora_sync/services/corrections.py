"""Refused exchanges corrected one by one or by groups: prepared, shown, given up. `correction_sending` sends them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agora_sync.exceptions import BatchIsOver, NothingToCorrect
from agora_sync.mapping.corrections import Changes
from agora_sync.models import Correction, CorrectionBatch, Exchange


def prepare_corrections(
    *,
    user: User,
    wanted: Iterable[tuple[Exchange, Changes]],
    refused_lines: Sequence[str] = (),
) -> CorrectionBatch:
    """Keep what would be corrected, to be shown. Nothing of any file changes. Raises NothingToCorrect."""
    found = [(exchange, changes) for exchange, changes in wanted if changes]
    if not found:
        raise NothingToCorrect
    with transaction.atomic():
        batch = CorrectionBatch.objects.create(made_by=user, refused_lines=list(refused_lines))
        Correction.objects.bulk_create(
            Correction(batch=batch, exchange=exchange, cause=exchange.fault_code, changes=changes)
            for exchange, changes in found
        )
    return batch


def undo_corrections(*, batch_id: UUID) -> CorrectionBatch:
    """Give up a batch before it is sent. Raises BatchIsOver."""
    with transaction.atomic():
        batch = open_batch(batch_id)
        batch.undone_at = timezone.now()
        batch.save()
    return batch


def open_batch(batch_id: UUID) -> CorrectionBatch:
    """The batch, locked, while it may still be sent or undone. Raises BatchIsOver."""
    batch = CorrectionBatch.objects.select_for_update().get(pk=batch_id)
    if not batch.is_open:
        raise BatchIsOver
    return batch

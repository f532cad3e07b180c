"""Refused exchanges corrected one by one or by groups: prepared, shown, then sent or undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import is_cdc
from agora_sync.enums import CorrectionOutcome
from agora_sync.exceptions import BatchIsOver, NothingToCorrect, NotToResend
from agora_sync.mapping.corrections import Changes, told_changes
from agora_sync.models import Correction, CorrectionBatch, Exchange
from agora_sync.selectors.rejects import rejected_exchanges
from agora_sync.services.resending import can_resend, resend_exchange
from rights.enums import FileRole
from rights.exceptions import FileAlreadyOpen, RightsRefusal
from rights.models import TrainingFile
from rights.parties import Party
from rights.services.training_files.mending import correct_identification, is_refused_by_agora
from rights.services.transitions import lock_file

STALE = "Le dossier ou son échange a changé depuis l’aperçu : rien n’a été corrigé. Préparez-le à nouveau."
OPENED_AGAIN = "La personne a demandé de nouveau cette formation depuis : c’est l’autre dossier qui compte."
_LONGEST_NOTE = 300


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
            Correction(batch=batch, exchange=exchange, changes=changes) for exchange, changes in found
        )
    return batch


def undo_corrections(*, batch_id: UUID) -> CorrectionBatch:
    """Give up a batch before it is sent. Raises BatchIsOver."""
    with transaction.atomic():
        batch = _open_batch(batch_id)
        batch.undone_at = timezone.now()
        batch.save()
    return batch


def send_corrections(*, batch_id: UUID, user: User) -> CorrectionBatch:
    """Correct each file and tell AGORA again; one that cannot be says why and stops no other. Raises BatchIsOver."""
    with transaction.atomic():
        batch = _open_batch(batch_id)
        reachable = set(
            rejected_exchanges(user).filter(corrections__batch=batch).values_list("pk", flat=True)
        )
        for correction in batch.corrections.select_related("exchange").order_by("pk"):
            correction.outcome, correction.note = _sent(correction, user, correction.exchange_id in reachable)
            correction.save()
        batch.sent_at = timezone.now()
        batch.save()
    return batch


def _open_batch(batch_id: UUID) -> CorrectionBatch:
    batch = CorrectionBatch.objects.select_for_update().get(pk=batch_id)
    if not batch.is_open:
        raise BatchIsOver
    return batch


def _sent(correction: Correction, user: User, is_reachable: bool) -> tuple[CorrectionOutcome, str]:
    if not is_reachable:
        return CorrectionOutcome.FAILED, STALE
    try:
        with transaction.atomic():
            _correct_and_tell(correction, user)
    except FileAlreadyOpen:
        return CorrectionOutcome.FAILED, OPENED_AGAIN
    except (NotToResend, RightsRefusal) as refusal:
        return CorrectionOutcome.FAILED, refusal.message[:_LONGEST_NOTE]
    return CorrectionOutcome.SENT, ""


def _correct_and_tell(correction: Correction, user: User) -> None:
    exchange = correction.exchange
    assert exchange.training_file_id is not None
    training_file = lock_file(exchange.training_file_id)
    if not _is_as_shown(training_file, correction.changes):
        raise NotToResend(STALE)
    # A creation that was refused makes a new exchange: its file is asked for again, under another event.
    is_told_anew = is_refused_by_agora(training_file)
    if not is_told_anew and not can_resend(exchange):
        raise NotToResend
    correct_identification(
        training_file_id=training_file.pk,
        changes={name: after for name, (_, after) in correction.changes.items()},
        party=Party(FileRole.CDC if is_cdc(user) else FileRole.REGION, user=user),
        today=timezone.localdate(),
        reason=f"Corrigé : {told_changes(correction.changes)}.",
    )
    if not is_told_anew:
        resend_exchange(exchange_id=exchange.pk, user=user)


def _is_as_shown(training_file: TrainingFile, changes: Changes) -> bool:
    return all(getattr(training_file, name) == before for name, (before, _) in changes.items())

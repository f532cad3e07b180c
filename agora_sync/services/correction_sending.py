"""The sending of corrections, line by line, in a background job that may be killed anywhere and run twice.

Each line is a transaction of its own: the file corrected, its exchange on its way and the line's result are written
together or not at all. What a killed process leaves undone is taken up when its lease ends. A small batch runs in the
request that asks for it, through the same code.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.exceptions import JobLost
from accounts.models import BackgroundJob, User
from accounts.permissions import is_cdc
from accounts.services.background_jobs import begin_or_take_over, finish_job, report_progress
from agora_sync.enums import CorrectionOutcome
from agora_sync.exceptions import NotToResend
from agora_sync.mapping.corrections import Changes, told_changes
from agora_sync.models import Correction, CorrectionBatch
from agora_sync.selectors.rejects import rejected_exchanges
from agora_sync.services.corrections import open_batch
from agora_sync.services.resending import can_resend, resend_exchange
from agora_sync.services.rule_proposals import propose_rules
from agora_sync.services.sending_back import close_sending_back
from cpa_portal.kernel.tasks import wake_after_commit
from rights.enums import FileRole
from rights.exceptions import FileAlreadyOpen, RightsRefusal
from rights.models import TrainingFile
from rights.parties import Party
from rights.services.training_files.mending import correct_identification, is_refused_by_agora
from rights.services.transitions import lock_file

logger = logging.getLogger(__name__)

JOB_KIND = "agora_sync.corrections"
SEND_TASK = "agora_sync.tasks.send_corrections"
# About a quarter of a second of work: the request waits for it. Beyond, a worker does it.
AT_ONCE = 8
STALE = "Le dossier ou son échange a changé depuis l’aperçu : rien n’a été corrigé. Préparez-le à nouveau."
OPENED_AGAIN = "La personne a demandé de nouveau cette formation depuis : c’est l’autre dossier qui compte."
UNEXPECTED = "Un problème inattendu a empêché cette correction. L’exploitant du portail en est prévenu."
_LONGEST_NOTE = 300


def send_corrections(*, batch_id: UUID, user: User) -> CorrectionBatch:
    """Have each file corrected and AGORA told again; a line that cannot be says why and stops no other.

    Done when it returns for a small batch, handed to a worker otherwise. Raises BatchIsOver.
    """
    with transaction.atomic():
        batch = open_batch(batch_id)
        begin_sending(batch, user)
        is_small = batch.corrections.count() <= AT_ONCE
        if not is_small:
            wake_after_commit(SEND_TASK)
    if is_small:
        work_on_batch(batch.pk)
        batch.refresh_from_db()
    return batch


def begin_sending(batch: CorrectionBatch, user: User) -> None:
    """Have the batch sent, in the name of the user, by whichever worker comes first."""
    batch.sending_at, batch.sent_by = timezone.now(), user
    batch.save(update_fields=["sending_at", "sent_by"])


def work_on_batches() -> int:
    """Send, one after the other, the batches that wait and that no other worker holds. Returns how many."""
    waiting = CorrectionBatch.objects.filter(sending_at__isnull=False, sent_at__isnull=True)
    return sum(work_on_batch(pk) for pk in list(waiting.order_by("sending_at").values_list("pk", flat=True)))


def work_on_batch(batch_id: UUID) -> bool:
    """Send what is left of a batch. False when somebody else does, or nothing is left to do."""
    batch = _taken(batch_id)
    if batch is None or batch.job is None:
        return False
    left = batch.corrections.filter(outcome=CorrectionOutcome.PREPARED).order_by("pk")
    for correction_id in list(left.values_list("pk", flat=True)):
        try:
            _send_line(batch, batch.job, correction_id)
        except (OperationalError, JobLost):
            raise
        except Exception:
            # A line that breaks us would break every worker that takes the batch over.
            logger.exception("correction_failed", extra={"correction": correction_id})
            _give_up_line(batch.job, correction_id)
    _end(batch, batch.job)
    return True


@transaction.atomic
def _taken(batch_id: UUID) -> CorrectionBatch | None:
    """Hold the batch through its job. None when another worker holds it, or it is over."""
    waiting = CorrectionBatch.objects.filter(pk=batch_id, sending_at__isnull=False, sent_at__isnull=True)
    held = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("job", "sent_by")
    batch = held.first()
    if batch is None:
        return None
    batch.job = begin_or_take_over(
        job=batch.job, kind=JOB_KIND, total=batch.corrections.count(), requested_by=batch.sent_by
    )
    if batch.job is not None:
        batch.save(update_fields=["job"])
    return batch


@transaction.atomic
def _send_line(batch: CorrectionBatch, job: BackgroundJob, correction_id: int) -> None:
    """One line with its result and the progress. Raises JobLost when another worker took the batch over."""
    report_progress(job=job, done=job.done + 1)
    correction = batch.corrections.select_related("exchange").get(pk=correction_id)
    assert batch.sent_by is not None
    correction.outcome, correction.note = _sent(correction, batch.sent_by)
    correction.save()


@transaction.atomic
def _give_up_line(job: BackgroundJob, correction_id: int) -> None:
    # What the line's transaction undid of the job is undone in the database alone.
    job.refresh_from_db()
    report_progress(job=job, done=job.done + 1)
    Correction.objects.filter(pk=correction_id).update(outcome=CorrectionOutcome.FAILED, note=UNEXPECTED)


@transaction.atomic
def _end(batch: CorrectionBatch, job: BackgroundJob) -> None:
    finish_job(job=job)
    batch.sent_at = timezone.now()
    batch.save(update_fields=["sent_at"])
    propose_rules(batch=batch)


def _sent(correction: Correction, user: User) -> tuple[CorrectionOutcome, str]:
    if not rejected_exchanges(user).filter(pk=correction.exchange_id).exists():
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
    close_sending_back(exchange_id=exchange.pk, user=user)
    if not is_told_anew:
        resend_exchange(exchange_id=exchange.pk, user=user)


def _is_as_shown(training_file: TrainingFile, changes: Changes) -> bool:
    return all(getattr(training_file, name) == before for name, (before, _) in changes.items())

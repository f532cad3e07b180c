"""Celery leaves: identifiers in, one service call, safe to run twice and to be killed."""

import contextlib
import logging
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import Holder
from agora_sync.services import (
    certificate_warnings,
    correction_rules,
    correction_sending,
    correspondences,
    deliveries,
    delivery_work,
    inbox,
    outbox,
    reconciliation,
    seal_verification,
    sealing,
    upkeep,
)

logger = logging.getLogger(__name__)

# A thousand lines take half a minute; killed at the limit, a batch goes on from there at the next sweep.
CORRECTION_SECONDS = 600


@shared_task
def relay_journal() -> None:
    if settings.AGORA_ROLE == "portal":
        outbox.relay_journal()


@shared_task
def send_exchange(exchange_id: str) -> None:
    outbox.send_exchange(exchange_id=UUID(exchange_id))


@shared_task
def pull_recent_holders() -> None:
    if settings.AGORA_ROLE == "portal":
        inbox.pull_recent_holders()


@shared_task
def pull_holder_files(holder_id: str) -> None:
    inbox.pull_holder_files(holder_id=UUID(holder_id))


@shared_task
def reconcile() -> None:
    """The next batch of today's comparison with AGORA; nothing once it is over."""
    if settings.AGORA_ROLE == "portal" and (run := reconciliation.begin_daily_reconciliation()):
        reconciliation.reconcile_batch(reconciliation_id=run.pk)


@shared_task
def reconcile_holder(holder_id: str) -> None:
    """An agent asked for one person. When AGORA is away, the night's comparison will tell."""
    with contextlib.suppress(reconciliation.Paused):
        reconciliation.reconcile_holder(holder=Holder.objects.get(pk=holder_id))


@shared_task
def remove_expired_vectors() -> None:
    upkeep.remove_expired_vectors()


@shared_task
def warn_of_ending_certificates() -> None:
    certificate_warnings.warn_of_ending_certificates(now=timezone.now())


@shared_task
def seal_traces() -> None:
    sealing.seal_traces()


@shared_task(name=deliveries.TASK)
def produce_deliveries() -> None:
    """Woken when a delivery is asked for, and swept by the beat: what a killed worker held is taken up again."""
    deliveries.forget_expired_deliveries()
    delivery_work.produce_deliveries()


@shared_task
def verify_traces() -> None:
    """Stops the service and says so in the log when something was changed."""
    try:
        seal_verification.verify_traces()
    except seal_verification.ChainBroken as fault:
        logger.critical("trace_chain_broken", extra={"finding": str(fault)})


@shared_task(time_limit=CORRECTION_SECONDS)
def send_corrections() -> None:
    """Woken when a batch is sent, and swept by the beat; workers share the batches between them."""
    if settings.AGORA_ROLE == "portal":
        correction_sending.work_on_batches()


@shared_task
def apply_correction_rules() -> None:
    if settings.AGORA_ROLE == "portal":
        correction_rules.apply_rules()


@shared_task
def note_correspondences() -> None:
    if settings.AGORA_ROLE == "portal":
        correspondences.note_correspondences()

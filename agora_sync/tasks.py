"""Celery leaves: identifiers in, one service call, safe to run twice and to be killed."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from agora_sync.services import inbox, outbox, upkeep


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
def remove_expired_vectors() -> None:
    upkeep.remove_expired_vectors()

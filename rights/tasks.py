"""Celery leaves: one service call each, safe to run twice and to be killed."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from rights.services.corrections import retain_undue_sums
from rights.services.endings import close_accounts, expire_dotations, reopen_accounts
from rights.services.points import refuse_silent_requests
from rights.services.training_files.deadlines import expire_overdue


@shared_task(name="rights.tasks.expire_overdue_files")
def expire_overdue_files() -> None:
    """Hourly: a delay ends with its last day, in the time of mainland France."""
    if settings.AGORA_ROLE == "portal":
        expire_overdue(today=timezone.localdate())


@shared_task(name="rights.tasks.settle_counters")
def settle_counters() -> None:
    """Four times a day: what time, a death, a debt or a silence changes on the counters. Each part may be run again."""
    if settings.AGORA_ROLE != "portal":
        return
    today = timezone.localdate()
    expire_dotations(today=today)
    reopen_accounts(today=today)
    close_accounts(today=today)
    retain_undue_sums(today=today)
    refuse_silent_requests(today=today)

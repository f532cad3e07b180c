"""Celery leaves: one service call each, safe to run twice and to be killed."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from rights.services.training_files.deadlines import expire_overdue


@shared_task(name="rights.tasks.expire_overdue_files")
def expire_overdue_files() -> None:
    """Hourly: a delay ends with its last day, in the time of mainland France."""
    if settings.AGORA_ROLE == "portal":
        expire_overdue(today=timezone.localdate())

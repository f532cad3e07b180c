"""Waking the workers by name, so that a room may wake one that it must not import."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def wake_after_commit(task_name: str, *args: Any, expires_seconds: float | None = None) -> None:
    """Ask for the task once the transaction holds. A broken broker loses nothing: the beat sweeps the same rows."""
    transaction.on_commit(lambda: wake(task_name, *args, expires_seconds=expires_seconds), robust=True)


def wake(task_name: str, *args: Any, expires_seconds: float | None = None) -> None:
    """Ask for the task now. A message that no worker began after so many seconds is thrown away unread."""
    try:
        current_app.send_task(task_name, args=args, retry=False, expires=expires_seconds)
    except (OperationalError, RedisError, OSError):
        logger.warning("task_not_woken", extra={"task": task_name})

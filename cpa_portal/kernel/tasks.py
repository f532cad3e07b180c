"""Waking the workers by name, so that a room may wake one that it must not import."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def wake_after_commit(task_name: str, *args: Any) -> None:
    """Ask for the task once the transaction holds. A broken broker loses nothing: the beat sweeps the same rows."""
    transaction.on_commit(lambda: wake(task_name, *args), robust=True)


def wake(task_name: str, *args: Any) -> None:
    try:
        current_app.send_task(task_name, args=args, retry=False)
    except (OperationalError, RedisError, OSError):
        logger.warning("task_not_woken", extra={"task": task_name})

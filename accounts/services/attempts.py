"""Limits on answers to the questions of the activation: who tries at random is stopped, whoever they aim at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from accounts.exceptions import TooManyAttempts
from accounts.models import ActivationAttempt
from cpa_portal.kernel.encryption import keyed_hash

if TYPE_CHECKING:
    from accounts.enums import AttemptKind
    from accounts.models import User

WINDOW = timedelta(hours=24)


def count_attempt(*, user: User, kind: AttemptKind, origin: str, number: str = "") -> None:
    """Count one answer of the user, about the number if any, from the origin (an IP address).

    Written before the answer is looked at, and alike whether the number is known or not. Raises TooManyAttempts
    beyond settings.ACTIVATION_LIMITS over 24 hours. Redis decides between answers that come together; the table
    decides when Redis has lost its memory.
    """
    marks = {
        "user": str(user.pk),
        "number": keyed_hash(number) if number else "",
        "origin": keyed_hash(origin),
    }
    _refuse_beyond_redis(marks)
    _refuse_beyond_table(marks)
    ActivationAttempt.objects.create(
        user=user, kind=kind, number_hash=marks["number"], origin_hash=marks["origin"]
    )


def _refuse_beyond_redis(marks: dict[str, str]) -> None:
    for name, limit in settings.ACTIVATION_LIMITS.items():
        if marks[name]:
            key = f"activation:{name}:{marks[name]}"
            cache.add(key, 0, timeout=int(WINDOW.total_seconds()))
            if _incremented(key) > limit:
                raise TooManyAttempts


def _incremented(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:
        # It expired between the two calls: this answer is the first of a new window.
        return 1


def _refuse_beyond_table(marks: dict[str, str]) -> None:
    limits = settings.ACTIVATION_LIMITS
    if not limits:
        return
    columns = {"user": "user_id", "number": "number_hash", "origin": "origin_hash"}
    same = {name: Q(**{columns[name]: marks[name]}) for name in limits if marks[name]}
    anything = Q(pk__in=[])
    for condition in same.values():
        anything |= condition
    counts = ActivationAttempt.objects.filter(anything, at__gt=timezone.now() - WINDOW).aggregate(
        **{name: Count("pk", filter=condition) for name, condition in same.items()}
    )
    if any(counts[name] >= limits[name] for name in same):
        raise TooManyAttempts

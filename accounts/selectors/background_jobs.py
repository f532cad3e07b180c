from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import BackgroundJob

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


def abandoned_jobs(kind: str) -> QuerySet[BackgroundJob]:
    """Jobs of that kind that no process holds any more, oldest first: `take_job` resumes one."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=timezone.now())
    return BackgroundJob.objects.filter(free, state=JobState.RUNNING, kind=kind).order_by("created_at")


def jobs_of(user: User) -> QuerySet[BackgroundJob]:
    """The works that the user asked for, newest first."""
    return BackgroundJob.objects.filter(requested_by=user).select_related("report").order_by("-created_at")

"""Long works that show where they are and go on after the death of the process that ran them.

A job is held by a lease with a time. Each report of progress extends it; when it ends without one, another
worker takes the job over at its cursor. Every write checks the lease: a process that was only slow learns
it with JobLost.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import JobState
from accounts.exceptions import JobLost
from accounts.models import BackgroundJob

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import PrivateFile, User

# Progress is reported at least every few seconds: two silent minutes mean that the process died.
LEASE_SECONDS = 120


def start_job(
    *,
    kind: str,
    total: int | None = None,
    requested_by: User | None = None,
    cursor: dict[str, Any] | None = None,
) -> BackgroundJob:
    """Write a job held by the caller. `total` in steps, None when unknown; `cursor`: where to begin, JSON."""
    return BackgroundJob.objects.create(
        kind=kind, total=total, requested_by=requested_by, cursor=cursor or {}, lease_until=_lease()
    )


@transaction.atomic
def take_job(*, job_id: UUID) -> BackgroundJob | None:
    """Hold an abandoned job, to resume it at its cursor. None when it is over or held by another process."""
    job = BackgroundJob.objects.filter(pk=job_id).select_for_update(skip_locked=True).first()
    if job is None or job.state != JobState.RUNNING:
        return None
    if job.lease_until is not None and job.lease_until > timezone.now():
        return None
    job.lease_until = _lease()
    job.save(update_fields=["lease_until"])
    return job


def begin_or_take_over(
    *, job: BackgroundJob | None, kind: str, total: int | None = None, requested_by: User | None = None
) -> BackgroundJob | None:
    """The job of a row that the caller locked: begun, or taken over when its process died. None while it is held."""
    if job is not None and job.state == JobState.RUNNING:
        return take_job(job_id=job.pk)
    return start_job(kind=kind, total=total, requested_by=requested_by)


def report_progress(
    *, job: BackgroundJob, done: int, total: int | None = None, cursor: dict[str, Any] | None = None
) -> None:
    """Say how far the job is and keep it. Written with the work itself, in one transaction, so that the
    cursor never runs ahead of what it counts. Raises JobLost.
    """
    changes: dict[str, Any] = {"done": done, "lease_until": _lease()}
    if total is not None:
        changes["total"] = total
    if cursor is not None:
        changes["cursor"] = cursor
    _write(job, changes)


def finish_job(*, job: BackgroundJob, report: PrivateFile | None = None) -> None:
    """End the job well, with its report if it has one. Raises JobLost."""
    _write(
        job, {"state": JobState.FINISHED, "ended_at": timezone.now(), "report": report, "lease_until": None}
    )


def fail_job(*, job: BackgroundJob, reason: str, report: PrivateFile | None = None) -> None:
    """End the job badly. `reason`: a French sentence for those who asked, without personal data. Raises
    JobLost.
    """
    _write(
        job,
        {
            "state": JobState.FAILED,
            "ended_at": timezone.now(),
            "error": reason[:500],
            "report": report,
            "lease_until": None,
        },
    )


def _write(job: BackgroundJob, changes: dict[str, Any]) -> None:
    held = BackgroundJob.objects.filter(pk=job.pk, state=JobState.RUNNING, lease_until=job.lease_until)
    if not held.update(**changes):
        raise JobLost(str(job.pk))
    for name, value in changes.items():
        setattr(job, name, value)


def _lease() -> Any:
    return timezone.now() + timedelta(seconds=LEASE_SECONDS)

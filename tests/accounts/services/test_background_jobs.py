from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.exceptions import JobLost
from accounts.models import BackgroundJob, JobState
from accounts.selectors.background_jobs import abandoned_jobs, jobs_of
from accounts.services.background_jobs import fail_job, finish_job, report_progress, start_job, take_job
from accounts.services.private_files import store_private_file
from tests.support.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def die(job):
    BackgroundJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_job_held_by_a_living_process_is_not_taken():
    job = start_job(kind="import")

    assert take_job(job_id=job.pk) is None
    assert not abandoned_jobs("import").exists()


def test_job_of_a_dead_process_resumes_at_its_cursor():
    job = start_job(kind="import", total=10)
    report_progress(job=job, done=4, cursor={"line": 4})
    die(job)

    (abandoned,) = abandoned_jobs("import")
    resumed = take_job(job_id=abandoned.pk)

    assert resumed is not None
    assert (resumed.done, resumed.total, resumed.cursor) == (4, 10, {"line": 4})
    assert take_job(job_id=job.pk) is None


def test_job_taken_over_refuses_the_writes_of_the_first_process():
    first = start_job(kind="import", total=10)
    die(first)
    second = take_job(job_id=first.pk)
    assert second is not None

    with pytest.raises(JobLost):
        report_progress(job=first, done=9)
    with pytest.raises(JobLost):
        finish_job(job=first)

    report_progress(job=second, done=5)
    assert BackgroundJob.objects.get().done == 5


def test_job_finished_keeps_its_report_and_ends():
    user = UserFactory()
    job = start_job(kind="import", requested_by=user)
    report = store_private_file(name="rapport.csv", content=b"a;b", owner_user=user)

    finish_job(job=job, report=report)

    (shown,) = jobs_of(user)
    assert (shown.state, shown.report) == (JobState.FINISHED, report)
    assert shown.ended_at is not None
    with pytest.raises(JobLost):
        fail_job(job=job, reason="trop tard")


def test_job_failed_says_why_and_is_not_resumed():
    job = start_job(kind="import")

    fail_job(job=job, reason="Le fichier est illisible.")

    assert BackgroundJob.objects.get().error == "Le fichier est illisible."
    assert take_job(job_id=job.pk) is None

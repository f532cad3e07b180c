"""Corrections sent by a background job: in small batches at once, killed at any line, run twice."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import BackgroundJob, User
from agora_sync.enums import CorrectionOutcome
from agora_sync.models import CorrectionBatch, Exchange
from agora_sync.services import correction_sending
from agora_sync.services.correction_sending import AT_ONCE, send_corrections, work_on_batch, work_on_batches
from agora_sync.services.corrections import prepare_corrections
from rights.models import TrainingFile, TrainingFileTransition
from tests.support.agora_rejects import RIGHT, WRONG, agent_of, refused
from tests.support.threads import results_together, wait_until_somebody_waits

pytestmark = pytest.mark.django_db


def prepared(user: User, *exchanges: Exchange) -> CorrectionBatch:
    return prepare_corrections(
        user=user, wanted=[(row, {"organisation_siret": [WRONG, RIGHT]}) for row in exchanges]
    )


def asked(batch: CorrectionBatch) -> CorrectionBatch:
    """Sending asked for, and no process begun: as a large batch is left by the request."""
    batch.sending_at, batch.sent_by = timezone.now(), batch.made_by
    batch.save()
    return batch


def outcomes(batch: CorrectionBatch) -> list[str]:
    return list(batch.corrections.order_by("pk").values_list("outcome", flat=True))


def reopenings() -> list[int]:
    """How many times each file was reopened."""
    return [
        TrainingFileTransition.objects.filter(training_file=file, action="reopen").count()
        for file in TrainingFile.objects.order_by("created_at")
    ]


def lease_ended() -> None:
    BackgroundJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_small_batch_is_sent_by_the_request_with_its_job() -> None:
    user = agent_of()

    batch = send_corrections(batch_id=prepared(user, refused(), refused()).pk, user=user)

    assert outcomes(batch) == [CorrectionOutcome.SENT] * 2
    assert batch.sent_at is not None
    assert batch.job is not None
    assert (batch.job.state, batch.job.done, batch.job.total) == (JobState.FINISHED, 2, 2)


def test_large_batch_is_left_to_a_worker_and_its_page_shows_the_progress(client: Client) -> None:
    user = agent_of()
    client.force_login(user)
    batch = prepared(user, *[refused() for _ in range(AT_ONCE + 1)])

    client.post(f"/agents/corrections/{batch.pk}/envoyer/")
    waiting = client.get(f"/agents/corrections/{batch.pk}/").content.decode()
    held = BackgroundJob.objects.create(
        kind=correction_sending.JOB_KIND, done=4, total=9, lease_until=timezone.now() + timedelta(minutes=1)
    )
    CorrectionBatch.objects.update(job=held)
    halfway = client.get(f"/agents/corrections/{batch.pk}/").content.decode()

    assert "attendent leur tour" in waiting
    assert "4 lignes sur 9" in halfway
    assert set(outcomes(batch)) == {CorrectionOutcome.PREPARED}
    lease_ended()
    BackgroundJob.objects.update(done=0)
    assert work_on_batches() == 1
    assert set(outcomes(batch)) == {CorrectionOutcome.SENT}


def test_batch_held_by_a_worker_is_left_to_it() -> None:
    user = agent_of()
    batch = asked(prepared(user, refused()))
    batch.job = BackgroundJob.objects.create(
        kind=correction_sending.JOB_KIND, total=1, lease_until=timezone.now() + timedelta(minutes=1)
    )
    batch.save()

    assert work_on_batches() == 0
    assert outcomes(batch) == [CorrectionOutcome.PREPARED]


def test_batch_run_again_once_over_does_nothing() -> None:
    user = agent_of()
    batch = asked(prepared(user, refused()))
    work_on_batch(batch.pk)

    assert work_on_batch(batch.pk) is False
    assert reopenings() == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("line", [0, 1, 2], ids=["first", "second", "last"])
def test_worker_killed_at_a_line_loses_and_repeats_nothing(line: int) -> None:
    user = agent_of()
    exchanges = [refused() for _ in range(3)]
    batch = asked(prepared(user, *exchanges))
    holds = threading.Event()

    def kill_the_worker() -> None:
        # The worker comes to wait for this file; the server then cuts its connection, in the middle of the line.
        with transaction.atomic(), connection.cursor() as cursor:
            TrainingFile.objects.select_for_update().get(pk=exchanges[line].training_file_id)
            holds.set()
            wait_until_somebody_waits()
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )

    def work() -> bool:
        holds.wait(60)
        return work_on_batch(batch.pk)

    killer, worker = results_together([kill_the_worker, work])
    left = outcomes(batch)
    lease_ended()
    work_on_batches()

    assert killer is None
    assert isinstance(worker, OperationalError)
    assert left == [CorrectionOutcome.SENT] * line + [CorrectionOutcome.PREPARED] * (3 - line)
    assert outcomes(batch) == [CorrectionOutcome.SENT] * 3
    assert reopenings() == [1, 1, 1]
    assert list(BackgroundJob.objects.values_list("state", "done")) == [(JobState.FINISHED, 3)]


def test_line_that_breaks_is_given_up_and_the_others_leave() -> None:
    user = agent_of()
    broken, good = refused(), refused()
    batch = asked(prepared(user, broken, good))
    # A value that no code writes: what reads it fails in a way that nobody foresaw.
    batch.corrections.filter(exchange=broken).update(changes={"organisation_siret": [WRONG]})

    work_on_batch(batch.pk)

    assert outcomes(batch) == [CorrectionOutcome.FAILED, CorrectionOutcome.SENT]
    assert "inattendu" in batch.corrections.get(exchange=broken).note
    assert BackgroundJob.objects.get().done == 2


@pytest.mark.parametrize(
    "fields",
    [{"sending_at": timezone.now()}, {"sent_at": timezone.now()}],
    ids=["asked by nobody", "sent and never asked"],
)
def test_batch_sent_by_nobody_is_refused_by_the_database(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionBatch.objects.create(made_by=agent_of(), **fields)


def test_batch_both_sent_and_undone_is_refused_by_the_database() -> None:
    user, now = agent_of(), timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionBatch.objects.create(made_by=user, sent_by=user, sending_at=now, undone_at=now)

"""The comparison with AGORA day after day: batches, leases, pauses, command. Nobody needs to answer."""

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from agora_sync import tasks
from agora_sync.contract import Operation
from agora_sync.enums import GapKind
from agora_sync.models import Gap, GapEvent, HolderPull, Reconciliation, ServiceStop, Trace
from agora_sync.selectors.opening import closed_until
from agora_sync.selectors.reconciliation import holders_to_reconcile
from agora_sync.services.reconciliation import (
    LEASE,
    Paused,
    begin_daily_reconciliation,
    begin_reconciliation,
    reconcile_batch,
    reconcile_holder,
)
from cpa_portal.settings.environment import MaintenanceWindow
from rights.models import TrainingFile
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> TrainingFile:
    """A file that AGORA never took, of somebody whom AGORA cannot be asked about: no NIR is known."""
    file: TrainingFile = TrainingFileFactory(holder=HolderFactory(nir=None))
    TrainingFile.objects.filter(pk=file.pk).update(created_at=timezone.now() - dt.timedelta(days=1))
    return file


def test_file_that_never_left_waits_too_long_whoever_it_is_about(waiting: TrainingFile) -> None:
    assert reconcile_holder(holder=waiting.holder) is False

    gap = Gap.objects.get()
    assert (gap.kind, gap.training_file) == (GapKind.WAITING, waiting)


def test_batches_go_on_after_the_last_person_and_end(waiting: TrainingFile) -> None:
    run = begin_reconciliation()
    assert begin_reconciliation() == run

    # No time at all: the first batch leaves before anybody is read, as one that is killed would.
    assert reconcile_batch(reconciliation_id=run.pk, seconds=-1) == 0
    assert reconcile_batch(reconciliation_id=run.pk) == 1

    run.refresh_from_db()
    assert (run.checked, run.unread, run.after) == (1, 1, waiting.holder.pk)
    assert run.finished_at is not None
    assert reconcile_batch(reconciliation_id=run.pk) == 0


def test_batch_in_other_hands_is_left_until_its_lease_ends(waiting: TrainingFile) -> None:
    run = begin_reconciliation()
    Reconciliation.objects.update(lease_until=timezone.now() + LEASE)
    assert reconcile_batch(reconciliation_id=run.pk) == 0

    Reconciliation.objects.update(lease_until=timezone.now())

    assert reconcile_batch(reconciliation_id=run.pk) == 1


def test_comparison_killed_after_a_person_goes_on_with_the_next(waiting: TrainingFile) -> None:
    other = TrainingFileFactory(holder=HolderFactory(nir=None)).holder
    first, second = sorted([waiting.holder, other], key=lambda holder: holder.pk)
    run = begin_reconciliation()
    Reconciliation.objects.update(after=first.pk, checked=1)

    assert reconcile_batch(reconciliation_id=run.pk) == 1

    run.refresh_from_db()
    assert (run.checked, run.after) == (2, second.pk)


def test_one_comparison_a_day_begun_at_night(settings: Any) -> None:
    with time_machine.travel("2026-11-23T00:30:00Z", tick=False):
        assert begin_daily_reconciliation() is None
    with time_machine.travel("2026-11-23T01:30:00Z", tick=False):
        run = begin_daily_reconciliation()
        assert run is not None
        Reconciliation.objects.update(started_at=timezone.now())
        assert begin_daily_reconciliation() == run
        Reconciliation.objects.update(finished_at=timezone.now())
        assert begin_daily_reconciliation() is None
    with time_machine.travel("2026-11-24T01:30:00Z", tick=False):
        assert begin_daily_reconciliation() not in (None, run)


def test_people_are_read_in_a_fixed_order_and_only_those_agora_shares(waiting: TrainingFile) -> None:
    stranger, read = HolderFactory(), HolderFactory()
    HolderPull.objects.create(holder=read)

    everybody = holders_to_reconcile(after=None, limit=10)

    assert [holder.pk for holder in everybody] == sorted([waiting.holder.pk, read.pk])
    assert stranger not in everybody
    assert holders_to_reconcile(after=everybody[0].pk, limit=10) == everybody[1:]


# Pauses -------------------------------------------------------------------------------------------
def test_agora_away_pauses_the_comparison_and_closes_no_gap(settings: Any, away: str) -> None:
    settings.AGORA_ENDPOINT_URL = away
    file = TrainingFileFactory(agora_number="AG1")
    gap = Gap.objects.create(
        subject=file.pk,
        kind=GapKind.UNKNOWN_THERE,
        holder=file.holder,
        training_file=file,
        agora_number="AG1",
    )
    run = begin_reconciliation()

    assert reconcile_batch(reconciliation_id=run.pk) == 0

    run.refresh_from_db()
    gap.refresh_from_db()
    assert run.paused_until is not None
    assert run.paused_until > timezone.now()
    assert run.paused_reason == "AGORA ne répond pas."
    assert (run.after, gap.closed_at) == (None, None)
    assert reconcile_batch(reconciliation_id=run.pk) == 0


WINDOW = MaintenanceWindow(weekday=6, start=dt.time(22), end=dt.time(23), source="essai")


@pytest.mark.parametrize(
    ("at", "is_paused"),
    [
        ("2026-11-22T20:58:30Z", False),
        ("2026-11-22T20:59:30Z", True),
        ("2026-11-22T21:59:59Z", True),
        ("2026-11-22T22:00:00Z", False),
    ],
    ids=["before", "within-a-minute", "inside", "after"],
)
def test_nothing_is_read_around_the_window(settings: Any, at: str, is_paused: bool) -> None:
    settings.AGORA_MAINTENANCE_WINDOWS = [WINDOW]

    closed = closed_until(dt.datetime.fromisoformat(at))

    assert (closed is not None) is is_paused
    if closed is not None:
        assert closed[0] == dt.datetime(2026, 11, 22, 22, tzinfo=dt.UTC)


def test_nothing_is_read_while_the_service_is_stopped() -> None:
    file = TrainingFileFactory(agora_number="AG1")
    stop = ServiceStop.objects.create(reason="Chaîne des traces rompue")

    with pytest.raises(Paused):
        reconcile_holder(holder=file.holder)

    assert not Trace.objects.filter(operation=Operation.LIST_FILES).exists()
    stop.lifted_at = timezone.now()
    stop.save()
    assert closed_until(timezone.now()) is None


# Command and tasks ----------------------------------------------------------------------------------
def test_command_compares_everybody_twice_and_keeps_one_gap(waiting: TrainingFile, settings: Any) -> None:
    settings.AGORA_ROLE = "portal"

    for _ in range(2):
        said = io.StringIO()
        call_command("reconcile_agora", stdout=said, stderr=io.StringIO())
        assert "1 personnes relues, 1 qu’AGORA n’a pas pu donner" in said.getvalue()
        assert "Attend depuis trop longtemps : 1" in said.getvalue()

    assert Gap.objects.count() == GapEvent.objects.count() == 1


def test_command_says_why_it_pauses(settings: Any, away: str) -> None:
    settings.AGORA_ROLE, settings.AGORA_ENDPOINT_URL = "portal", away
    TrainingFileFactory(agora_number="AG1")

    with pytest.raises(CommandError, match="en pause après 0 personnes"):
        call_command("reconcile_agora", stderr=io.StringIO())


def test_provider_compares_nothing(waiting: TrainingFile) -> None:
    tasks.reconcile()
    with pytest.raises(CommandError, match="portail"):
        call_command("reconcile_agora")

    assert not Reconciliation.objects.exists()


def test_agent_who_asks_for_one_person_gets_their_gaps_now(waiting: TrainingFile) -> None:
    tasks.reconcile_holder(str(waiting.holder.pk))

    assert Gap.objects.get().kind == GapKind.WAITING


# What the database holds ----------------------------------------------------------------------------
def refused(**fields: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Gap.objects.create(**fields)


def test_database_keeps_one_gap_of_a_kind_and_item_that_names_its_file(waiting: TrainingFile) -> None:
    given = {"subject": "x", "kind": GapKind.STATE, "holder": waiting.holder, "training_file": waiting}
    gap = Gap.objects.create(**given)

    refused(**given)
    refused(**given | {"subject": "y", "kind": "other"})
    refused(**given | {"subject": "y", "training_file": None})
    with pytest.raises(IntegrityError), transaction.atomic():
        GapEvent.objects.create(gap=gap, step="other")


def test_database_lets_one_comparison_be_under_way() -> None:
    Reconciliation.objects.create(finished_at=timezone.now())
    Reconciliation.objects.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        Reconciliation.objects.create()

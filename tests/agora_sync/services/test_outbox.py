"""The journal taken to AGORA over a real listener with a database of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.conf import settings as django_settings
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.services.holders import find_holder_by_nir
from agora_sync.contract import Operation
from agora_sync.enums import ExchangeState, TraceKind
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.models import Exchange, Trace
from agora_sync.provider.soap import fault_envelope
from agora_sync.services import outbox
from agora_sync.tasks import relay_journal, send_exchange
from rights.enums import EventOrigin, TrainingFileState, Transmission
from rights.models import JournalEvent, TrainingFile
from rights.services.training_files import cancel_training_file, declare_entry
from tests.support.agora_flows import enter, propose_and_commit, send_everything
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.agora_misanswering import Reply, misanswering
from tests.support.databases import ROOT, running_url
from tests.support.factories.agora_sync import requested_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]
PATIENCE_SECONDS = 60


def files_at_agora(agora_side: AgoraSide, training_file: TrainingFile) -> list[str | None]:
    nir = str(training_file.holder.nirs.get().nir)
    with agora_side():
        found = TrainingFile.objects.filter(holder=find_holder_by_nir(nir))
        return list(found.values_list("agora_number", flat=True))


# Taking from the journal ----------------------------------------------------------------------------
def test_new_event_gets_one_exchange_however_often_the_journal_is_swept(training_file: TrainingFile) -> None:
    for _ in range(3):
        outbox.open_new_exchanges()

    exchange = Exchange.objects.get()
    assert exchange.event == JournalEvent.objects.get(training_file=training_file)
    assert (exchange.operation, exchange.training_file) == (Operation.CREATE_FILE, training_file)


def test_sweeps_at_once_open_one_exchange_per_event(training_file: TrainingFile) -> None:
    def sweep() -> None:
        try:
            outbox.open_new_exchanges()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Exchange.objects.count() == 1


def test_event_that_commits_late_is_not_missed(training_file: TrainingFile) -> None:
    """Its number is smaller than that of an event already relayed: "after the last one seen" would lose it."""
    opened, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                requested_file()
                opened.set()
                assert may_commit.wait(PATIENCE_SECONDS)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert opened.wait(PATIENCE_SECONDS)
    requested_file()
    outbox.open_new_exchanges()
    assert Exchange.objects.count() == 2

    may_commit.set()
    thread.join()
    outbox.open_new_exchanges()

    assert Exchange.objects.count() == 3


def test_event_that_came_from_agora_is_never_sent_back(training_file: TrainingFile) -> None:
    send_everything()
    training_file.refresh_from_db()
    declare_entry(
        training_file=training_file,
        entered_on=training_file.session_starts_on,
        origin=EventOrigin.AGORA,
    )

    assert outbox.open_new_exchanges() == 0


def test_relay_hands_a_due_exchange_out_once(training_file: TrainingFile) -> None:
    assert outbox.relay_journal() == 1

    assert outbox.relay_journal() == 0


def test_message_that_waits_until_the_next_sweep_is_thrown_away(training_file: TrainingFile) -> None:
    """A backlog longer than the sweeps are apart is in the queue once, not once for each sweep."""
    published: list[dict[str, Any]] = []

    def note(headers: dict[str, Any], **sent: Any) -> None:
        published.append(headers)

    before_task_publish.connect(note)
    try:
        outbox.relay_journal()
    finally:
        before_task_publish.disconnect(note)

    (headers,) = [headers for headers in published if headers["task"] == outbox.SEND_TASK]
    again_at = Exchange.objects.get().next_attempt_at
    assert again_at is not None
    assert datetime.fromisoformat(headers["expires"]) <= again_at + timedelta(seconds=1)


def test_relay_of_the_provider_sends_nothing(training_file: TrainingFile, settings: Any) -> None:
    settings.AGORA_ROLE = "provider"

    relay_journal()

    assert not Exchange.objects.exists()


# Sending --------------------------------------------------------------------------------------------
def test_requested_file_reaches_agora_and_gets_its_number(
    training_file: TrainingFile, agora_side: AgoraSide
) -> None:
    send_everything()

    training_file.refresh_from_db()
    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.fault_label, exchange.attempts) == (ExchangeState.DONE, "", 1)
    assert training_file.transmission == Transmission.TRANSMITTED
    assert files_at_agora(agora_side, training_file) == [training_file.agora_number]


def test_task_sent_twice_sends_once(training_file: TrainingFile, agora_side: AgoraSide) -> None:
    outbox.open_new_exchanges()
    exchange = Exchange.objects.get()

    send_exchange(str(exchange.pk))
    send_exchange(str(exchange.pk))

    assert Trace.objects.filter(kind=TraceKind.REQUEST_SENT).count() == 1
    assert len(files_at_agora(agora_side, training_file)) == 1


def test_exchange_in_other_hands_is_left_alone(training_file: TrainingFile) -> None:
    outbox.open_new_exchanges()
    exchange = Exchange.objects.get()
    Exchange.objects.update(lease_until=timezone.now() + timedelta(seconds=20))

    outbox.send_exchange(exchange_id=exchange.pk)

    assert not Trace.objects.exists()


def test_file_stays_waiting_while_agora_is_away_and_leaves_under_the_same_identifier(
    training_file: TrainingFile, agora_side: AgoraSide, listener: Listener, away: str, settings: Any
) -> None:
    settings.AGORA_ENDPOINT_URL = away
    send_everything()
    training_file.refresh_from_db()
    first = Exchange.objects.get()
    assert training_file.transmission == Transmission.PENDING
    assert (first.state, first.attempts, first.lease_until) == (ExchangeState.PENDING, 1, None)

    settings.AGORA_ENDPOINT_URL = listener.url
    send_everything()

    second = Exchange.objects.get()
    assert (second.state, second.attempts) == (ExchangeState.DONE, 2)
    assert second.request_id == first.request_id
    assert len(files_at_agora(agora_side, training_file)) == 1


@pytest.mark.parametrize("attempts", [0, 1, 5, 100])
def test_next_try_is_never_more_than_half_a_minute_away(
    training_file: TrainingFile, away: str, settings: Any, attempts: int
) -> None:
    settings.AGORA_ENDPOINT_URL = away
    outbox.open_new_exchanges()
    Exchange.objects.update(attempts=attempts)

    outbox.send_exchange(exchange_id=Exchange.objects.get().pk)

    wait = Exchange.objects.get().next_attempt_at - timezone.now()  # type: ignore[operator]
    assert timedelta(0) < wait <= timedelta(seconds=30)


def test_business_refusal_closes_the_file_and_tells_why(listener: Listener) -> None:
    unknown_there = requested_file()

    send_everything()

    unknown_there.refresh_from_db()
    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.fault_code, exchange.failed_step) == (
        ExchangeState.REFUSED,
        "ag:TitulaireInconnu",
        16,
    )
    assert (unknown_there.transmission, unknown_there.state) == (
        Transmission.REFUSED,
        TrainingFileState.REFUSED,
    )
    assert unknown_there.refusal_code == "ag:TitulaireInconnu"
    assert unknown_there.refusal_label


@pytest.mark.parametrize(
    ("code", "step"), [(FaultCode.FAILED_CHECK, 8), (FaultCode.CHANNEL, 4), (FaultCode.INVALID_PAGM, 13)]
)
def test_refusal_of_our_certificate_or_profile_leaves_the_file_waiting(
    training_file: TrainingFile, pki: Path, settings: Any, code: FaultCode, step: int
) -> None:
    content = fault_envelope(SOAPRefusal(code, step), trace_id="t")
    with misanswering(pki, lambda _: Reply(content, status=500)) as address:
        settings.AGORA_ENDPOINT_URL = address
        send_everything()

    training_file.refresh_from_db()
    exchange = Exchange.objects.get()
    assert training_file.transmission == Transmission.PENDING
    assert (exchange.state, exchange.fault_code, exchange.failed_step) == (
        ExchangeState.PENDING,
        code.qualified_name,
        step,
    )


def test_unreadable_answer_asks_for_somebody_and_leaves_the_file_waiting(
    training_file: TrainingFile, pki: Path, settings: Any
) -> None:
    with misanswering(pki, lambda _: Reply(b"<html/>")) as address:
        settings.AGORA_ENDPOINT_URL = address
        send_everything()

    training_file.refresh_from_db()
    assert training_file.transmission == Transmission.PENDING
    assert Exchange.objects.get().state == ExchangeState.MALFORMED


def test_value_that_no_message_can_hold_asks_for_somebody_instead_of_being_tried_for_ever(
    training_file: TrainingFile,
) -> None:
    TrainingFile.objects.filter(pk=training_file.pk).update(title="Soudeur\x01")

    send_everything()

    exchange = Exchange.objects.get()
    assert exchange.state == ExchangeState.MALFORMED
    assert "caractère" in exchange.fault_label
    assert not Trace.objects.exists()


def test_file_cancelled_before_anything_was_opened_stays_here(training_file: TrainingFile) -> None:
    cancel_training_file(training_file_id=training_file.pk, today=timezone.localdate())

    send_everything()

    assert not Exchange.objects.exists()


def test_file_cancelled_before_it_left_is_not_sent(training_file: TrainingFile) -> None:
    outbox.open_new_exchanges()
    cancel_training_file(training_file_id=training_file.pk, today=timezone.localdate())

    send_everything()

    assert Exchange.objects.get().state == ExchangeState.ABANDONED
    assert not Trace.objects.exists()


def test_entry_declared_here_follows_its_file_in_order(
    training_file: TrainingFile, agora_side: AgoraSide
) -> None:
    propose_and_commit(training_file)
    entered_on = enter(training_file)
    outbox.open_new_exchanges()
    entry = Exchange.objects.get(operation=Operation.DECLARE_ENTRY)

    outbox.send_exchange(exchange_id=entry.pk)
    assert not Trace.objects.exists()
    send_everything()

    entry.refresh_from_db()
    assert (entry.operation, entry.state) == (Operation.DECLARE_ENTRY, ExchangeState.DONE)
    training_file.refresh_from_db()
    with agora_side():
        there = TrainingFile.objects.get(agora_number=training_file.agora_number)
        assert there.entered_on == entered_on


# Killed ---------------------------------------------------------------------------------------------
def test_process_killed_between_the_answer_and_its_writing_leaves_one_file_and_one_number(
    training_file: TrainingFile, agora_side: AgoraSide, listener: Listener, pki: Path
) -> None:
    outbox.open_new_exchanges()
    exchange = Exchange.objects.get()
    with held(training_file):
        sender = sending_process(exchange, listener, pki)
        until(lambda: Trace.objects.filter(kind=TraceKind.ANSWER_RECEIVED).exists(), sender)
        sender.send_signal(signal.SIGKILL)
        sender.wait(timeout=PATIENCE_SECONDS)
    training_file.refresh_from_db()
    assert training_file.transmission == Transmission.PENDING
    assert len(files_at_agora(agora_side, training_file)) == 1

    # The lease of the dead process ends by itself; the test does not wait for it.
    Exchange.objects.update(lease_until=timezone.now())
    outbox.send_exchange(exchange_id=exchange.pk)

    training_file.refresh_from_db()
    exchange.refresh_from_db()
    assert (exchange.state, exchange.attempts) == (ExchangeState.DONE, 2)
    assert files_at_agora(agora_side, training_file) == [training_file.agora_number]


@contextlib.contextmanager
def held(training_file: TrainingFile) -> Iterator[None]:
    """The row is locked by us: whoever wants to write the answer on it waits."""
    with transaction.atomic():
        TrainingFile.objects.select_for_update().get(pk=training_file.pk)
        yield


def sending_process(exchange: Exchange, listener: Listener, pki: Path) -> "subprocess.Popen[bytes]":
    """A real worker's work in a process of its own, with the settings of this one."""
    names = ["ENDPOINT_URL", "TRUSTED_CA", "TLS_CERTIFICATE", "TLS_KEY", "VI_CERTIFICATE", "VI_KEY"]
    names += ["ISSUER", "RECIPIENT", "AUDIENCE", "NAME_ID", "ENVIRONMENT"]
    variables = {f"AGORA_{name}": str(getattr(django_settings, f"AGORA_{name}")) for name in names}
    variables["AGORA_PAGM"] = ",".join(django_settings.AGORA_PAGM)
    variables["DATABASE_URL"] = running_url(str(connection.settings_dict["NAME"]))
    code = (
        "import django; django.setup()\n"
        "from agora_sync.tasks import send_exchange\n"
        f"send_exchange('{exchange.pk}')\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **variables}, stderr=subprocess.PIPE
    )


def until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the process did not get there"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
        if process.poll() is not None:
            assert process.stderr is not None
            raise AssertionError(process.stderr.read().decode()[-2000:])

"""Many at once: the database decides, no amount is lost and none is counted twice."""

from datetime import date
from uuid import uuid4

import pytest
from django.db.models import Sum

from rights.enums import EntryKind, Scheme
from rights.exceptions import FileAlreadyOpen, InsufficientBalance, KeyReused
from rights.file_refusals import ActionNotAllowed
from rights.models import Counter, Entry, JournalEvent, TrainingFile
from rights.services.ledger import open_counter, post_entry
from rights.services.training_files import (
    cancel_training_file,
    record_agora_refusal,
    register_partner_training_file,
    request_training_file,
)
from tests.rights.services.test_receiving import FACTS
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    ActionFactory,
    CounterFactory,
    RequestableSessionFactory,
)
from tests.support.threads import results_together

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 12
# `bin/chaos requests` sends a hundred over HTTP.
REQUESTS_AT_ONCE = 30


def assert_exact(counter):
    counter.refresh_from_db()
    entries = list(Entry.objects.filter(counter=counter).order_by("position"))
    assert counter.balance == sum(entry.amount for entry in entries)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    running = 0
    for entry in entries:
        running += entry.amount
        assert entry.balance_after == running


def test_debits_at_once_never_take_more_than_the_counter_holds():
    counter = CounterFactory(balance=500_00)

    def debit(n):
        return lambda: post_entry(
            counter=counter,
            kind=EntryKind.DEBIT,
            amount=-100_00,
            value_date=REQUEST_DAY,
            label="Essai",
            source="Essai",
            key=f"debit:{n}",
        )

    results = results_together([debit(n) for n in range(AT_ONCE)])

    refused = [result for result in results if isinstance(result, InsufficientBalance)]
    assert len(refused) == AT_ONCE - 5
    assert sum(isinstance(result, Entry) for result in results) == 5
    assert_exact(counter)
    assert counter.balance == 0


def test_one_key_at_once_posts_one_entry():
    counter = CounterFactory(balance=0)

    def credit():
        return post_entry(
            counter=counter,
            kind=EntryKind.CREDIT,
            amount=500_00,
            value_date=REQUEST_DAY,
            label="Essai",
            source="Essai",
            key="alimentation-2025",
        )

    results = results_together([credit] * AT_ONCE)

    assert len({result.pk for result in results}) == 1
    assert_exact(counter)
    assert counter.balance == 500_00


def test_one_key_at_once_on_several_counters_posts_one_entry_and_says_so_to_the_others():
    counters = [CounterFactory(balance=0) for _ in range(AT_ONCE)]

    def credit(counter):
        return lambda: post_entry(
            counter=counter,
            kind=EntryKind.CREDIT,
            amount=500_00,
            value_date=REQUEST_DAY,
            label="Essai",
            source="Essai",
            key="alimentation-2025",
        )

    results = results_together(map(credit, counters))

    assert sum(isinstance(result, Entry) for result in results) == 1
    assert sum(isinstance(result, KeyReused) for result in results) == AT_ONCE - 1
    assert Counter.objects.aggregate(total=Sum("balance"))["total"] == 500_00


def test_openings_at_once_make_one_counter():
    holder = HolderFactory()

    def opening():
        return open_counter(
            holder=holder,
            scheme=Scheme.CPF,
            amount=500_00,
            value_date=date(2026, 1, 1),
            source="Essai",
            key="ouverture",
        )

    results = results_together([opening] * AT_ONCE)

    assert {result.pk for result in results} == {Counter.objects.get().pk}
    assert_exact(Counter.objects.get())


def test_requests_at_once_on_several_sessions_share_the_balance_exactly():
    counter = CounterFactory(balance=5_000_00)
    sessions = [
        RequestableSessionFactory(action=ActionFactory(price_cents=1_103_20)) for _ in range(REQUESTS_AT_ONCE)
    ]

    def request(session):
        return lambda: request_training_file(
            key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY
        )

    results = results_together([request(session) for session in sessions])

    assert all(isinstance(result, TrainingFile) for result in results), results
    assert_exact(counter)
    assert (counter.balance, counter.reserved) == (0, 5_000_00)
    assert all(
        training_file.fundings.aggregate(sum=Sum("amount_cents"))["sum"] == 1_103_20
        for training_file in results
    )


def test_requests_at_once_with_one_key_open_one_file():
    counter = CounterFactory(balance=5_000_00)
    session = RequestableSessionFactory()
    key = uuid4()

    def request():
        return request_training_file(key=key, holder=counter.holder, session=session, today=REQUEST_DAY)

    results = results_together([request] * AT_ONCE)

    assert {getattr(result, "pk", result) for result in results} == {key}
    assert_exact(counter)
    assert counter.reserved == 1_396_80
    assert JournalEvent.objects.count() == 1


def test_requests_at_once_on_one_session_open_one_file():
    counter = CounterFactory(balance=5_000_00)
    session = RequestableSessionFactory()

    def request():
        return request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)

    results = results_together([request] * AT_ONCE)

    opened = [result for result in results if isinstance(result, TrainingFile)]
    assert len(opened) == 1
    assert all(isinstance(result, FileAlreadyOpen) for result in results if result is not opened[0]), results
    assert_exact(counter)
    assert counter.reserved == 1_396_80


def test_partners_at_once_get_the_same_file():
    holder = HolderFactory()

    def register(n):
        return lambda: register_partner_training_file(
            partner_code=f"partenaire-{n}", holder=holder, facts=FACTS
        )

    results = results_together([register(n) for n in range(AT_ONCE)])

    assert {training_file.pk for training_file, _ in results} == {TrainingFile.objects.get().pk}
    assert sum(created for _, created in results) == 1
    assert JournalEvent.objects.count() == 1


def test_cancellation_refusal_and_new_request_at_once_release_exactly_once():
    counter = CounterFactory(balance=5_000_00)
    session = RequestableSessionFactory()
    first = request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)

    results_together([
        lambda: cancel_training_file(training_file_id=first.pk, today=REQUEST_DAY),
        lambda: record_agora_refusal(training_file_id=first.pk, code="x", label="Essai"),
        lambda: request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY),
        lambda: cancel_training_file(training_file_id=first.pk, today=REQUEST_DAY),
    ])  # fmt: skip

    first.refresh_from_db()
    assert_exact(counter)
    assert first.state in ("cancelled", "refused")
    assert first.entries.filter(kind="release").count() == 1
    assert counter.reserved == 1_396_80 * TrainingFile.objects.active().count()


def test_cancellations_at_once_close_the_file_once():
    counter = CounterFactory(balance=5_000_00)
    training_file = request_training_file(
        key=uuid4(), holder=counter.holder, session=RequestableSessionFactory(), today=REQUEST_DAY
    )

    def cancel():
        return cancel_training_file(training_file_id=training_file.pk, today=REQUEST_DAY)

    results = results_together([cancel] * AT_ONCE)

    assert sum(isinstance(result, TrainingFile) for result in results) == 1
    assert sum(isinstance(result, ActionNotAllowed) for result in results) == AT_ONCE - 1
    assert training_file.transitions.filter(action="cancel").count() == 1
    assert JournalEvent.objects.filter(kind="file_cancelled").count() == 1

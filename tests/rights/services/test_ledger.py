"""Entries are posted once, in order, and never take a counter below zero."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from rights.enums import EntryKind, Scheme, Unit
from rights.exceptions import InsufficientBalance, KeyReused
from rights.models import Counter, Entry, EntryKey
from rights.services.ledger import hold, open_counter, post_entry, release_holds
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def posted(counter, kind, amount, key):
    return post_entry(
        counter=counter, kind=kind, amount=amount, value_date=DAY, label="Essai", source="Essai", key=key
    )


def sum_of_entries(counter):
    return Entry.objects.filter(counter=counter).aggregate(sum=Sum("amount"))["sum"] or 0


def test_open_counter_with_an_amount_posts_one_opening_entry():
    holder = HolderFactory()

    counter = open_counter(
        holder=holder, scheme=Scheme.CPF, amount=1_250_00, value_date=DAY, source="Reprise", key="ouverture"
    )

    entry = counter.entries.get()
    assert (counter.balance, counter.reserved, counter.last_position) == (1_250_00, 0, 1)
    assert (entry.kind, entry.amount, entry.balance_after, entry.position) == (
        "opening",
        1_250_00,
        1_250_00,
        1,
    )
    assert counter.unit == Unit.CENTS


def test_open_counter_with_nothing_opens_it_without_entry():
    counter = open_counter(
        holder=HolderFactory(), scheme=Scheme.C2P, amount=0, value_date=DAY, source="Reprise", key="ouverture"
    )

    assert (counter.balance, counter.unit) == (0, Unit.POINTS)
    assert not Entry.objects.exists()


def test_open_counter_twice_with_the_same_key_posts_once():
    holder = HolderFactory()
    facts = {
        "holder": holder,
        "scheme": Scheme.DIF,
        "amount": 1_800_00,
        "value_date": DAY,
        "source": "Reprise",
    }

    first = open_counter(**facts, key="ouverture")
    second = open_counter(**facts, key="ouverture")

    assert first == second
    assert second.balance == 1_800_00
    assert Entry.objects.count() == EntryKey.objects.count() == 1


def test_open_counter_with_a_negative_amount_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="never negative"):
        open_counter(
            holder=HolderFactory(),
            scheme=Scheme.CPF,
            amount=-1,
            value_date=DAY,
            source="Reprise",
            key="ouverture",
        )

    assert not Counter.objects.exists()


def test_post_entry_in_sequence_numbers_the_entries_and_their_balances():
    counter = CounterFactory(balance=1_000_00)

    posted(counter, EntryKind.CREDIT, 500_00, "credit")
    posted(counter, EntryKind.DEBIT, -200_00, "debit")

    counter.refresh_from_db()
    rows = list(
        Entry.objects.filter(counter=counter).order_by("position").values_list("position", "balance_after")
    )
    assert rows == [(1, 1_000_00), (2, 1_500_00), (3, 1_300_00)]
    assert counter.balance == sum_of_entries(counter) == 1_300_00


def test_post_entry_with_a_known_key_returns_the_entry_already_posted():
    counter = CounterFactory(balance=1_000_00)
    first = posted(counter, EntryKind.CREDIT, 500_00, "credit")

    again = posted(counter, EntryKind.CREDIT, 500_00, "credit")

    counter.refresh_from_db()
    assert again.pk == first.pk
    assert counter.balance == 1_500_00


@pytest.mark.parametrize(("kind", "amount"), [(EntryKind.CREDIT, 400_00), (EntryKind.CORRECTION, 500_00)])
def test_post_entry_with_a_key_that_posted_something_else_is_refused(kind, amount):
    counter = CounterFactory(balance=1_000_00)
    posted(counter, EntryKind.CREDIT, 500_00, "credit")

    with pytest.raises(KeyReused):
        posted(counter, kind, amount, "credit")

    counter.refresh_from_db()
    assert counter.balance == 1_500_00


def test_post_entry_with_the_key_of_another_counter_is_refused():
    posted(CounterFactory(balance=1_000_00), EntryKind.CREDIT, 500_00, "credit")
    counter = CounterFactory(balance=300_00)

    with pytest.raises(KeyReused):
        posted(counter, EntryKind.CREDIT, 500_00, "credit")

    counter.refresh_from_db()
    assert counter.balance == 300_00


def test_post_entry_beyond_the_balance_is_refused_and_leaves_no_trace():
    counter = CounterFactory(balance=100_00)

    with pytest.raises(InsufficientBalance):
        posted(counter, EntryKind.DEBIT, -100_01, "debit")

    counter.refresh_from_db()
    assert (counter.balance, counter.last_position) == (100_00, 1)
    assert not EntryKey.objects.filter(pk="debit").exists()


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (EntryKind.OPENING, -1),
        (EntryKind.CREDIT, -1),
        (EntryKind.RELEASE, -1),
        (EntryKind.HOLD, 1),
        (EntryKind.DEBIT, 1),
        (EntryKind.EXPIRY, 1),
        (EntryKind.CORRECTION, 0),
        ("gift", 1),
    ],
)
def test_entry_with_the_wrong_sign_or_kind_is_refused_by_the_database(kind, amount):
    counter = CounterFactory(balance=100_00)

    with pytest.raises(IntegrityError), transaction.atomic():
        posted(counter, kind, amount, "faux")

    counter.refresh_from_db()
    assert counter.balance == sum_of_entries(counter) == 100_00


@pytest.mark.parametrize("kind", [EntryKind.CONVERSION, EntryKind.CORRECTION])
def test_conversion_and_correction_go_both_ways(kind):
    counter = CounterFactory(balance=100_00)

    posted(counter, kind, 50_00, "plus")
    posted(counter, kind, -70_00, "moins")

    counter.refresh_from_db()
    assert counter.balance == 80_00


def test_hold_leaves_the_balance_and_stands_as_reserved_until_released():
    counter = CounterFactory(balance=1_000_00)
    training_file = TrainingFileFactory(holder=counter.holder)

    hold(counter=counter, amount=400_00, training_file=training_file, value_date=DAY, derivation={})
    counter.refresh_from_db()
    held = (counter.balance, counter.reserved)
    release_holds(training_file=training_file, value_date=DAY, source="Essai")
    release_holds(training_file=training_file, value_date=DAY, source="Essai")

    counter.refresh_from_db()
    assert held == (600_00, 400_00)
    assert (counter.balance, counter.reserved, counter.last_position) == (1_000_00, 0, 3)


def test_release_without_a_hold_is_refused_by_the_database():
    counter = CounterFactory(balance=1_000_00)

    with pytest.raises(IntegrityError, match="rights_counter_reserved_positive"), transaction.atomic():
        posted(counter, EntryKind.RELEASE, 1_00, "cadeau")

    counter.refresh_from_db()
    assert counter.balance == 1_000_00


def test_counter_inserted_with_a_balance_is_born_empty():
    holder = HolderFactory()

    counter = Counter.objects.create(
        holder=holder, scheme=Scheme.CPF, unit=Unit.CENTS, balance=9_999, reserved=9, last_position=4
    )

    counter.refresh_from_db()
    assert (counter.balance, counter.reserved, counter.last_position) == (0, 0, 0)


@pytest.mark.parametrize(
    "change",
    [{"balance": 1}, {"reserved": 1}, {"last_position": 7}, {"scheme": Scheme.DIF}, {"unit": Unit.POINTS}],
)
def test_counter_columns_refuse_an_update_by_the_running_role(change):
    counter = CounterFactory(balance=100_00)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Counter.objects.filter(pk=counter.pk).update(**change)

    counter.refresh_from_db()
    assert counter.balance == 100_00


def test_counter_cannot_pass_to_another_person():
    counter = CounterFactory(balance=100_00)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Counter.objects.filter(pk=counter.pk).update(holder=HolderFactory())

    assert Counter.objects.get(pk=counter.pk).holder == counter.holder


def test_counter_in_a_unit_that_is_not_its_schemes_is_refused():
    with pytest.raises(IntegrityError, match="rights_counter_unit_of_scheme"), transaction.atomic():
        Counter.objects.create(holder=HolderFactory(), scheme=Scheme.CPF, unit=Unit.MINUTES)

    assert not Counter.objects.exists()


def test_second_counter_of_a_scheme_is_refused():
    counter = CounterFactory()

    with pytest.raises(IntegrityError, match="rights_counter_one_per_scheme"), transaction.atomic():
        Counter.objects.create(holder=counter.holder, scheme=counter.scheme, unit=counter.unit)

    assert Counter.objects.count() == 1


def test_counter_with_entries_cannot_be_deleted():
    counter = CounterFactory(balance=100_00)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM rights_counter WHERE id = %s", [counter.pk]
        )

    assert Counter.objects.filter(pk=counter.pk).exists()


def test_entry_cannot_be_booked_in_the_past():
    counter = CounterFactory(balance=100_00)
    entry = Entry(
        counter=counter,
        kind=EntryKind.CREDIT,
        amount=1,
        value_date=DAY,
        label="Essai",
        source="Essai",
        key="passé",
    )
    entry.at = timezone.now() - timedelta(minutes=5)

    with pytest.raises(IntegrityError, match="clock"), transaction.atomic():
        entry.save(force_insert=True)

    counter.refresh_from_db()
    assert counter.balance == 100_00

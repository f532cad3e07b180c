"""What a person sees first, in a number of queries that history does not change."""

import pytest

from rights.enums import EntryKind, Scheme
from rights.selectors.dashboard import ENTRIES_SHOWN, FILES_SHOWN, holder_overview
from rights.services.ledger import post_entry
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import REQUEST_DAY, CounterFactory, TrainingFileFactory

pytestmark = pytest.mark.django_db


def test_overview_lists_the_counters_in_the_order_of_the_schemes():
    holder = HolderFactory()
    for scheme in (Scheme.PUBLIC_HOURS, Scheme.CEC, Scheme.CPF):
        CounterFactory(holder=holder, scheme=scheme, balance=10)
    CounterFactory(balance=99)

    overview = holder_overview(holder)

    assert [(line.counter.scheme, line.balance, line.description.slug) for line in overview.counters] == [
        ("cpf", 10, "cpf"),
        ("cec", 10, "cec"),
        ("public_hours", 10, "heures-publiques"),
    ]


def test_overview_shows_live_and_refused_files_but_no_cancelled_one():
    holder = HolderFactory()
    live = TrainingFileFactory(holder=holder)
    refused = TrainingFileFactory(holder=holder, refused=True)
    entered = TrainingFileFactory(holder=holder, in_training=True)
    TrainingFileFactory(holder=holder, cancelled=True)
    TrainingFileFactory()

    overview = holder_overview(holder)

    assert set(overview.files) == {live, refused, entered}


def test_overview_shows_no_more_files_than_a_glance_takes_in():
    holder = HolderFactory()
    for _ in range(FILES_SHOWN + 1):
        TrainingFileFactory(holder=holder)

    assert len(holder_overview(holder).files) == FILES_SHOWN


def credit(counter, key):
    return post_entry(
        counter=counter,
        kind=EntryKind.CREDIT,
        amount=1,
        value_date=REQUEST_DAY,
        label="Essai",
        source="Essai",
        key=key,
    )


def test_overview_shows_the_last_movements_of_all_counters_newest_first():
    holder = HolderFactory()
    cpf = CounterFactory(holder=holder, balance=100)
    dif = CounterFactory(holder=holder, scheme=Scheme.DIF, balance=100)
    posted = [credit(counter, f"{counter.pk}:{n}") for n in range(3) for counter in (cpf, dif)]
    credit(CounterFactory(balance=1), "autre")

    assert holder_overview(holder).entries == posted[::-1][:ENTRIES_SHOWN]


def test_overview_takes_three_queries_whatever_the_history(django_assert_num_queries):
    counter = CounterFactory(balance=100)
    TrainingFileFactory(holder=counter.holder)
    with django_assert_num_queries(3):
        holder_overview(counter.holder)
    for n in range(30):
        credit(counter, f"credit:{n}")
    TrainingFileFactory(holder=counter.holder)
    TrainingFileFactory(holder=counter.holder)

    with django_assert_num_queries(3):
        holder_overview(counter.holder)

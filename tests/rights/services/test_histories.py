"""Random histories posted by the services: what the rules promise on paper holds in the tables."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rights.enums import DeclarationKind, EntryKind, Scheme
from rights.exceptions import InsufficientBalance
from rights.models import Counter, Declaration, Entry, YearlyFeeding
from rights.parameters import value_on
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.services.feeding import feed_rights
from rights.services.ledger import ensure_counter, post_entry
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
YEARS = (2017, 2018, 2019, 2022, 2024)
FACTS = st.one_of(
    st.builds(
        lambda sector, hours: (
            DeclarationKind.ACTIVITY,
            {"sector": sector, "hours": str(hours), "reference": "1607"},
        ),
        st.sampled_from(["private", "public", "esat"]),
        st.integers(min_value=0, max_value=2_000),
    ),
    st.builds(lambda n: (DeclarationKind.SELF_EMPLOYMENT, {"share": f"{n}/12"}), st.integers(1, 12)),
    st.just((DeclarationKind.COMMITMENT, {"activity": "civic_service"})),
    st.builds(
        lambda months: (DeclarationKind.EXPOSURE, {"factors": ["nuit", "bruit"], "months": str(months)}),
        st.integers(1, 12),
    ),
    st.builds(
        lambda euros: (
            DeclarationKind.SUPPLEMENT,
            {"type": "III", "amount": str(euros), "received_on": "2025-02-03"},
        ),
        st.integers(1, 4_000),
    ),
    st.just((DeclarationKind.ACTIVITY, {"cancelled": True})),
)
DECLARED = st.tuples(st.sampled_from(YEARS), st.sampled_from("AB"), FACTS)
SPENT = st.tuples(st.sampled_from(list(Scheme)), st.integers(min_value=1, max_value=300_000))
HISTORY = st.lists(st.one_of(DECLARED, SPENT, st.sampled_from(YEARS)), max_size=12)
GENTLE = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def declare(holder, year, reference, kind, facts):
    same = {"holder": holder, "year": year, "kind": kind, "reference": reference}
    version = Declaration.objects.filter(**same).count() + 1
    Declaration.objects.create(**same, version=version, facts=facts, source="Essai")


def feed(year):
    return feed_rights(year=year, today=TODAY, write=True)


def spend(holder, scheme, amount, key):
    try:
        post_entry(
            counter=ensure_counter(holder=holder, scheme=scheme), kind=EntryKind.DEBIT, amount=-amount,
            value_date=TODAY, label="Formation", source="Essai", key=key,
        )  # fmt: skip
    except InsufficientBalance:
        return


def lived(holder, history):
    for rank, event in enumerate(history):
        if isinstance(event, int):
            feed(event)
        elif isinstance(event[0], Scheme):
            spend(holder, *event, key=f"spent:{holder.pk}:{rank}")
        else:
            year, reference, (kind, facts) = event
            declare(holder, year, reference, kind, facts)
    for year in YEARS:
        feed(year)


def state(holder):
    return {
        (row.scheme, row.balance, row.reserved)
        for row in Counter.objects.filter(holder=holder)
        if row.last_position
    }


@GENTLE
@given(history=HISTORY)
def test_any_history_leaves_a_sound_ledger_that_a_second_feeding_does_not_change(history):
    with transaction.atomic():
        holder = HolderFactory(birth_date=date(1985, 5, 4))

        lived(holder, history)
        entries = Entry.objects.count()
        again = [feed(year) for year in YEARS]

        assert list(ledger_discrepancies()) == []
        assert not Counter.objects.filter(balance__lt=0).exists()
        assert (sum(tally.credits + tally.corrections for tally in again), Entry.objects.count()) == (
            0,
            entries,
        )
        assert_no_credit_above_its_ceiling()
        transaction.set_rollback(True)


def assert_no_credit_above_its_ceiling():
    """What work brings never leads above the ceiling, whatever was spent between."""
    # The highest of each counter: nobody here is low qualified, a worker in an ESAT has the majored ceiling.
    highest = {
        Scheme.CPF: value_on("cpf_majored_ceiling_cents", TODAY).number,
        Scheme.CEC: value_on("cec_ceiling_cents", TODAY).number,
        Scheme.PUBLIC_HOURS: value_on("public_ceiling_hours", TODAY).minutes,
    }
    for scheme, ceiling in highest.items():
        for entry in Entry.objects.filter(counter__scheme=scheme, kind=EntryKind.CREDIT):
            assert entry.balance_after <= ceiling, (scheme, entry.balance_after)


@GENTLE
@given(
    declared=st.lists(DECLARED, max_size=8, unique_by=lambda item: (item[0], item[1], item[2][0])),
    chance=st.randoms(),
)
def test_declarations_of_each_year_give_the_same_in_whatever_order_they_arrive(declared, chance):
    with transaction.atomic():
        one, other = HolderFactory.create_batch(2, birth_date=date(1985, 5, 4))
        shuffled = list(declared)
        chance.shuffle(shuffled)

        lived(one, declared)
        for year, reference, (kind, facts) in shuffled:
            declare(other, year, reference, kind, facts)
        for year in YEARS:
            feed(year)

        assert state(one) == state(other)
        assert YearlyFeeding.objects.filter(counter__holder=one).count() == (
            YearlyFeeding.objects.filter(counter__holder=other).count()
        )
        transaction.set_rollback(True)

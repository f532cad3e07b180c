"""Random histories posted by the services: what the rules promise on paper holds in the tables."""

from contextlib import suppress
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rights.enums import DeclarationKind, EntryKind, PointsOutcome, PointsUse, Scheme
from rights.exceptions import AlreadyAnswered, ConversionRefused, InsufficientBalance, PointsRefused
from rights.models import Counter, Declaration, Entry, PointsRequest, TrainingFile, YearlyFeeding
from rights.parameters import value_on
from rights.rules.conversion import MainActivity
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.services.conversions import convert_rights
from rights.services.corrections import record_undue_sum
from rights.services.feeding import feed_rights
from rights.services.ledger import ensure_counter, hold, post_entry, release_holds
from rights.services.points import answer_points, request_points
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

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
SET_ASIDE = st.builds(
    lambda scheme, amount: ("hold", scheme, amount), st.sampled_from(list(Scheme)), st.integers(1, 90_000)
)
# What happens beside feeding and training: a file that ends, a conversion, a debt, points asked for and answered.
OTHERS = st.one_of(
    st.just(("release",)),
    st.builds(
        lambda toward: ("convert", toward), st.sampled_from([MainActivity.PUBLIC, MainActivity.PRIVATE])
    ),
    st.builds(lambda cents: ("undue", cents), st.integers(1, 90_000)),
    st.builds(lambda points: ("points", points), st.integers(1, 12)),
    st.builds(lambda outcome: ("answer", outcome), st.sampled_from(list(PointsOutcome))),
)
HISTORY = st.lists(st.one_of(DECLARED, SPENT, SET_ASIDE, OTHERS, st.sampled_from(YEARS)), max_size=16)
GENTLE = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
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


def set_aside(holder, scheme, amount):
    counter = ensure_counter(holder=holder, scheme=scheme)
    training_file = TrainingFileFactory(holder=holder, organisation_siret=f"{Entry.objects.count():014}")
    with suppress(InsufficientBalance):
        hold(counter=counter, amount=amount, training_file=training_file, value_date=TODAY, derivation={})


def happen(holder, what, detail, key):
    """One of OTHERS; what the law refuses changes nothing."""
    with suppress(ConversionRefused, PointsRefused, AlreadyAnswered):
        match what:
            case "release":
                for training_file in TrainingFile.objects.filter(holder=holder):
                    release_holds(training_file=training_file, value_date=TODAY, source="Essai")
            case "convert":
                convert_rights(holder=holder, toward=detail, key=uuid4(), today=TODAY)
            case "undue":
                record_undue_sum(
                    holder=holder, amount_cents=detail, reason="Essai", reference=key, ordered_on=TODAY
                )
            case "points":
                request_points(key=uuid4(), holder=holder, use=PointsUse.TRAINING, points=detail, today=TODAY)
            case "answer":
                for request in PointsRequest.objects.filter(holder=holder, answer__isnull=True):
                    answer_points(request=request, outcome=detail, answered_on=TODAY, source="Essai")


def lived(holder, history):
    for rank, event in enumerate(history):
        if isinstance(event, int):
            feed(event)
        elif isinstance(event[0], Scheme):
            spend(holder, *event, key=f"spent:{holder.pk}:{rank}")
        elif event[0] == "hold":
            set_aside(holder, *event[1:])
        elif isinstance(event[0], str):
            happen(holder, event[0], event[1] if event[1:] else None, f"{holder.pk}:{rank}")
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
    # What a file gives back, or a conversion adds, never leads above it either; hours of commitment have no ceiling.
    for counter in Counter.objects.filter(scheme__in=(Scheme.CPF, Scheme.PUBLIC_HOURS)):
        commitment = counter.entries.filter(key__endswith=":cec:in").aggregate(sum=Sum("amount"))["sum"] or 0
        assert counter.balance + counter.reserved <= highest[counter.scheme] + commitment


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


@GENTLE
@given(
    euros=st.integers(0, 800_000), dif=st.integers(0, 180_000), hours=st.integers(0, 150 * 60),
    ways=st.lists(st.sampled_from([MainActivity.PUBLIC, MainActivity.PRIVATE]), min_size=2, max_size=5),
)  # fmt: skip
def test_conversions_there_and_back_never_gain_anything(euros, dif, hours, ways):
    with transaction.atomic():
        holder = HolderFactory(birth_date=date(1985, 5, 4))
        held = {Scheme.CPF: euros, Scheme.DIF: dif, Scheme.PUBLIC_HOURS: hours}
        for scheme, amount in held.items():
            CounterFactory(holder=holder, scheme=scheme, balance=amount)

        for toward in ways:
            happen(holder, "convert", toward, "")

        now = {row.scheme: row.balance for row in Counter.objects.filter(holder=holder)}
        # All in euros again, or all in hours again: never more than at first.
        if now[Scheme.PUBLIC_HOURS] <= hours:
            assert now[Scheme.CPF] + now[Scheme.DIF] <= euros + dif + 25 * (hours - now[Scheme.PUBLIC_HOURS])
        if now[Scheme.CPF] + now[Scheme.DIF] >= euros + dif:
            assert now[Scheme.PUBLIC_HOURS] <= hours
        assert list(ledger_discrepancies()) == []
        transaction.set_rollback(True)

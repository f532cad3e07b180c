"""What must hold for every career: ceilings, nothing below zero, nothing gained on the way, each step true."""

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from rights.enums import Scheme
from rights.parameters import legal_values
from rights.rules.account import AccountCase, Debit, replay
from rights.rules.activity import Profile, YearOfWork
from rights.rules.conversion import MainActivity, convert_to_cents, convert_to_hours
from rights.rules.derivation import Derivation, Measure, wrong_steps
from rights.rules.engagement import Activity, Declaration
from rights.rules.prevention import Exposure, points_of_year, usable_points
from rights.rules.working import other_values

VALUES = legal_values()
UNTIL = date(2026, 11, 22)
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=1607)
CENTS = st.integers(min_value=0, max_value=900_000)
MINUTES = st.integers(min_value=0, max_value=400 * 60)
DAY = date(2024, 6, 3)


@st.composite
def works(draw):
    """Some years of a career, each with any mix of activities."""
    years = draw(st.sets(st.integers(min_value=2014, max_value=2026), max_size=8))
    return tuple(
        YearOfWork(
            year=year,
            employed=draw(SHARES),
            counted_absence=draw(st.sampled_from([Fraction(0), Fraction(1, 4)])),
            self_employed=draw(st.sampled_from([Fraction(0), Fraction(7, 12), Fraction(1)])),
            esat=draw(st.booleans()),
            public=draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1)])),
        )
        for year in sorted(years)
    )


PROFILES = st.builds(
    Profile,
    low_qualified_from=st.sampled_from([None, 0, 2020]),
    oeth_from=st.sampled_from([None, 0, 2021]),
    public_low_qualified=st.booleans(),
    birth=st.sampled_from([None, date(1957, 3, 1), date(1990, 1, 1), date(2005, 1, 1)]),
)
DEBITS = st.lists(
    st.builds(
        Debit,
        on=st.dates(min_value=date(2016, 1, 1), max_value=UNTIL),
        amount=st.integers(min_value=1, max_value=600_000),
    ),
    max_size=4,
).map(tuple)
COMMITMENTS = st.lists(
    st.builds(Declaration, st.sampled_from(list(Activity)), st.integers(min_value=2017, max_value=2025)),
    max_size=8,
).map(tuple)


@st.composite
def cases(draw):
    return AccountCase(
        profile=draw(PROFILES),
        works=draw(works()),
        dif_minutes=draw(st.integers(min_value=0, max_value=200 * 60)),
        engagements=draw(COMMITMENTS),
        debits=draw(DEBITS),
        convert_on=draw(st.sampled_from([None, date(2023, 5, 2)])),
    )


@settings(max_examples=25, deadline=None)
@given(case=cases())
def test_any_history_keeps_balances_sums_and_ceilings(case):
    account = replay(case, until=UNTIL, values=VALUES)

    running: dict[tuple[Scheme, Measure], int] = {}
    from_engagement, before = 0, None
    for move in account.movements:
        key = (move.scheme, move.unit)
        running[key] = running.get(key, 0) + move.amount
        if before is Scheme.CEC and move.scheme is Scheme.PUBLIC_HOURS:
            # Hours of commitment are outside the ceiling of the public counter, as they are outside that of the CPF.
            from_engagement += move.amount
        before = move.scheme
        assert running[key] >= 0
        assert running.get((Scheme.CPF, Measure.CENTS), 0) <= 8_000_00
        assert running.get((Scheme.CPF, Measure.MINUTES), 0) <= 400 * 60
        assert running.get((Scheme.CEC, Measure.CENTS), 0) <= 720_00
        assert running.get((Scheme.PUBLIC_HOURS, Measure.MINUTES), 0) <= 400 * 60 + from_engagement
        assert running.get((Scheme.DIF, Measure.CENTS), 0) <= 1_800_00
    assert {key: balance for key, balance in account.balances.items() if balance} == {
        key: balance for key, balance in running.items() if balance
    }


@settings(max_examples=25, deadline=None)
@given(case=cases())
def test_any_derivation_stored_and_done_again_is_the_same(case):
    for move in replay(case, until=UNTIL, values=VALUES).movements:
        if move.derivation is None:
            continue
        stored = Derivation.from_json(move.derivation.as_json())
        assert stored == move.derivation
        assert list(wrong_steps(stored)) == []
        assert list(other_values(stored, VALUES)) == []
        assert stored.result == move.amount or move.amount < 0


@settings(max_examples=25, deadline=None)
@given(case=cases(), data=st.data())
def test_order_in_which_facts_are_given_changes_nothing(case, data):
    shuffled = AccountCase(
        profile=case.profile,
        works=tuple(data.draw(st.permutations(case.works))),
        dif_minutes=case.dif_minutes,
        engagements=tuple(data.draw(st.permutations(case.engagements))),
        debits=case.debits,
        convert_on=case.convert_on,
    )

    first, second = (replay(facts, until=UNTIL, values=VALUES) for facts in (case, shuffled))

    assert {k: v for k, v in first.balances.items() if v} == {k: v for k, v in second.balances.items() if v}


@settings(max_examples=25, deadline=None)
@given(case=cases())
def test_state_of_a_day_does_not_depend_on_what_comes_after(case):
    day = date(2021, 12, 31)

    partial = replay(case, until=day, values=VALUES)
    whole = replay(case, until=UNTIL, values=VALUES)

    assert partial.movements == [move for move in whole.movements if move.on <= day]


@given(cents=CENTS, low=st.booleans(), rate=st.sampled_from(["cpf_cents_per_hour", "cec_cents_per_hour"]))
def test_conversion_there_and_back_never_gains(cents, low, rate):
    there = convert_to_hours(
        cents,
        day=DAY,
        public_balance=0,
        low_qualified=low,
        main=MainActivity.EQUAL,
        values=VALUES,
        rate_name=rate,
    )
    back = convert_to_cents(
        there.given, day=DAY, private_balance=cents - there.taken, majored_ceiling=True,
        main=MainActivity.EQUAL, values=VALUES, surplus_cents=there.surplus_cents,
    )  # fmt: skip

    assert cents - there.taken + back.given <= cents
    assert 0 <= there.taken <= cents


@given(minutes=MINUTES, majored=st.booleans(), balance=CENTS)
def test_conversion_of_hours_never_gains_nor_exceeds_the_ceiling(minutes, majored, balance):
    done = convert_to_cents(
        minutes,
        day=DAY,
        private_balance=balance,
        majored_ceiling=majored,
        main=MainActivity.EQUAL,
        values=VALUES,
    )

    assert 0 <= done.taken <= minutes
    assert done.given <= done.taken * 25
    assert done.given == 0 or balance + done.given <= (8_000_00 if majored else 5_000_00)


@given(
    factors=st.integers(min_value=0, max_value=6),
    year=st.integers(min_value=2015, max_value=2025),
    months=st.integers(0, 12),
    balance=st.integers(0, 100),
)
def test_points_never_exceed_the_ceiling_of_a_career_while_there_is_one(factors, year, months, balance):
    points = points_of_year(
        Exposure(year=year, factors=factors, months=Fraction(months)), balance=balance, values=VALUES
    ).result

    assert points >= 0
    if year <= 2022:
        assert balance + points <= 100
        assert points <= 8


@given(points=st.integers(min_value=0, max_value=200), born=st.dates(date(1950, 1, 1), date(2005, 1, 1)))
def test_reserved_points_are_never_usable_for_anything_but_training(points, born):
    usable = usable_points(points, born=born, day=DAY, values=VALUES)

    assert usable % 10 == 0
    assert usable <= max(0, points - VALUES.on("c2p_reserved_points", born).number)

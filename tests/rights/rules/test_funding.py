"""Who pays what: worked cases from the law, then what must hold for every price and balance."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.enums import Scheme
from rights.parameters import legal_values
from rights.parameters.types import Confidence, DatedValue
from rights.rules.derivation import Derivation
from rights.rules.funding import Action, FundingCase, Offer, Payer, Purse, plan_funding

CENTS = st.integers(min_value=0, max_value=10_000_000)
PURSES = st.permutations([Scheme.CPF, Scheme.DIF, Scheme.CEC]).flatmap(
    lambda order: st.tuples(*[st.builds(Purse, st.just(scheme), CENTS) for scheme in order])
)


DAY = date(2026, 5, 4)


def participation_of(cents):
    """The legal values of the project, with another participation."""
    values = legal_values()
    parameter = values.parameters["holder_participation"]
    dated = DatedValue(cents, None, None, "Essai", Confidence.HIGH)
    changed = {**values.parameters, parameter.name: replace(parameter, values=(dated,))}
    return replace(values, parameters=changed, version="essai")


def plan(price, purses, values, day=DAY, **case):
    return plan_funding(FundingCase(day=day, price_cents=price, purses=tuple(purses), **case), values=values)


@pytest.mark.parametrize(
    ("day", "price", "rights", "used", "charge"),
    [
        (date(2024, 5, 1), 1_000_00, 1_500_00, 1_000_00, 0),
        (date(2024, 5, 2), 1_000_00, 1_500_00, 900_00, 100_00),
        (date(2024, 6, 3), 1_000_00, 950_00, 900_00, 100_00),
        (date(2024, 6, 3), 1_200_00, 800_00, 800_00, 400_00),
        (date(2025, 3, 10), 1_000_00, 1_500_00, 897_77, 102_23),
        (date(2026, 1, 15), 1_000_00, 1_500_00, 896_80, 103_20),
        (date(2026, 4, 1), 1_000_00, 1_500_00, 896_80, 103_20),
        (date(2026, 4, 2), 1_000_00, 1_500_00, 850_00, 150_00),
        (date(2026, 5, 4), 80_00, 1_500_00, 0, 80_00),
        (date(2026, 5, 4), 0, 1_500_00, 0, 0),
    ],
)
def test_plan_funding_by_date_matches_the_worked_cases(day, price, rights, used, charge):
    result = plan(price, [Purse(Scheme.CPF, rights)], legal_values(), day)

    assert (result.rights_used_cents, result.holder_charge_cents) == (used, charge)


def test_plan_funding_over_several_rights_takes_them_in_order():
    purses = [Purse(Scheme.CPF, 500_00), Purse(Scheme.DIF, 0), Purse(Scheme.CEC, 720_00)]

    result = plan(1_300_00, purses, participation_of(100_00))

    assert [(part.scheme, part.amount_cents) for part in result.parts] == [
        (Scheme.CPF, 500_00),
        (Scheme.CEC, 700_00),
    ]


def test_plan_funding_explains_each_part_by_amounts_that_lead_to_it():
    purses = [Purse(Scheme.CPF, 500_00), Purse(Scheme.CEC, 720_00)]

    result = plan(1_300_00, purses, participation_of(100_00))

    steps = [(step.label, step.amount) for step in result.parts[1].derivation.steps]
    assert steps == [
        ("Prix de la formation", 1_300_00),
        ("Participation obligatoire", 100_00),
        ("Part du prix que vos droits peuvent payer", 1_200_00),
        ("Reste à payer après les droits utilisés avant", 700_00),
        ("Disponible : Compte d’engagement citoyen (CEC)", 720_00),
        ("Montant réservé", 700_00),
    ]


@given(price=CENTS, purses=PURSES, participation=CENTS)
def test_plan_funding_always_splits_the_whole_price(price, purses, participation):
    result = plan(price, purses, participation_of(participation))

    assert result.rights_used_cents + result.holder_charge_cents == price
    assert result.holder_charge_cents >= min(price, participation)
    assert result.derivation.result == result.holder_charge_cents


@given(price=CENTS, purses=PURSES, participation=CENTS)
def test_plan_funding_never_takes_more_than_a_right_holds(price, purses, participation):
    result = plan(price, purses, participation_of(participation))

    available = {purse.scheme: purse.available_cents for purse in purses}
    assert all(0 < part.amount_cents <= available[part.scheme] for part in result.parts)
    assert all(part.derivation.result == part.amount_cents for part in result.parts)


@given(price=CENTS, purses=PURSES, participation=CENTS)
def test_plan_funding_leaves_a_right_untouched_only_when_nothing_is_left_to_pay(price, purses, participation):
    result = plan(price, purses, participation_of(participation))

    payable = max(0, price - participation)
    assert result.rights_used_cents == min(payable, sum(purse.available_cents for purse in purses))


@given(price=CENTS, available=CENTS, more=CENTS, participation=CENTS)
def test_plan_funding_with_more_rights_never_costs_the_person_more(price, available, more, participation):
    poorer = plan(price, [Purse(Scheme.CPF, available)], participation_of(participation))
    richer = plan(price, [Purse(Scheme.CPF, available + more)], participation_of(participation))

    assert richer.holder_charge_cents <= poorer.holder_charge_cents


@pytest.mark.parametrize(("price", "available"), [(-1, 0), (0, -1)])
def test_plan_funding_with_a_negative_amount_is_an_error_of_the_caller(price, available):
    with pytest.raises(ValueError, match="never negative"):
        plan(price, [Purse(Scheme.CPF, available)], participation_of(0))


@given(price=CENTS, purses=PURSES)
def test_derivation_stored_and_read_again_is_the_same(price, purses):
    derivation = plan(price, purses, participation_of(100_00)).derivation

    assert Derivation.from_json(derivation.as_json()) == derivation


def test_derivation_of_what_was_not_computed_is_none():
    assert Derivation.from_json({}) is None


def test_parameters_version_is_part_of_what_is_stored():
    version = legal_values().version

    stored = plan(1, [], legal_values()).derivation.as_json()

    assert stored["parameters_version"] == version


REFUSED = [
    ({"action": Action.LIGHT_LICENCE}, date(2026, 3, 10), "demandeur d’emploi"),
    ({"action": Action.LIGHT_LICENCE, "offers": (Offer(Payer.EMPLOYER, 80_00),)}, date(2026, 3, 10), "100"),
    ({"action": Action.SKILLS_REVIEW}, date(2016, 3, 10), "ne pouvaient pas payer"),
    ({"action": Action.INTERNAL_RECONVERSION}, date(2025, 12, 31), "ne pouvaient pas payer"),
    ({"retired": True}, date(2026, 3, 10), "L. 6323-3"),
]


@pytest.mark.parametrize(("case", "day", "reason"), REFUSED)
def test_plan_funding_of_a_refused_action_takes_nothing_and_says_why(case, day, reason):
    result = plan(1_500_00, [Purse(Scheme.CPF, 5_000_00)], legal_values(), day, **case)

    assert reason in result.refusal
    assert (result.rights_used_cents, result.cofunded_cents, result.holder_charge_cents) == (0, 0, 1_500_00)


@pytest.mark.parametrize(
    ("day", "order"),
    [
        (date(2025, 12, 4), [Scheme.CPF, Scheme.DIF, Scheme.SUPPLEMENT, Scheme.CEC]),
        (date(2025, 12, 5), [Scheme.SUPPLEMENT, Scheme.CPF, Scheme.DIF, Scheme.CEC]),
    ],
)
def test_plan_funding_uses_the_rights_in_the_order_of_the_day(day, order):
    purses = [Purse(scheme, 100_00) for scheme in reversed(order)]

    assert [part.scheme for part in plan(10_000_00, purses, participation_of(0), day).parts] == order


def test_plan_funding_of_a_ceiled_action_spares_what_others_added():
    purses = [Purse(Scheme.CPF, 4_000_00), Purse(Scheme.SUPPLEMENT, 800_00)]

    result = plan(3_000_00, purses, participation_of(0), action=Action.RS)

    assert (result.used(Scheme.SUPPLEMENT), result.used(Scheme.CPF)) == (800_00, 1_500_00)


@pytest.mark.parametrize("payer", [Payer.EMPLOYER, Payer.OPCO, Payer.ATMP, Payer.C2P])
def test_participation_is_spared_by_those_whom_the_law_names(payer):
    result = plan(1_000_00, [Purse(Scheme.CPF, 500_00)], legal_values(), offers=(Offer(payer, 2_000_00),))

    assert (result.participation_cents, result.holder_charge_cents) == (0, 0)


def test_participation_stays_due_beside_a_region():
    result = plan(
        1_000_00, [Purse(Scheme.CPF, 500_00)], legal_values(), offers=(Offer(Payer.REGION, 2_000_00),)
    )

    assert (result.cofunded_cents, result.holder_charge_cents) == (350_00, 150_00)


@given(price=CENTS, purses=PURSES, offer=CENTS, participation=CENTS)
def test_participation_never_lowers_what_others_and_the_holder_pay_together(
    price, purses, offer, participation
):
    """The participation moves money from the account to the holder; whoever adds to the account never gives less
    than what the account and the participation leave."""
    offers = (Offer(Payer.REGION, offer),)

    without = plan(price, purses, participation_of(0), offers=offers)
    due = plan(price, purses, participation_of(participation), offers=offers)

    assert due.holder_charge_cents >= without.holder_charge_cents
    assert due.rights_used_cents <= without.rights_used_cents
    left = due.price_cents - due.rights_used_cents - due.participation_cents
    assert due.cofunded_cents == min(offer, max(0, left))

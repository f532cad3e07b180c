"""People whose facts are the same are computed once: what is shared is what each would have got."""

from datetime import date

import pytest

from rights.parameters import legal_values
from rights.rules.feeding import Holding, planned_credits
from rights.selectors.feeding import Person
from rights.services.bulk_copy import copy_field
from rights.services.feeding_plans import Plan, planned_for

VALUES = legal_values()
WORK = '[["activity", "", {"sector": "private", "share": "1/3"}]]'
EXPOSURE = '[["exposure", "", {"factors": ["nuit"], "months": "12"}]]'


def person(birth, declared=WORK):
    return Person(
        alive=True, birth=birth, declared=declared, situations="", fed="",
        counters={"cpf": [1, 0, 0], "c2p": [2, 0, 0]},
        committed=0,
    )  # fmt: skip


@pytest.mark.parametrize("year", [2018, 2024])
@pytest.mark.parametrize("declared", [WORK, EXPOSURE, WORK[:-1] + ", " + EXPOSURE[1:]])
def test_shared_plan_is_the_plan_of_the_person_whatever_their_age(year, declared):
    births = [date(born, 12, 31) for born in range(1940, year)]

    for birth in births:
        one = person(birth, declared)
        alone = planned_credits(year, one.declarations(), one.profile(), Holding(balances={}), VALUES)
        assert planned_for(one, year, VALUES) == tuple(Plan.of(credit) for credit in alone), birth


def test_people_of_working_age_share_one_plan():
    plans = planned_for(person(date(1980, 5, 3)), 2024, VALUES)

    assert planned_for(person(date(1991, 12, 30)), 2024, VALUES) is plans
    assert planned_for(person(date(1980, 5, 3), EXPOSURE), 2024, VALUES) is not plans


@pytest.mark.parametrize(
    ("text", "field"),
    [("a\tb", r"a\tb"), ("a\nb\r", r"a\nb\r"), ('{"a":"\\"b"}', r'{"a":"\\"b"}'), ("é ; «»", "é ; «»")],
)
def test_field_of_copy_keeps_one_line_and_one_column(text, field):
    assert copy_field(text) == field

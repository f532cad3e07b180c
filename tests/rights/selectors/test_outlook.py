"""What the search is told of a person's rights: what pays, and whether hours open any training."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rights.enums import Scheme
from rights.selectors.outlook import PUBLIC_AGENT, REGISTERED, outlook_of
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


@pytest.fixture
def holder():
    return HolderFactory()


def test_outlook_without_counters_pays_nothing_and_says_what_is_fundable(holder):
    outlook = outlook_of(holder, DAY)

    assert (outlook.cents, outlook.any_training, outlook.reason) == (0, False, REGISTERED)


def test_outlook_adds_the_counters_that_pay_a_training_and_no_other(holder):
    for rank, scheme in enumerate((Scheme.CPF, Scheme.DIF, Scheme.SUPPLEMENT)):
        CounterFactory(holder=holder, scheme=scheme, balance=100 * 10**rank)
    CounterFactory(holder=holder, scheme=Scheme.C2P, balance=40)
    CounterFactory(balance=9_999)

    outlook = outlook_of(holder, DAY)

    assert outlook.cents == 11_100


@pytest.mark.parametrize(("minutes", "opens", "said"), [(60, True, PUBLIC_AGENT), (0, False, REGISTERED)])
def test_outlook_of_a_public_agent_opens_any_training_while_hours_are_left(holder, minutes, opens, said):
    CounterFactory(holder=holder, scheme=Scheme.PUBLIC_HOURS, balance=minutes)

    outlook = outlook_of(holder, DAY)

    assert (outlook.cents, outlook.any_training, outlook.reason) == (0, opens, said)


def test_outlook_asks_one_query_whatever_the_counters(holder):
    for scheme in (Scheme.CPF, Scheme.DIF, Scheme.CEC):
        CounterFactory(holder=holder, scheme=scheme, balance=1)

    with CaptureQueriesContext(connection) as queries:
        outlook_of(holder, DAY)

    assert len(queries) == 1

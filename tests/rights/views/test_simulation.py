"""« Et si… »: figures of the rules, nothing written, each person their own."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rights.enums import Scheme
from rights.models import Counter, Entry, JournalEvent, TrainingFile
from rights.selectors.simulation import Supposition, coming_to, simulate
from tests.support.factories.rights import CounterFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
PAGE = "/mes-droits/et-si/"


@pytest.fixture
def counter():
    return CounterFactory(balance=3_900_00)


def test_years_ahead_add_the_right_of_each_year_up_to_the_ceiling(counter):
    answer = simulate(counter.holder, Supposition(years=3), TODAY)

    assert [line.balance_cents for line in answer.years] == [4_400_00, 4_900_00, 5_000_00]
    assert (answer.total_cents, answer.day) == (5_000_00, date(2029, 6, 1))


def test_small_share_of_work_is_prorated_and_low_qualified_have_their_own_ceiling(counter):
    part_time = simulate(counter.holder, Supposition(years=1, share=Fraction(3, 10)), TODAY)
    low = simulate(counter.holder, Supposition(years=2, low_qualified=True), TODAY)

    assert part_time.years[0].added_cents == 150_00
    assert low.total_cents == 5_500_00


def test_training_is_paid_in_order_and_the_rest_may_be_asked_of_others(counter):
    CounterFactory(holder=counter.holder, scheme=Scheme.SUPPLEMENT, balance=200_00)

    answer = simulate(counter.holder, Supposition(price_cents=5_000_00), TODAY)

    assert [part.scheme for part in answer.plan.parts] == [Scheme.SUPPLEMENT, Scheme.CPF]
    assert answer.plan.holder_charge_cents == 900_00
    assert answer.top_ups[0].who == "Votre employeur ou son OPCO"


def test_what_is_coming_stops_at_the_ceiling():
    assert coming_to(4_800_00, TODAY).added_cents == 200_00
    assert coming_to(5_000_00, TODAY).added_cents == 0
    assert coming_to(0, TODAY).about_on == date(2027, 4, 1)


def test_page_answers_and_writes_nothing(client, counter):
    client.force_login(counter.holder.user)
    client.get(PAGE)
    tables = (Counter, Entry, TrainingFile, JournalEvent)
    before = [table.objects.count() for table in tables]

    with CaptureQueriesContext(connection) as asked:
        page = client.get(PAGE, {"annees": 2, "travail": "100", "action": "RNCP", "prix": "1500"})

    assert "Vous auriez" in page.content.decode()
    assert "Dans cet ordre" in page.content.decode()
    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT")] == []
    assert [table.objects.count() for table in tables] == before


def test_address_of_a_question_shows_a_visitor_the_sign_in_page(client):
    answer = client.get(PAGE, {"annees": 2, "travail": "100", "action": "RNCP"})

    assert answer.status_code == 302
    assert "/connexion/" in answer.url

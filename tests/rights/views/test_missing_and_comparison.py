"""A year that nobody declared, with how to claim it; all rights side by side."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.enums import SituationKind
from rights.enums import DeclarationKind, EntryKind, Scheme
from rights.models import Declaration
from rights.schemes import SCHEMES
from rights.selectors.missing_years import missing_years
from rights.services.ledger import post_entry
from tests.support.factories.accounts import HolderFactory, SituationFactory
from tests.support.factories.rights import CounterFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 16)


@pytest.fixture
def holder():
    return HolderFactory(birth_date=date(1985, 5, 4))


def works(holder, kind=SituationKind.PRIVATE_EMPLOYEE, starts_on=date(2024, 3, 1), ends_on=None):
    SituationFactory(holder=holder, kind=kind, starts_on=starts_on, ends_on=ends_on)


def declared(holder, year):
    Declaration.objects.create(
        holder=holder, kind=DeclarationKind.ACTIVITY, year=year, reference="C1", version=1,
        facts={"sector": "private", "share": "1"}, source="Essai",
    )  # fmt: skip


@pytest.fixture
def counter(holder):
    return CounterFactory(holder=holder)


def test_year_worked_and_not_declared_is_missing_once_its_latest_day_has_passed(holder, counter):
    works(holder)
    declared(holder, 2024)

    assert missing_years(counter, holder, date(2026, 6, 15)) == []
    assert missing_years(counter, holder, TODAY) == [2025]


def test_years_without_work_or_with_another_kind_of_work_are_not_missing(holder, counter):
    works(holder, ends_on=date(2024, 12, 31))
    works(holder, kind=SituationKind.PUBLIC_AGENT, starts_on=date(2025, 1, 1))
    hours = CounterFactory(holder=holder, scheme=Scheme.PUBLIC_HOURS)

    assert missing_years(counter, holder, TODAY) == [2024]
    assert missing_years(hours, holder, TODAY) == [2025]
    assert missing_years(CounterFactory(holder=holder, scheme=Scheme.CEC), holder, TODAY) == []


def test_years_before_the_opening_of_the_counter_are_in_its_opening_balance(holder):
    works(holder, starts_on=date(2022, 1, 1))

    # Opened on 1 January 2026 with a balance: what came before is in it.
    assert missing_years(CounterFactory(holder=holder, balance=1_000), holder, TODAY) == [2025]


def test_year_credited_without_a_declaration_is_not_missing(holder, counter):
    works(holder)
    post_entry(
        counter=counter, kind=EntryKind.CREDIT, amount=50_000, value_date=date(2026, 4, 1), label="Droits de 2025",
        source="Reprise", key="taken-over",
    )  # fmt: skip

    assert missing_years(counter, holder, TODAY) == [2024]


def test_counter_page_says_what_is_missing_and_how_to_claim_it(client, holder, counter):
    last = timezone.localdate().year - 2
    works(holder, starts_on=date(last, 1, 1), ends_on=date(last, 12, 31))
    client.force_login(holder.user)

    page = client.get("/mes-droits/cpf/").content.decode()

    assert f"Il manque peut-être une année : {last}" in page
    assert "demandez la rectification de vos données" in page


def test_comparison_shows_every_right_with_the_balance_of_those_held(client, holder):
    CounterFactory(holder=holder, balance=1_234_56)
    client.force_login(holder.user)

    page = client.get("/mes-droits/comparer/").content.decode().replace("\u202f", " ").replace("\u00a0", " ")

    assert all(description.name in page for description in SCHEMES.values())
    assert "1 234,56 €" in page
    assert "5 000,00 €, ou 8 000,00 € selon votre situation" in page
    assert page.count("Rien à ce jour") == len(SCHEMES) - 1


def test_comparison_asks_the_same_number_of_questions_whatever_is_held(
    client, holder, django_assert_max_num_queries
):
    client.force_login(holder.user)
    CounterFactory(holder=holder, balance=100)
    client.get("/mes-droits/comparer/")
    for scheme in (Scheme.CEC, Scheme.DIF):
        CounterFactory(holder=holder, scheme=scheme, balance=100)

    with django_assert_max_num_queries(5):
        client.get("/mes-droits/comparer/")

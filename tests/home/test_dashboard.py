"""The first page of a holder: each right as it stands, what waits, the ways on."""

from datetime import date

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import Holder
from rights.enums import EntryKind, Scheme
from rights.services.ledger import open_counter, post_entry
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

QUERIES = 7
OPENED_ON = date(2025, 1, 1)


@pytest.fixture
def holder(client: Client) -> Holder:
    holder: Holder = HolderFactory(user=UserFactory())
    client.force_login(holder.user)
    return holder


def credit(holder: Holder, rank: int) -> None:
    counter = open_counter(
        holder=holder, scheme=Scheme.CPF, amount=0, value_date=OPENED_ON, source="Test", key=""
    )
    post_entry(
        counter=counter,
        kind=EntryKind.CREDIT,
        amount=10_050,
        value_date=OPENED_ON,
        label=f"Année {rank}",
        source="Test",
        key=f"credit:{holder.pk}:{rank}",
    )


def shown(client: Client) -> str:
    return " ".join(strip_tags(client.get("/tableau-de-bord/").content.decode()).split())


def test_dashboard_shows_each_balance_and_the_last_movements(client: Client, holder: Holder) -> None:
    credit(holder, 1)
    credit(holder, 2)

    page = shown(client)

    assert "201,00 €" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "Année 2" in page


def test_dashboard_of_someone_without_rights_says_when_they_come(client: Client, holder: Holder) -> None:
    assert "Vous n’avez pas encore de droits" in shown(client)


@pytest.mark.parametrize("rows", [1, 3])
def test_dashboard_costs_the_same_queries_whatever_the_history(
    client: Client, holder: Holder, rows: int, django_assert_num_queries: object
) -> None:
    for rank in range(rows):
        credit(holder, rank)
    client.get("/tableau-de-bord/")

    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        client.get("/tableau-de-bord/")

"""Requests that wait for a first exchange, as the manager of their operator sees and settles them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AccessLogEntry
from cep.enums import RequestEnd
from cep.models import AdviceRequest
from tests.support.factories.accounts import UserFactory
from tests.support.factories.cep import (
    NOW,
    AdviceRequestFactory,
    BookingFactory,
    OperatorFactory,
    SiteFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_on_friday")]

LIST = "admin:cep_advicerequest_changelist"
DAY = timedelta(days=1)


@pytest.fixture
def managers_client(client):
    client.force_login(UserFactory(cep_manager=True, scope_code=OperatorFactory().code))
    return client


def waiting(days: int, **changes) -> AdviceRequest:
    return AdviceRequestFactory(received_at=NOW - days * DAY, **changes)


def test_list_counts_by_zone_and_says_what_to_do(managers_client):
    waiting(1)
    late = waiting(60)
    BookingFactory(holder=late.holder, site=late.site)
    waiting(30, site=SiteFactory(reunion=True))
    waiting(90, site=SiteFactory(operator=OperatorFactory(code="elsewhere")))

    page = managers_client.get(reverse(LIST))

    zones = [(zone.zone, zone.running, list(zone.reached.values())) for zone in page.context_data["zones"]]
    assert zones == [("Métropole", 2, [1, 1, 1, 1]), ("La Réunion", 1, [1, 1, 0, 0])]
    text = page.content.decode()
    assert "Délai dépassé : appeler" in text
    assert "23/11/2026, trop tard" in text
    assert len(page.context_data["cl"].result_list) == 3
    assert AccessLogEntry.objects.filter(what="Demande de conseil (liste)").count() == 3


def test_list_says_that_nobody_waits(managers_client):
    assert "Personne n&#x27;attend" in managers_client.get(reverse(LIST)).content.decode().replace(
        "'", "&#x27;"
    )


@pytest.mark.parametrize(("level", "shown"), [("15", 2), ("20", 1), ("30", 1), ("dix", 3)])
def test_list_is_narrowed_to_those_past_a_level(managers_client, level, shown):
    for days in (1, 22, 60):
        waiting(days)

    page = managers_client.get(reverse(LIST), {"delai": level})

    assert len(page.context_data["cl"].result_list) == shown


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_it_shows(managers_client, django_assert_num_queries, rows):
    for _ in range(rows):
        waiting(20)
    managers_client.get(reverse(LIST))

    with django_assert_num_queries(8):
        managers_client.get(reverse(LIST))


def test_manager_says_that_the_exchange_was_had_elsewhere_and_says_it_once(managers_client):
    request = waiting(20)
    had = {"action": "had_an_exchange", "_selected_action": [request.pk]}

    managers_client.post(reverse(LIST), had)
    answer = managers_client.post(reverse(LIST), had | {"action": "gave_up"}, follow=True)

    request.refresh_from_db()
    assert (request.end, request.ended_at) == (RequestEnd.MET, NOW)
    assert "Cette demande est déjà close." in answer.content.decode()

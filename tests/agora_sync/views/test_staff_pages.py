"""The regional agent follows exchanges; the RSSI finds that a trace exists; neither reads a message."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import User
from agora_sync.enums import Direction, ExchangeState, TraceKind
from agora_sync.models import Exchange, Trace, TraceConsultation
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db

CORSICA, BRITTANY = "94", "53"
QUERIES_OF_THE_LIST = 5


def staff(role: StaffRole, scope_code: str = "") -> User:
    return StaffScopeFactory(user=UserFactory(is_staff=True), role=role, scope_code=scope_code).user


def signed_in(client: Client, role: StaffRole, scope_code: str = "") -> Client:
    client.force_login(staff(role, scope_code))
    return client


def exchange(region_code: str = CORSICA, **fields: object) -> Exchange:
    defaults = {
        "direction": Direction.OUTGOING,
        "operation": "CreerDossier",
        "state": ExchangeState.DONE,
        "region_code": region_code,
    }
    return Exchange.objects.create(**{**defaults, **fields})


def trace(**fields: object) -> Trace:
    defaults = {
        "kind": TraceKind.REQUEST_RECEIVED,
        "direction": Direction.INCOMING,
        "exchange_id": uuid.uuid4(),
        "partner_code": "partner",
        "content": b"chiffre-tres-secret",
        "content_length": 19,
        "sha256": "ab" * 32,
    }
    return Trace.objects.create(**{**defaults, **fields})


def test_exchange_list_agent_sees_state_fault_and_step_of_own_region(client: Client) -> None:
    exchange(
        state=ExchangeState.REFUSED, fault_code="ag:NIRInvalide", fault_label="NIR refusé", failed_step=16
    )

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/echanges/")

    shown = page.content.decode()
    assert "ag:NIRInvalide" in shown
    assert "NIR refusé" in shown
    assert "16" in shown


def test_exchange_list_other_region_stays_hidden(client: Client) -> None:
    exchange(BRITTANY, state=ExchangeState.REFUSED, fault_code="ag:SecretBreton")

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/echanges/")

    assert "ag:SecretBreton" not in page.content.decode()
    assert "Aucun échange" in page.content.decode()


def test_exchange_list_filter_by_state_shows_only_that_state(client: Client) -> None:
    exchange(state=ExchangeState.REFUSED, fault_code="ag:MontantInvalide")
    exchange(state=ExchangeState.DONE)

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/echanges/?etat=refused")

    assert "1 échange," in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_exchange_list_costs_the_same_queries_whatever_the_rows(client: Client, rows: int) -> None:
    for _ in range(rows):
        exchange()
    signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/echanges/")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/agents/echanges/")

    assert len(queries) == QUERIES_OF_THE_LIST, [query["sql"] for query in queries]


def test_agent_home_counts_what_waits_and_what_was_refused(client: Client) -> None:
    now = timezone.now()
    late = exchange(state=ExchangeState.PENDING, request_id=uuid.uuid4(), next_attempt_at=now)
    Exchange.objects.filter(pk=late.pk).update(created_at=now - timedelta(hours=1))
    exchange(state=ExchangeState.REFUSED)

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/").content.decode()

    assert "1 en attente" in page
    assert "depuis plus d’un quart d’heure" in page
    assert "1 refusé" in page


def test_trace_list_rssi_finds_the_trace_without_its_content_and_is_written_down(client: Client) -> None:
    kept = trace()

    page = signed_in(client, StaffRole.RSSI).get(f"/rssi/traces/?identifiant={kept.exchange_id}")

    shown = page.content.decode()
    assert str(kept.exchange_id) in shown
    assert "chiffre-tres-secret" not in shown
    consultation = TraceConsultation.objects.get()
    assert consultation.shown == 1
    assert consultation.criteria == {"identifiant": str(kept.exchange_id)}


def test_trace_list_without_criteria_shows_nothing_and_says_why(client: Client) -> None:
    kept = trace()

    page = signed_in(client, StaffRole.RSSI).get("/rssi/traces/?identifiant=&partenaire=&du=&au=")

    assert str(kept.exchange_id) not in page.content.decode()
    assert "Donnez au moins un critère" in page.content.decode()
    assert not TraceConsultation.objects.exists()

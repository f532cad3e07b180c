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
from agora_sync.contract import Version
from agora_sync.contract.dictionary import as_csv, items
from agora_sync.enums import Direction, ExchangeState, TraceKind
from agora_sync.models import Exchange, Trace, TraceConsultation
from rights.enums import EventOrigin, JournalEventKind
from rights.services.journal import append_event
from tests.support.factories.accounts import StaffScopeFactory, UserFactory
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db

CORSICA, BRITTANY = "94", "53"
QUERIES_OF_THE_LIST = 5
QUERIES_OF_THE_PAGE = 12
QUERIES_OF_THE_HOME = 13


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


@pytest.mark.parametrize("asked", ["AG0123456789AB", "ag0123456789ab", "TransitionInterdite"])
def test_exchange_list_search_finds_by_number_or_code(client: Client, asked: str) -> None:
    file = TrainingFileFactory(agora_number="AG0123456789AB")
    exchange(
        state=ExchangeState.REFUSED, training_file=file, fault_code="ag:TransitionInterdite", failed_step=16
    )
    exchange()

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get(f"/agents/echanges/?recherche={asked}")

    assert "1 échange," in page.content.decode()


def test_exchange_list_search_by_identifier_finds_that_one(client: Client) -> None:
    wanted = exchange()
    exchange()

    page = signed_in(client, StaffRole.CDC).get(f"/agents/echanges/?recherche={wanted.pk}")

    assert "1 échange," in page.content.decode()


def refused_change(region_code: str = CORSICA, **fields: object) -> Exchange:
    file = TrainingFileFactory(agora_number=f"AG{uuid.uuid4().hex[:12].upper()}")
    event = append_event(kind=JournalEventKind.FILE_CANCELLED, training_file=file, origin=EventOrigin.PORTAL)
    given = {
        "operation": "AnnulerDossier",
        "state": ExchangeState.REFUSED,
        "training_file": file,
        "event": event,
        "request_id": uuid.uuid4(),
        "fault_code": "ag:TransitionInterdite",
        "failed_step": 16,
    }
    return exchange(region_code, **{**given, **fields})


@pytest.mark.parametrize("rows", [1, 3])
def test_exchange_page_costs_the_same_queries_whatever_was_told_of_the_file(
    client: Client, rows: int
) -> None:
    shown = refused_change()
    for _ in range(rows):
        exchange(training_file=shown.training_file)
    signed_in(client, StaffRole.CDC).get(f"/agents/echanges/{shown.pk}/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/agents/echanges/{shown.pk}/")

    assert len(queries) == QUERIES_OF_THE_PAGE, [query["sql"] for query in queries]


def test_resend_leaves_again_under_a_new_identifier_and_says_who(client: Client) -> None:
    refused = refused_change(content="<a/>")
    agent = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA)

    page = agent.post(f"/agents/echanges/{refused.pk}/renvoyer/", follow=True).content.decode()

    again = Exchange.objects.get(pk=refused.pk)
    assert (again.state, again.content) == (ExchangeState.PENDING, "")
    assert again.request_id != refused.request_id
    assert again.resent_by is not None
    assert "repart vers AGORA" in page
    assert "Renvoyé" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"state": ExchangeState.DONE},
        {"state": ExchangeState.ABANDONED},
        {"operation": "CreerDossier"},
        {"event": None},
    ],
    ids=["done", "pointless", "creation refused", "not ours"],
)
def test_resend_of_what_is_over_changes_nothing(client: Client, fields: dict[str, object]) -> None:
    over = refused_change(**fields)
    agent = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA)

    page = agent.post(f"/agents/echanges/{over.pk}/renvoyer/", follow=True).content.decode()

    again = Exchange.objects.get(pk=over.pk)
    assert (again.state, again.request_id, again.resent_by) == (over.state, over.request_id, None)
    assert "ne peut pas être renvoyé" in page
    assert "Renvoyer à AGORA" not in page


def test_resend_of_another_region_looks_like_nothing(client: Client) -> None:
    theirs = refused_change(BRITTANY)

    response = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).post(
        f"/agents/echanges/{theirs.pk}/renvoyer/"
    )

    assert response.status_code == 404
    assert Exchange.objects.get(pk=theirs.pk).state == ExchangeState.REFUSED


def test_dictionary_page_says_who_writes_and_receives_each_item(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/agora/dictionnaire/").content.decode()

    assert f"Les {len(items(Version.V1))} données" in page
    assert "formation/<wbr>prix" in page
    assert not queries
    sheet = client.get("/agora/dictionnaire.csv")
    assert sheet.content.decode("utf-8-sig") == as_csv()
    assert sheet.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet would spoil its accents"


def test_dictionary_page_is_that_of_the_version_asked_for(client: Client) -> None:
    page = client.get("/agora/dictionnaire/", {"version": "v2"}).content.decode()
    sheet = client.get("/agora/dictionnaire.csv", {"version": "v2"})

    assert f"Les {len(items(Version.V2))} données" in page
    assert "formation/<wbr>localite" in page
    assert sheet.content.decode("utf-8-sig") == as_csv(Version.V2)
    assert client.get("/agora/dictionnaire/", {"version": "v9"}).status_code == 404


def test_agent_home_counts_what_waits_and_what_was_refused(client: Client) -> None:
    now = timezone.now()
    late = exchange(state=ExchangeState.PENDING, request_id=uuid.uuid4(), next_attempt_at=now)
    Exchange.objects.filter(pk=late.pk).update(created_at=now - timedelta(hours=1))
    exchange(state=ExchangeState.REFUSED)

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/").content.decode()

    assert "1 en attente" in page
    assert "depuis plus d’un quart d’heure" in page
    assert "1 refusé" in page


def test_agent_home_draws_each_day_by_state_and_says_the_same_in_a_table(client: Client) -> None:
    today = timezone.localdate()
    for state in (ExchangeState.DONE, ExchangeState.DONE, ExchangeState.REFUSED):
        exchange(state=state)
    exchange(BRITTANY)
    old = exchange()
    Exchange.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=20))

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/")

    chart = page.context["chart"]
    assert "<svg" in page.content.decode()
    assert chart.header == ("Jour", "Aboutis", "Refusés ou illisibles", "En attente", "Sans objet")
    assert len(chart.rows) == 14
    assert chart.rows[-1] == (f"{today:%d/%m}", "2", "1", "0", "0")
    assert {row[1:] for row in chart.rows[:-1]} == {("0", "0", "0", "0")}


def test_agent_home_says_since_when_the_oldest_waits_and_why(client: Client) -> None:
    oldest, other = refused_change(), refused_change()
    refused_change(BRITTANY, fault_code="ag:SecretBreton")
    Exchange.objects.filter(pk=oldest.pk).update(created_at=timezone.now() - timedelta(days=3))
    waits = exchange(state=ExchangeState.PENDING, request_id=uuid.uuid4(), next_attempt_at=timezone.now())

    page = signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/")

    oldest.refresh_from_db()
    assert page.context["waiting"].to_correct == oldest.created_at
    assert page.context["waiting"].to_send == waits.created_at
    assert [(cause.code, cause.count) for cause in page.context["causes"]] == [("ag:TransitionInterdite", 2)]
    assert "À traiter : 2" in page.content.decode()
    assert other.fault_code in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_agent_home_costs_the_same_queries_whatever_the_rows(client: Client, rows: int) -> None:
    for _ in range(rows):
        refused_change()
    signed_in(client, StaffRole.REGIONAL_AGENT, CORSICA).get("/agents/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/agents/")

    assert len(queries) == QUERIES_OF_THE_HOME, [query["sql"] for query in queries]


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

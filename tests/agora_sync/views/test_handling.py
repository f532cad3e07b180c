"""Refused exchanges shared between agents: claimed, given, set aside, annotated; who did it is written down."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Notification, User
from agora_sync.enums import HandlingAction
from agora_sync.models import Exchange, Handling, HandlingEntry
from agora_sync.services.handling import claim
from tests.support.agora_rejects import BRITTANY, CAUSE, agent_of, refused
from tests.support.factories.accounts import StaffScopeFactory, UserFactory
from tests.support.threads import results_together, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

QUERIES_OF_A_LIST = 8


@pytest.fixture
def agent(client: Client) -> User:
    user = agent_of(first_name="Jeanne", last_name="Albertini")
    client.force_login(user)
    return user


def handled(client: Client, *exchanges: Exchange, quoi: str, **more: str) -> str:
    """The page that follows what was done for the rows ticked."""
    asked = {"quoi": quoi, "portee": "coches", "echange": [str(row.pk) for row in exchanges], **more}
    return client.post("/agents/rejets/suivre/", asked, follow=True).content.decode()


def assignee_of(exchange: Exchange) -> User | None:
    row = Handling.objects.filter(exchange=exchange).select_related("assignee").first()
    return row.assignee if row else None


def acts(exchange: Exchange) -> list[tuple[str, User]]:
    return [(entry.action, entry.actor) for entry in exchange.handling_entries.order_by("id")]


def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


# Claim, give, release -------------------------------------------------------------------------------
def test_rows_ticked_are_claimed_and_counted_as_mine(client: Client, agent: User) -> None:
    ticked, left = refused(), refused()

    page = handled(client, ticked, quoi="claimed")

    assert (assignee_of(ticked), assignee_of(left)) == (agent, None)
    assert acts(ticked) == [(HandlingAction.CLAIMED, agent)]
    assert "Vous vous occupez de 1 échange." in page
    assert "Suivis par moi : 1" in page
    assert "Suivis par personne : 1" in page


def test_whole_list_of_a_cause_is_claimed_without_the_other_causes(client: Client, agent: User) -> None:
    first, second = refused(), refused()
    other = refused(fault_code="ag:NIRInvalide")

    client.post(f"/agents/rejets/suivre/?motif={CAUSE}", {"quoi": "claimed", "portee": "liste"})

    assert [assignee_of(row) for row in (first, second, other)] == [agent, agent, None]


def test_claim_of_what_a_colleague_follows_changes_nothing_and_says_who(client: Client, agent: User) -> None:
    colleague = agent_of(first_name="Ange", last_name="Paoli")
    taken = refused()
    claim(user=colleague, exchange_ids=[taken.pk])

    page = handled(client, taken, quoi="claimed")

    assert assignee_of(taken) == colleague
    assert "laissés à qui s’en occupe : Ange Paoli (1)" in page
    assert acts(taken) == [(HandlingAction.CLAIMED, colleague)]


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_claim_at_once_one_wins_and_the_other_is_told() -> None:
    first, second = agent_of(first_name="Ange"), agent_of(first_name="Lisa")
    exchange = refused()
    Handling.objects.create(exchange=exchange)
    holds = threading.Event()

    def hold_the_row() -> None:
        with transaction.atomic():
            Handling.objects.select_for_update().get(exchange=exchange)
            holds.set()
            wait_until_somebody_waits(sessions=2)

    def claimed_by(user: User) -> Callable[[], object]:
        def claim_it() -> object:
            holds.wait(60)
            return claim(user=user, exchange_ids=[exchange.pk])

        return claim_it

    failed, *told = results_together([hold_the_row, claimed_by(first), claimed_by(second)])

    winner = assignee_of(exchange)
    assert failed is None
    assert winner in (first, second)
    assert sorted((row.done, row.left) for row in told) == [(0, {str(winner): 1}), (1, {})]


def test_colleague_of_the_region_is_given_the_exchange_and_told(client: Client, agent: User) -> None:
    colleague, exchange = agent_of(), refused()

    handled(client, exchange, quoi="assigned", collegue=str(colleague.pk))

    entry = HandlingEntry.objects.get()
    assert assignee_of(exchange) == colleague
    assert (entry.actor, entry.colleague) == (agent, colleague)
    assert Notification.objects.get(kind="agora_sync.staff_notice").recipient == colleague.email


def test_agent_of_another_region_cannot_be_given_the_exchange(client: Client, agent: User) -> None:
    stranger, exchange = agent_of(BRITTANY), refused()

    handled(client, exchange, quoi="assigned", collegue=str(stranger.pk))

    assert assignee_of(exchange) is None
    assert not HandlingEntry.objects.exists()


def test_cdc_gives_to_an_agent_only_what_is_of_their_region(client: Client) -> None:
    client.force_login(
        StaffScopeFactory(user=UserFactory(is_staff=True), role=StaffRole.CDC, scope_code="").user
    )
    agent, ours, theirs = agent_of(), refused(), refused(BRITTANY)

    handled(client, ours, theirs, quoi="assigned", collegue=str(agent.pk))

    assert (assignee_of(ours), assignee_of(theirs)) == (agent, None)


def test_only_ones_own_is_released(client: Client, agent: User) -> None:
    mine, theirs = refused(), refused()
    colleague = agent_of()
    claim(user=agent, exchange_ids=[mine.pk])
    claim(user=colleague, exchange_ids=[theirs.pk])

    handled(client, mine, theirs, quoi="released")

    assert (assignee_of(mine), assignee_of(theirs)) == (None, colleague)


def test_exchange_of_another_region_is_left_alone(client: Client, agent: User) -> None:
    foreign = refused(BRITTANY)

    handled(client, foreign, quoi="claimed")
    answer = client.post(f"/agents/echanges/{foreign.pk}/suivre/", {"quoi": "claimed"})

    assert answer.status_code == 404
    assert not Handling.objects.exists()


# Set aside ------------------------------------------------------------------------------------------
def test_what_is_set_aside_leaves_the_list_and_comes_back_by_itself(client: Client, agent: User) -> None:
    exchange = refused()

    page = handled(client, exchange, quoi="set_aside", jusqu_au=tomorrow())

    assert "Mis de côté : 1" in page
    assert "À traiter : 0" in page
    Handling.objects.update(set_aside_until=timezone.localdate())
    assert "À traiter : 1" in client.get("/agents/rejets/").content.decode()


def test_what_is_set_aside_is_brought_back_before_its_day(client: Client, agent: User) -> None:
    exchange = refused()
    handled(client, exchange, quoi="set_aside", jusqu_au=tomorrow())

    page = handled(client, exchange, quoi="brought_back")

    assert "À traiter : 1" in page
    assert [action for action, _ in acts(exchange)] == ["set_aside", "brought_back"]


def test_what_a_colleague_follows_is_not_set_aside(client: Client, agent: User) -> None:
    theirs = refused()
    claim(user=agent_of(), exchange_ids=[theirs.pk])

    handled(client, theirs, quoi="set_aside", jusqu_au=tomorrow())

    assert Handling.objects.get().set_aside_until is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"quoi": "set_aside", "jusqu_au": "2020-01-01"}, "Choisissez un jour à venir"),
        ({"quoi": "set_aside"}, "Choisissez jusqu’à quel jour."),
        ({"quoi": "assigned"}, "Choisissez à qui confier."),
        ({"quoi": "noted", "note": "  "}, "Écrivez la note."),
    ],
    ids=["day that is past", "no day", "no colleague", "empty note"],
)
def test_act_that_lacks_something_is_refused_with_a_sentence(
    client: Client, agent: User, asked: dict[str, str], told: str
) -> None:
    exchange = refused()

    page = handled(client, exchange, **asked)

    assert told in page
    assert not HandlingEntry.objects.exists()


def test_nothing_ticked_is_refused_with_a_sentence(client: Client, agent: User) -> None:
    refused()

    page = handled(client, quoi="claimed")

    assert "Cochez au moins une ligne" in page


# Notes ----------------------------------------------------------------------------------------------
def test_note_is_added_to_the_others_on_the_page_without_its_nir(client: Client, agent: User) -> None:
    exchange = refused()
    url = f"/agents/echanges/{exchange.pk}/suivre/"

    client.post(url, {"quoi": "noted", "note": "Vu avec la personne, 1 85 01 75 056 001 49."})
    page = client.post(url, {"quoi": "noted", "note": "Attendre lundi."}, follow=True).content.decode()

    assert "Vu avec la personne, [NIR masqué]." in page
    assert page.index("Attendre lundi.") < page.index("Vu avec la personne")


def test_note_is_added_to_what_a_colleague_follows(client: Client, agent: User) -> None:
    theirs = refused()
    claim(user=agent_of(), exchange_ids=[theirs.pk])

    handled(client, theirs, quoi="noted", note="Déjà vu en mars.")

    assert acts(theirs)[-1] == (HandlingAction.NOTED, agent)


# Cost, and what the database holds ------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_queries_whatever_the_rows(client: Client, agent: User, rows: int) -> None:
    claim(user=agent, exchange_ids=[refused().pk for _ in range(rows)])
    client.get("/agents/rejets/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/agents/rejets/?suivi=a-moi")

    assert len(queries) == QUERIES_OF_A_LIST, [query["sql"] for query in queries]


@pytest.mark.parametrize("count", [1, 3])
def test_claim_costs_the_same_queries_whatever_the_rows(agent: User, count: int) -> None:
    keys: list[UUID] = [refused().pk for _ in range(count)]

    with CaptureQueriesContext(connection) as queries:
        claim(user=agent, exchange_ids=keys)

    assert len(queries) == 8, [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "eaten"},
        {"action": "noted", "note": ""},
        {"action": "assigned"},
        {"action": "set_aside"},
    ],
    ids=["unknown", "note that is empty", "given to nobody", "aside without a day"],
)
def test_act_that_is_not_whole_is_refused_by_the_database(agent: User, fields: dict[str, str]) -> None:
    exchange = refused()

    with pytest.raises(IntegrityError), transaction.atomic():
        HandlingEntry.objects.create(exchange=exchange, actor=agent, **fields)


def test_handling_by_somebody_since_no_instant_is_refused_by_the_database(agent: User) -> None:
    exchange = refused()

    with pytest.raises(IntegrityError), transaction.atomic():
        Handling.objects.create(exchange=exchange, assignee=agent)

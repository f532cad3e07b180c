"""The gaps with AGORA as an agent sees and ends them, within a region."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessLogEntry, User
from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState, GapKind, GapStep
from agora_sync.models import Exchange, Gap, GapEvent, HolderPull, Reconciliation
from agora_sync.services.gaps import send_gap_again
from rights.enums import EventOrigin, FileOrigin, JournalEventKind, TrainingFileState
from rights.models import JournalEvent
from rights.services.transitions import lock_file
from tests.support.agora_rejects import BRITTANY, CORSICA
from tests.support.factories.rights import TrainingFileFactory
from tests.support.threads import results_together, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

QUERIES_OF_THE_LIST = 6


def gap(kind: GapKind = GapKind.STATE, region_code: str = CORSICA, **fields: Any) -> Gap:
    file = fields.pop("training_file", None) or TrainingFileFactory(agora_number=f"AG{Gap.objects.count()}")
    given = {
        "subject": str(file.pk),
        "kind": kind,
        "holder": file.holder,
        "training_file": file,
        "region_code": region_code,
        "agora_number": file.agora_number or "",
        **fields,
    }
    row = Gap.objects.create(**given)
    GapEvent.objects.create(gap=row, step=GapStep.FOUND)
    return row


def created(row: Gap) -> Exchange:
    """The creation of the gap's file, which AGORA had taken."""
    event = JournalEvent.objects.create(
        kind=JournalEventKind.FILE_REQUESTED, training_file=row.training_file, origin=EventOrigin.PORTAL
    )
    return Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation=Operation.CREATE_FILE,
        state=ExchangeState.DONE,
        event=event,
        training_file=row.training_file,
        region_code=row.region_code,
        request_id=uuid4(),
    )


def page(client: Client, row: Gap) -> str:
    return client.get(f"/agents/ecarts/{row.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_sending_again_and_comparing_at_once_do_not_wait_for_each_other(agent: User) -> None:
    row = gap(GapKind.ITEM, item="formation/intitule")
    assert row.training_file is not None
    file_id, holds = row.training_file.pk, threading.Event()

    def compare() -> None:
        with transaction.atomic():
            lock_file(file_id)
            holds.set()
            wait_until_somebody_waits()
            Gap.objects.filter(pk=row.pk).update(there="Autre titre")

    def send() -> Gap:
        holds.wait(60)
        return send_gap_again(gap_id=row.pk, user=agent)

    failed, sent = results_together([compare, send])

    assert failed is None
    assert sent.there == "Autre titre"


def test_home_counts_the_open_gaps_of_the_region_by_kind(client: Client, agent: User) -> None:
    gap(), gap()
    gap(GapKind.WAITING)
    gap(region_code=BRITTANY)
    gap(closed_at=timezone.now())
    Reconciliation.objects.create(finished_at=timezone.now(), checked=12, unread=1)

    shown = client.get("/agents/").content.decode()

    assert "Autre état : 2" in shown
    assert "Attend depuis trop longtemps : 1" in shown
    assert "12 personnes relues, dont 1" in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (None, "n’ont pas encore été comparés"),
        ({"checked": 3}, "en cours : 3 personnes relues"),
        ({"checked": 3, "paused_until": timezone.now(), "paused_reason": "AGORA dort."}, "AGORA dort."),
    ],
    ids=["never", "under-way", "paused"],
)
def test_list_says_where_the_comparison_is(
    client: Client, agent: User, fields: dict[str, Any] | None, sentence: str
) -> None:
    if fields is not None:
        Reconciliation.objects.create(**fields)

    assert sentence in client.get("/agents/ecarts/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_the_gaps_of_the_region_in_a_fixed_number_of_queries(
    client: Client, agent: User, rows: int
) -> None:
    for _ in range(rows):
        gap(GapKind.ITEM, item="formation/prix", here="10.00", there="12.00")
    gap(region_code=BRITTANY, there="SecretBreton")

    client.get("/agents/ecarts/")
    with CaptureQueriesContext(connection) as queries:
        shown = client.get("/agents/ecarts/").content.decode()

    assert len(queries) == QUERIES_OF_THE_LIST
    assert f"{rows} écart" in shown
    assert "12.00" in shown
    assert "SecretBreton" not in shown


def test_list_filters_by_kind_and_shows_those_that_vanished_when_asked(client: Client, agent: User) -> None:
    gap(there="ETAT-LA")
    gap(GapKind.WAITING, there="ATTEND-LA")
    gap(there="DISPARU-LA", closed_at=timezone.now())

    by_kind = client.get("/agents/ecarts/?nature=state").content.decode()
    everything = client.get("/agents/ecarts/?disparus=oui").content.decode()

    assert ("ETAT-LA" in by_kind, "ATTEND-LA" in by_kind, "DISPARU-LA" in by_kind) == (True, False, False)
    assert "DISPARU-LA" in everything


def test_page_writes_the_consultation_and_tells_the_history(client: Client, agent: User) -> None:
    row = gap(GapKind.ITEM, item="formation/prix", here="10.00", there="12.00")
    GapEvent.objects.create(gap=row, step=GapStep.SENT_AGAIN, actor=agent)

    shown = page(client, row)

    assert AccessLogEntry.objects.filter(holder=row.holder, actor=agent).count() == 1
    assert "12.00" in shown
    assert "Écart avec AGORA : autre montant" in shown
    assert "renvoyé à AGORA, par Ange Santoni" in shown


def test_state_that_agora_gives_is_shown_in_words(client: Client, agent: User) -> None:
    row = gap(here="Validé", there="ANNULE")

    shown = page(client, row) + client.get("/agents/ecarts/").content.decode()

    assert "Annulé" in shown
    assert "ANNULE" not in shown


def test_gap_of_another_region_is_not_found_by_any_way(client: Client, agent: User) -> None:
    row = gap(region_code=BRITTANY)

    assert client.get(f"/agents/ecarts/{row.pk}/").status_code == 404
    for way in ("renvoyer", "relire", "verifier"):
        assert client.post(f"/agents/ecarts/{row.pk}/{way}/").status_code == 404
    assert not row.events.exclude(step=GapStep.FOUND).exists()


def test_lost_file_leaves_again_from_its_page(client: Client, agent: User) -> None:
    row = gap(GapKind.UNKNOWN_THERE)
    exchange = created(row)
    assert "Renvoyer à AGORA" in page(client, row)

    client.post(f"/agents/ecarts/{row.pk}/renvoyer/")

    exchange.refresh_from_db()
    assert (exchange.state, exchange.resent_by) == (ExchangeState.PENDING, agent)
    assert "Renvoyer à AGORA" not in page(client, row)


def test_item_of_ours_is_confirmed_and_the_entry_is_not(client: Client, agent: User) -> None:
    price, entry = gap(GapKind.ITEM, item="formation/prix"), gap(GapKind.ITEM, item="dateEntree")

    for row in (price, entry):
        client.post(f"/agents/ecarts/{row.pk}/renvoyer/")

    confirmed = JournalEvent.objects.get(kind=JournalEventKind.ITEMS_CONFIRMED)
    assert (confirmed.training_file, confirmed.payload) == (price.training_file, {"by": agent.pk})
    assert "Rien ne peut partir d’ici" in page(client, entry)


def test_file_that_agora_opened_is_pulled_and_never_sent(client: Client, agent: User) -> None:
    theirs = TrainingFileFactory(origin=FileOrigin.AGORA, agora_number="AGX")
    row = gap(training_file=theirs)
    shown = page(client, row)
    assert ("Renvoyer à AGORA" in shown, "Relire les dossiers" in shown) == (False, True)

    client.post(f"/agents/ecarts/{row.pk}/renvoyer/")
    client.post(f"/agents/ecarts/{row.pk}/relire/")

    assert HolderPull.objects.get(holder=row.holder).requested_at is not None
    assert not Exchange.objects.exists()


def test_file_that_is_over_here_is_not_created_again_there(client: Client, agent: User) -> None:
    over = TrainingFileFactory(state=TrainingFileState.CANCELLED, agora_number="AGX")
    row = gap(GapKind.UNKNOWN_THERE, training_file=over)
    created(row)

    client.post(f"/agents/ecarts/{row.pk}/renvoyer/")

    assert Exchange.objects.get().state == ExchangeState.DONE


def test_file_that_we_lack_is_shown_by_what_agora_says_of_it(client: Client, agent: User) -> None:
    file = TrainingFileFactory()
    row = Gap.objects.create(
        subject="AG9", kind=GapKind.UNKNOWN_HERE, holder=file.holder, region_code=CORSICA, there="Anglais"
    )

    assert "Anglais" in page(client, row)
    assert "Anglais" in client.get("/agents/ecarts/").content.decode()


def test_comparison_is_asked_for_from_the_page(client: Client, agent: User) -> None:
    row = gap()

    answer = client.post(f"/agents/ecarts/{row.pk}/verifier/", follow=True)

    assert "Nous comparons de nouveau" in answer.content.decode()

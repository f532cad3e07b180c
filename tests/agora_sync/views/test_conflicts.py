"""The items that both sides changed, as an agent sees and decides them, within a region."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessLogEntry, User
from agora_sync.enums import Direction, ExchangeState
from agora_sync.models import ConflictDecision, Exchange, FileReading, ItemConflict
from rights.enums import FileOrigin
from tests.support.agora_rejects import BRITTANY, CORSICA
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db

QUERIES_OF_THE_LIST = 5


def conflict(region_code: str = CORSICA, origin: str = FileOrigin.AGORA, **fields: Any) -> ItemConflict:
    file = TrainingFileFactory(origin=origin)
    FileReading.objects.create(training_file=file, items='{"formation/lieu": "Ajaccio"}')
    given = {
        "training_file": file,
        "item": "formation/lieu",
        "region_code": region_code,
        "here": "Corte",
        "there": "Bastia",
        "here_author": "agora",
        "exchange_id": uuid4(),
        **fields,
    }
    return ItemConflict.objects.create(**given)


def decide(client: Client, row: ItemConflict, choice: str) -> str:
    return client.post(f"/agents/conflits/{row.pk}/decider/", {"choix": choice}, follow=True).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_the_open_conflicts_of_the_region_in_a_fixed_number_of_queries(
    client: Client, agent: User, rows: int
) -> None:
    for _ in range(rows):
        conflict()
    conflict(BRITTANY, there="SecretBreton")
    conflict(there="DéjàFini", closed_at=timezone.now())
    client.get("/agents/conflits/")

    with CaptureQueriesContext(connection) as queries:
        shown = client.get("/agents/conflits/").content.decode()

    assert len(queries) == QUERIES_OF_THE_LIST
    assert f"{rows} conflit" in shown
    assert "Bastia" in shown
    assert "SecretBreton" not in shown
    assert "DéjàFini" not in shown


def test_home_counts_the_conflicts_to_decide(client: Client, agent: User) -> None:
    conflict(), conflict(BRITTANY)

    assert "1 donnée en conflit" in client.get("/agents/").content.decode()


def test_list_without_conflict_says_so(client: Client, agent: User) -> None:
    assert "Aucun conflit" in client.get("/agents/conflits/").content.decode()


def test_page_writes_the_consultation_and_shows_both_values(client: Client, agent: User) -> None:
    row = conflict(before="Ajaccio", before_at=timezone.now())

    shown = client.get(f"/agents/conflits/{row.pk}/").content.decode()

    assert AccessLogEntry.objects.filter(holder=row.training_file.holder, actor=agent).count() == 1
    assert all(value in shown for value in ("Corte", "Bastia", "Ajaccio", "Lieu"))


def test_conflict_is_decided_once_from_its_page(client: Client, agent: User) -> None:
    row = conflict()

    first = decide(client, row, "keep")
    second = decide(client, row, "take")

    assert "Notre valeur est gardée" in first
    assert "par Ange Santoni" in first
    assert "déjà décidé" in second
    assert ConflictDecision.objects.get().choice == "keep"


def test_price_of_what_was_asked_for_here_offers_one_choice_alone(client: Client, agent: User) -> None:
    row = conflict(origin=FileOrigin.PORTAL, item="formation/prix")

    shown = client.get(f"/agents/conflits/{row.pk}/").content.decode()

    assert "Garder la nôtre" in shown
    assert "Prendre celle d’AGORA" not in shown
    assert "s’est engagée" in decide(client, row, "take")
    assert "Choisissez l’une des deux valeurs" in decide(client, row, "autre")
    assert not ConflictDecision.objects.exists()


def test_conflict_of_another_region_is_not_found(client: Client, agent: User) -> None:
    row = conflict(BRITTANY)

    assert client.get(f"/agents/conflits/{row.pk}/").status_code == 404
    assert client.post(f"/agents/conflits/{row.pk}/decider/", {"choix": "keep"}).status_code == 404
    assert not ConflictDecision.objects.exists()


def test_conflict_is_on_the_files_timeline(client: Client, agent: User) -> None:
    row = conflict()
    exchange = Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation="CreerDossier",
        state=ExchangeState.DONE,
        region_code=CORSICA,
        training_file=row.training_file,
    )

    for page in (f"/agents/echanges/{exchange.pk}/", f"/agents/dossiers/{row.training_file_id}/"):
        shown = client.get(page).content.decode()

        assert f"/agents/conflits/{row.pk}/" in shown
        assert "À décider" in shown

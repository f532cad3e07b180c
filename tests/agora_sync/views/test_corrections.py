"""What AGORA refused, corrected one by one, by groups or in a sheet: shown first, then sent or undone."""

import csv
import io
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agora_sync.enums import CorrectionOutcome, ExchangeState
from agora_sync.models import CorrectionBatch, Exchange
from agora_sync.services.outbox import open_new_exchanges
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.enums import EventOrigin, FileRole, JournalEventKind, TrainingFileState, Transmission
from rights.models import JournalEvent, TrainingFile, TrainingFileTransition
from tests.support.agora_rejects import BRITTANY, CAUSE, RIGHT, WRONG, agent_of, refused
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db

QUERIES_OF_A_CAUSE = 8


def file_of(exchange: Exchange) -> TrainingFile:
    assert exchange.training_file_id is not None
    return TrainingFile.objects.get(pk=exchange.training_file_id)


def prepared(client: Client, **answers: str) -> CorrectionBatch:
    given = {"champ": "organisation_siret", "avant": "", "apres": RIGHT, **answers}
    answer = client.post(f"/agents/rejets/corriger/?motif={CAUSE}", given)
    assert answer.status_code == 302, answer.content.decode()
    return CorrectionBatch.objects.get(pk=UUID(answer["Location"].split("/")[-2]))


def outcomes(batch: CorrectionBatch) -> list[tuple[str, str]]:
    return list(batch.corrections.order_by("pk").values_list("outcome", "note"))


def sheet(client: Client) -> list[dict[str, str]]:
    content = client.get(f"/agents/rejets.csv?motif={CAUSE}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=";"))


def brought_back(client: Client, rows: list[dict[str, str]]) -> CorrectionBatch | None:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    upload = SimpleUploadedFile("rejets.csv", text.getvalue().encode("utf-8-sig"))
    client.post(f"/agents/rejets/importer/?motif={CAUSE}", {"tableau": upload})
    return CorrectionBatch.objects.order_by("made_at").last()


# Causes -------------------------------------------------------------------------------------------
def test_rejects_are_counted_by_cause_in_the_agents_region(client: Client, agent: User) -> None:
    refused()
    refused()
    refused(BRITTANY, fault_code="ag:SecretBreton")

    shown = client.get("/agents/rejets/").content.decode()

    assert CAUSE in shown
    assert '<td data-label="Échanges">2</td>' in shown
    assert "SecretBreton" not in shown


def test_creation_told_again_since_is_no_reject_any_more(client: Client, agent: User) -> None:
    first = refused()
    again = JournalEvent.objects.create(
        kind=JournalEventKind.FILE_REQUESTED, training_file=first.training_file, origin=EventOrigin.PORTAL
    )
    refused(training_file=first.training_file, event=again, state=ExchangeState.DONE, fault_code="")

    shown = client.get("/agents/rejets/").content.decode()

    assert "Aucun rejet" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_cause_costs_the_same_queries_whatever_the_rows(client: Client, agent: User, rows: int) -> None:
    for _ in range(rows):
        refused()
    client.get("/agents/rejets/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/agents/rejets/?motif={CAUSE}")

    assert len(queries) == QUERIES_OF_A_CAUSE, [query["sql"] for query in queries]


# One ----------------------------------------------------------------------------------------------
def test_refused_creation_corrected_is_reopened_and_told_again(client: Client, agent: User) -> None:
    exchange = refused()
    page = client.get(f"/agents/echanges/{exchange.pk}/").content.decode()
    form = {"organisation_siret": RIGHT, "title": file_of(exchange).title, "hours_minutes": "0"}

    answer = client.post(f"/agents/echanges/{exchange.pk}/corriger/", form)
    untouched = file_of(exchange).organisation_siret
    client.post(f"{answer['Location']}envoyer/")

    file, last = file_of(exchange), TrainingFileTransition.objects.latest("pk")
    assert f"/agents/echanges/{exchange.pk}/corriger/" in page
    assert untouched == WRONG
    assert (file.organisation_siret, file.state) == (RIGHT, TrainingFileState.REQUESTED)
    assert (file.transmission, file.refusal_code) == (Transmission.PENDING, "")
    assert (last.role, last.actor) == (FileRole.REGION, agent)
    assert "SIRET" in last.reason
    assert "Aucun rejet" in client.get("/agents/rejets/").content.decode()
    open_new_exchanges()
    told = Exchange.objects.filter(training_file=file, state=ExchangeState.PENDING).get()
    assert told.operation == "CreerDossier"
    assert told.request_id != exchange.request_id


def test_refused_change_corrected_leaves_again_under_another_identifier(client: Client, agent: User) -> None:
    exchange = refused(operation="ReingenierDossier", request_id=UUID(int=1))
    state = file_of(exchange).state

    client.post(f"/agents/corrections/{prepared(client).pk}/envoyer/")

    exchange.refresh_from_db()
    assert (exchange.state, exchange.resent_by) == (ExchangeState.PENDING, agent)
    assert exchange.request_id != UUID(int=1)
    assert (file_of(exchange).organisation_siret, file_of(exchange).state) == (RIGHT, state)


def test_correction_that_changes_nothing_is_asked_again(client: Client, agent: User) -> None:
    exchange = refused()
    file = file_of(exchange)
    same = {"organisation_siret": WRONG, "title": file.title, "hours_minutes": str(file.hours_minutes)}
    same |= {"nda": file.nda, "certification_code": file.certification_code, "place": file.place}

    page = client.post(f"/agents/echanges/{exchange.pk}/corriger/", same)

    assert "Vous n’avez rien changé" in page.content.decode()
    assert not CorrectionBatch.objects.exists()


def test_value_that_cannot_be_right_is_refused_with_its_field(client: Client, agent: User) -> None:
    exchange = refused()

    page = client.post(f"/agents/echanges/{exchange.pk}/corriger/", {"organisation_siret": "123"})

    assert "SIRET de l’organisme : Le numéro SIRET comporte 14 chiffres." in page.content.decode()
    assert file_of(exchange).organisation_siret == WRONG


def test_exchange_of_another_region_is_not_there(client: Client, agent: User) -> None:
    exchange = refused(BRITTANY)

    answer = client.post(f"/agents/echanges/{exchange.pk}/corriger/", {"organisation_siret": RIGHT})

    assert answer.status_code == 404


# A group ------------------------------------------------------------------------------------------
def test_group_is_shown_before_anything_changes_then_sent_with_a_result_per_row(
    client: Client, agent: User
) -> None:
    good, other = refused(), refused()
    batch = prepared(client, avant=WRONG)
    preview = client.get(f"/agents/corrections/{batch.pk}/").content.decode()
    before = file_of(good).organisation_siret
    # Between the preview and the sending, somebody else changed one of them.
    TrainingFile.objects.filter(pk=other.training_file_id).update(organisation_siret=fictitious_siret(9))

    client.post(f"/agents/corrections/{batch.pk}/envoyer/")

    result = client.get(f"/agents/corrections/{batch.pk}/").content.decode()
    assert preview.count(f"<del>{WRONG}</del>") == 2
    assert before == WRONG
    assert [outcome for outcome, _ in outcomes(batch)] == [CorrectionOutcome.SENT, CorrectionOutcome.FAILED]
    assert "a changé depuis l’aperçu" in result
    assert file_of(good).organisation_siret == RIGHT
    assert file_of(other).organisation_siret == fictitious_siret(9)


def test_group_undone_before_sending_changes_nothing_and_cannot_be_sent(client: Client, agent: User) -> None:
    exchange = refused()
    batch = prepared(client)

    client.post(f"/agents/corrections/{batch.pk}/abandonner/")
    answer = client.post(f"/agents/corrections/{batch.pk}/envoyer/", follow=True)

    assert "déjà été envoyées ou abandonnées" in answer.content.decode()
    assert file_of(exchange).organisation_siret == WRONG
    assert outcomes(batch) == [(CorrectionOutcome.PREPARED, "")]


def test_group_sent_twice_corrects_once(client: Client, agent: User) -> None:
    exchange = refused()
    batch = prepared(client)
    client.post(f"/agents/corrections/{batch.pk}/envoyer/")

    client.post(f"/agents/corrections/{batch.pk}/envoyer/")

    reopened = TrainingFileTransition.objects.filter(training_file=exchange.training_file_id, action="reopen")
    assert reopened.count() == 1


def test_group_of_a_cause_leaves_other_regions_alone(client: Client, agent: User) -> None:
    refused()
    refused(BRITTANY)

    batch = prepared(client)

    assert batch.corrections.count() == 1


def test_training_asked_for_again_meanwhile_is_told_and_left(client: Client, agent: User) -> None:
    exchange = refused()
    file = file_of(exchange)
    TrainingFileFactory(
        holder=file.holder,
        organisation_siret=RIGHT,
        certification_code=file.certification_code,
        session_starts_on=file.session_starts_on,
        session_ends_on=file.session_ends_on,
    )
    batch = prepared(client)

    client.post(f"/agents/corrections/{batch.pk}/envoyer/")

    [(outcome, note)] = outcomes(batch)
    assert outcome == CorrectionOutcome.FAILED
    assert "demandé de nouveau cette formation" in note
    assert file_of(exchange).state == TrainingFileState.REFUSED


def test_wrong_new_value_of_a_group_prepares_nothing(client: Client, agent: User) -> None:
    refused()

    page = client.post(
        f"/agents/rejets/corriger/?motif={CAUSE}", {"champ": "organisation_siret", "apres": "12"}
    )

    assert page.status_code == 200
    assert "fr-message--error" in page.content.decode()
    assert not CorrectionBatch.objects.exists()


# A sheet ------------------------------------------------------------------------------------------
def test_sheet_exported_corrected_and_brought_back_shows_the_difference_first(
    client: Client, agent: User
) -> None:
    first, second = refused(), refused()
    rows = sheet(client)
    rows[0]["siret"] = RIGHT
    rows[1]["siret"] = "pas un siret"

    batch = brought_back(client, [*rows, {**rows[0]}])

    assert batch is not None
    assert [row["echange"] for row in rows] == [str(first.pk), str(second.pk)]
    assert batch.corrections.get().changes == {"organisation_siret": [WRONG, RIGHT]}
    assert [line[:7] for line in batch.refused_lines] == ["Ligne 3", "Ligne 4"]
    assert file_of(first).organisation_siret == WRONG


def test_sheet_with_the_exchange_of_another_region_says_so(client: Client, agent: User) -> None:
    refused()
    foreign = refused(BRITTANY)
    rows = sheet(client)

    batch = brought_back(
        client, [{**rows[0], "siret": RIGHT}, {**rows[0], "echange": str(foreign.pk), "siret": RIGHT}]
    )

    assert batch is not None
    assert batch.corrections.count() == 1
    assert "n’est pas à vous" in batch.refused_lines[0]


def test_cell_that_a_spreadsheet_would_run_is_a_text_and_comes_back_as_it_was(
    client: Client, agent: User
) -> None:
    exchange = refused()
    TrainingFile.objects.filter(pk=exchange.training_file_id).update(title="=1+1")
    rows = sheet(client)

    batch = brought_back(client, rows)

    assert rows[0]["intitule"] == "'=1+1"
    assert batch is None


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"nom;prenom\r\na;b\r\n", b"echange\r\nx\r\n"],
    ids=["bytes", "columns", "nothing"],
)
def test_file_that_is_no_such_sheet_is_refused_with_a_sentence(
    client: Client, agent: User, content: bytes
) -> None:
    refused()

    page = client.post(
        f"/agents/rejets/importer/?motif={CAUSE}", {"tableau": SimpleUploadedFile("x.csv", content)}
    )

    assert page.status_code == 200
    assert "fr-message--error" in page.content.decode()


@pytest.mark.parametrize("address", ["/agents/rejets/", "/agents/rejets.csv"])
def test_cause_that_no_code_can_hold_is_not_there(client: Client, agent: User, address: str) -> None:
    assert client.get(f"{address}?motif=%00").status_code == 404


def test_batch_of_another_agent_is_not_there(client: Client, agent: User) -> None:
    refused()
    batch = prepared(client)
    client.force_login(agent_of())

    answer = client.post(f"/agents/corrections/{batch.pk}/envoyer/")

    assert answer.status_code == 404
    batch.refresh_from_db()
    assert batch.is_open

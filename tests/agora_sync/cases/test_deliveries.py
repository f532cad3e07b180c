"""What is delivered of a case: made by a worker, valid, fetched by link and code, each visit written down."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from lxml import etree
from pypdf import PdfReader

from accounts.enums import JobState
from accounts.models import BackgroundJob, PrivateFile, User
from accounts.services.background_jobs import start_job
from agora_sync.enums import DeliveryOutcome
from agora_sync.exceptions import CaseRefused
from agora_sync.models import (
    Exchange,
    Trace,
    TraceCase,
    TraceConsultation,
    TraceDelivery,
    TraceDeliveryAccess,
)
from agora_sync.services.cases import close_case, validate_case
from agora_sync.services.deliveries import (
    MOST_WRONG_CODES,
    forget_expired_deliveries,
    give_code,
    request_delivery,
    take_document,
)
from agora_sync.services.delivery_work import produce_deliveries
from agora_sync.services.sealing import seal_traces
from agora_sync.services.trace_pivot import NAMESPACE, SCHEMA_FILE
from tests.agora_sync.cases.conftest import Make, vector_of
from tests.agora_sync.services.test_sealing import changed

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = {"t": NAMESPACE}
NOTHING_FOUND = "_vecteur-inconnu"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def case(rssi: User, make_case: Make, exchanged: Exchange) -> TraceCase:
    made = make_case(vector_of(exchanged), NOTHING_FOUND, reason="Contrôle \x0b annuel")
    validate_case(user=rssi, case=made)
    return made


@pytest.fixture
def delivery(rssi: User, case: TraceCase) -> TraceDelivery:
    seal_traces(margin=timedelta(0))
    asked = request_delivery(user=rssi, case=case)
    produce_deliveries()
    asked.refresh_from_db()
    return asked


def fetched(delivery: TraceDelivery, code: str, document: str) -> bytes:
    taken = take_document(delivery_id=delivery.pk, code=code, document=document)
    assert taken is not None
    return taken[1]


def test_pivot_is_valid_and_goes_from_the_vector_to_the_items(
    rssi: User, delivery: TraceDelivery, exchanged: Exchange
) -> None:
    pivot = fetched(delivery, give_code(user=rssi, delivery=delivery), "pivot")

    root = etree.fromstring(pivot)
    etree.XMLSchema(etree.parse(str(SCHEMA_FILE))).assertValid(root)
    read = lambda path: root.xpath(path, namespaces=NAMES)  # noqa: E731 - this document's own reader
    assert read("string(.//t:VerificationVI/t:identifiant)") == vector_of(exchanged)
    assert len(read(".//t:VerificationVI/t:etape[@resultat='passee']")) == 16
    assert len(read(".//t:TraceApplicative[t:conforme='true'][t:sceau]")) == 2
    assert read("string(.//t:TraceApplicative/t:utilisateur)") != ""
    assert "dossier/formation/intitule" in read(".//t:donnee/t:chemin/text()")
    assert read(".//t:identifiantSansTrace/text()") == [NOTHING_FOUND]
    assert read("string(.//t:Scellement/t:conforme)") == "true"
    assert exchanged.holder is not None
    assert exchanged.holder.nirs.get().nir not in pivot.decode()


def test_report_says_what_the_seals_say(rssi: User, delivery: TraceDelivery) -> None:
    report = fetched(delivery, give_code(user=rssi, delivery=delivery), "report")

    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(report)).pages).split())
    assert "aucune trace n’a été modifiée, retirée, ajoutée" in text
    assert NOTHING_FOUND in text


def test_report_of_a_broken_chain_names_the_fault(rssi: User, case: TraceCase) -> None:
    seal_traces(margin=timedelta(0))
    first = Trace.objects.order_by("pk").values_list("pk", flat=True)[0]
    changed(f"UPDATE agora_sync_trace SET http_status = 201 WHERE id = {first}")  # noqa: S608
    asked = request_delivery(user=rssi, case=case)

    produce_deliveries()

    asked.refresh_from_db()
    pivot = fetched(asked, give_code(user=rssi, delivery=asked), "pivot").decode()
    assert f"rompue : la trace {first} " in pivot


def test_delivery_is_made_once_each_trace_opened_is_written_down_and_the_disk_holds_nothing_in_clear(
    rssi: User, case: TraceCase, delivery: TraceDelivery, exchanged: Exchange
) -> None:
    assert produce_deliveries() == 0
    assert delivery.job is not None
    assert (delivery.job.state, delivery.job.done, delivery.job.total) == (JobState.FINISHED, 1, 2)
    opening = TraceConsultation.objects.get()
    assert (opening.user, opening.case, opening.exchange_id) == (rssi, case, exchanged.pk)
    for document in (delivery.pivot, delivery.report):
        assert document is not None
        assert b"Echange" not in document.file.read()
        assert document.owner_user == rssi


def test_delivery_whose_worker_died_is_taken_over_after_its_lease(rssi: User, case: TraceCase) -> None:
    asked = request_delivery(user=rssi, case=case)
    TraceDelivery.objects.update(job=start_job(kind="agora_sync.delivery"))

    assert produce_deliveries() == 0
    BackgroundJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert produce_deliveries() == 1
    asked.refresh_from_db()
    assert asked.pivot is not None


def test_delivery_of_a_case_closed_meanwhile_fails_and_says_why(rssi: User, case: TraceCase) -> None:
    asked = request_delivery(user=rssi, case=case)
    close_case(user=rssi, case=case)

    produce_deliveries()

    asked.refresh_from_db()
    assert asked.job is not None
    assert (asked.job.state, asked.pivot) == (JobState.FAILED, None)
    assert "affaire validée et non close" in asked.job.error
    assert not TraceConsultation.objects.exists()


def test_delivery_outside_a_validated_and_open_case_is_refused(
    rssi: User, cdc: User, case: TraceCase, make_case: Make
) -> None:
    with pytest.raises(CaseRefused, match="Seul le responsable"):
        request_delivery(user=cdc, case=case)
    with pytest.raises(CaseRefused, match="validée et non close"):
        request_delivery(user=rssi, case=make_case("_v"))
    close_case(user=rssi, case=case)
    with pytest.raises(IntegrityError, match="must be open and validated"), transaction.atomic():
        TraceDelivery.objects.create(case=case, requested_by=rssi, expires_at=timezone.now())


def test_code_is_shown_once_apart_from_the_link_and_opens_the_document(
    client: Client, rssi: User, case: TraceCase, delivery: TraceDelivery
) -> None:
    link = f"/remises-de-traces/{delivery.pk}/"
    assert client.get(link).status_code == 404
    client.force_login(rssi)

    page = client.post(f"/rssi/remises/{delivery.pk}/code/")

    code = page.context["code"]
    assert code in page.content.decode()
    assert str(delivery.pk) not in page.content.decode()
    detail = client.get(f"/rssi/affaires/{case.pk}/").content.decode()
    assert link in detail
    assert code not in detail
    client.logout()
    answer = client.post(link, {"code": f" {code.lower()} ", "document": "pivot"})
    assert b"".join(answer.streaming_content).startswith(b"<?xml")  # type: ignore[attr-defined]
    assert "no-store" in answer["Cache-Control"]
    assert TraceDeliveryAccess.objects.values_list("outcome", "document").get() == ("taken", "pivot")
    client.force_login(rssi)
    assert "document remis (pivot)" in client.get(f"/rssi/affaires/{case.pk}/").content.decode()


def test_wrong_codes_are_written_down_and_close_the_code(
    client: Client, rssi: User, delivery: TraceDelivery
) -> None:
    code = give_code(user=rssi, delivery=delivery)
    link = f"/remises-de-traces/{delivery.pk}/"

    for _ in range(MOST_WRONG_CODES):
        page = client.post(link, {"code": "AAAA-AAAA-AAAA-AAAA", "document": "pivot"})
        assert "pas le bon" in page.content.decode()

    assert take_document(delivery_id=delivery.pk, code=code, document="pivot") is None
    wrong = TraceDeliveryAccess.objects.filter(outcome=DeliveryOutcome.WRONG_CODE)
    assert wrong.count() == MOST_WRONG_CODES + 1
    assert fetched(delivery, give_code(user=rssi, delivery=delivery), "report").startswith(b"%PDF")


def test_code_is_given_by_an_rssi_alone(cdc: User, delivery: TraceDelivery) -> None:
    with pytest.raises(CaseRefused, match="Seul le responsable"):
        give_code(user=cdc, delivery=delivery)


def test_code_replaced_opens_nothing_more(rssi: User, delivery: TraceDelivery) -> None:
    former = give_code(user=rssi, delivery=delivery)
    give_code(user=rssi, delivery=delivery)

    assert take_document(delivery_id=delivery.pk, code=former, document="pivot") is None


def test_delivery_expired_opens_nothing_and_its_documents_go(
    client: Client, rssi: User, delivery: TraceDelivery
) -> None:
    code = give_code(user=rssi, delivery=delivery)
    TraceDelivery.objects.update(expires_at=timezone.now())

    with pytest.raises(LookupError):
        take_document(delivery_id=delivery.pk, code=code, document="pivot")
    assert client.get(f"/remises-de-traces/{delivery.pk}/").status_code == 404
    with pytest.raises(CaseRefused, match="expiré"):
        give_code(user=rssi, delivery=delivery)
    assert forget_expired_deliveries() == 1
    assert not PrivateFile.objects.exists()
    assert produce_deliveries() == 0


def test_visit_that_is_neither_right_nor_wrong_is_refused_by_the_database(
    rssi: User, case: TraceCase
) -> None:
    asked = request_delivery(user=rssi, case=case)

    with pytest.raises(IntegrityError, match="agora_delivery_outcome_known"):
        TraceDeliveryAccess.objects.create(delivery=asked, outcome="perhaps")

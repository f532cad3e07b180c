"""Traces open under a case alone: written, validated by another person, logged, closed; the database decides too."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import AccessLogEntry, User
from agora_sync.enums import CaseKind
from agora_sync.exceptions import CaseRefused
from agora_sync.models import Exchange, Partner, Trace, TraceCase, TraceCaseKey, TraceConsultation
from agora_sync.provider.exchange import handle_call
from agora_sync.services.cases import close_case, validate_case
from agora_sync.services.trace_opening import open_exchange
from rights.models import TrainingFile
from tests.agora_sync.cases.conftest import Make, staff, vector_of
from tests.support.agora import Caller, create_request, entry_request, list_request
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

QUERIES_OF_THE_CASE = 15
QUERIES_OF_THE_LIST = 5


# Who may do what, in the services and in the database ----------------------------------------------------------------


def test_case_validated_by_who_opened_it_is_refused(rssi: User, make_case: Make) -> None:
    case = make_case(user=rssi)

    with pytest.raises(CaseRefused, match="une autre personne"):
        validate_case(user=rssi, case=case)
    with pytest.raises(IntegrityError, match="agora_case_validated_by_another"), transaction.atomic():
        TraceCase.objects.update(validated_by=rssi, validated_at=timezone.now())


def test_case_validated_or_closed_by_somebody_else_than_an_rssi_is_refused(make_case: Make) -> None:
    case = make_case()

    for decide in (validate_case, close_case):
        with pytest.raises(CaseRefused, match="Seul le responsable de la sécurité"):
            decide(user=staff(StaffRole.CDC), case=case)


def test_case_opened_by_an_agent_is_refused(make_case: Make) -> None:
    with pytest.raises(CaseRefused, match="pas habilité"):
        make_case(user=staff(StaffRole.REGIONAL_AGENT))


def test_case_with_a_reference_already_used_is_refused(make_case: Make) -> None:
    make_case(reference="AFF-1")

    with pytest.raises(CaseRefused, match="déjà cette référence"):
        make_case(reference="AFF-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        TraceCase.objects.bulk_create([bare_case(reference="AFF-1")])


def bare_case(**fields: Any) -> TraceCase:
    given = {
        "reference": uuid4().hex,
        "kind": CaseKind.FRAUD,
        "reason": "x",
        "requester": "x",
        "designation": "x",
        "requested_on": timezone.localdate(),
        "opened_by": UserFactory(),
    }
    return TraceCase(**{**given, **fields})


@pytest.mark.parametrize(
    ("guard", "fields"),
    [
        ("agora_case_kind_known", {"kind": "curiosity"}),
        ("agora_case_says_who_and_why", {"reason": ""}),
        ("agora_case_says_who_and_why", {"reference": ""}),
        ("agora_case_says_who_and_why", {"requester": ""}),
        ("agora_case_says_who_and_why", {"designation": ""}),
        ("agora_case_validation_whole", {"validated_at": timezone.now()}),
        ("agora_case_closing_whole", {"closed_at": timezone.now()}),
    ],
    ids=["kind", "reason", "reference", "requester", "designation", "validation", "closing"],
)
def test_case_that_does_not_say_all_is_refused_by_the_database(guard: str, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=guard):
        bare_case(**fields).save(force_insert=True)


@pytest.mark.parametrize("column", ["reason", "reference", "opened_at"])
def test_case_is_never_rewritten_nor_deleted(make_case: Make, column: str) -> None:
    case = make_case()
    value = timezone.now() if column == "opened_at" else "autre"

    with pytest.raises(IntegrityError, match=f"{column} is written once"), transaction.atomic():
        TraceCase.objects.filter(pk=case.pk).update(**{column: value})
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        bare_case_saved().delete()


def bare_case_saved() -> TraceCase:
    case = bare_case()
    case.save(force_insert=True)
    return case


def test_case_closed_is_never_opened_again(rssi: User, make_case: Make) -> None:
    case = make_case()
    close_case(user=rssi, case=case)

    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        TraceCase.objects.update(closed_by=None, closed_at=None)
    with pytest.raises(CaseRefused, match="déjà close"):
        close_case(user=rssi, case=case)
    with pytest.raises(CaseRefused, match="est close"):
        validate_case(user=rssi, case=case)


def test_case_validated_covers_nothing_more(rssi: User, make_case: Make) -> None:
    case = make_case()
    with pytest.raises(IntegrityError, match="agora_case_key_says_something"), transaction.atomic():
        TraceCaseKey.objects.create(case=case, value="")
    with pytest.raises(IntegrityError, match="agora_case_key_once"), transaction.atomic():
        TraceCaseKey.objects.create(case=case, value=case.keys.get().value)
    validate_case(user=rssi, case=case)

    with pytest.raises(IntegrityError, match="must be open and not validated"), transaction.atomic():
        TraceCaseKey.objects.create(case=case, value="autre")


def test_consultation_outside_a_validated_and_open_case_is_refused_by_the_database(
    rssi: User, make_case: Make
) -> None:
    def look(case: TraceCase) -> None:
        with transaction.atomic():
            TraceConsultation.objects.create(user=rssi, case=case, exchange_id=uuid4(), shown=1)

    case = make_case()
    with pytest.raises(IntegrityError, match="must be open and validated"):
        look(case)
    validate_case(user=rssi, case=case)
    look(case)
    close_case(user=rssi, case=case)
    with pytest.raises(IntegrityError, match="must be open and validated"):
        look(case)
    with (
        pytest.raises(IntegrityError, match="agora_consultation_opens_under_a_case"),
        transaction.atomic(),
    ):
        TraceConsultation.objects.create(user=rssi, exchange_id=uuid4(), shown=1)


# Opening -------------------------------------------------------------------------------------------------------------


def test_trace_opened_by_its_vector_tells_message_steps_and_items_and_is_written_down(
    client: Client, rssi: User, make_case: Make, exchanged: Exchange
) -> None:
    case = make_case(vector_of(exchanged))
    validate_case(user=rssi, case=case)
    client.force_login(rssi)

    covered = client.get(f"/rssi/affaires/{case.pk}/").content.decode()
    page = client.get(f"/rssi/affaires/{case.pk}/traces/{exchanged.pk}/").content.decode()

    assert f"/traces/{exchanged.pk}/" in covered
    assert "Rossi-Fontaine" not in covered
    assert "Rossi-Fontaine" in page
    assert vector_of(exchanged) in page
    assert page.count("Passée") == 16
    assert "Intitulé de la formation" in page
    opening = TraceConsultation.objects.get()
    assert (opening.user, opening.case, opening.exchange_id, opening.shown) == (rssi, case, exchanged.pk, 2)
    assert AccessLogEntry.objects.filter(actor=rssi, holder=exchanged.holder).count() == 1
    assert str(rssi) in client.get(f"/rssi/affaires/{case.pk}/").content.decode()


def test_trace_of_a_refused_call_is_found_by_its_vector_and_names_the_failed_step(
    rssi: User, make_case: Make, caller: Caller
) -> None:
    holder = HolderFactory()
    call = caller.call(list_request(holder))
    handle_call(call)
    handle_call(call)
    vector = Trace.objects.exclude(vector_id="").values_list("vector_id", flat=True).distinct().get()
    replayed = Exchange.objects.get(failed_step=9)
    case = make_case(vector)
    validate_case(user=rssi, case=case)
    case.refresh_from_db()

    opened = open_exchange(user=rssi, case=case, exchange_id=replayed.pk)

    assert opened.failed_step == 9
    assert [step.is_passed for step in opened.steps][7:10] == [True, False, None]
    assert opened.items == []
    assert opened.claims is not None
    assert opened.claims.assertion_id == vector
    # The line of a refused call names nobody, its message does.
    assert replayed.holder is None
    assert AccessLogEntry.objects.filter(actor=rssi, holder=holder).count() == 1


def test_trace_that_names_a_file_alone_is_told_to_whose_it_is(
    rssi: User, make_case: Make, caller: Caller, other_caller: Caller
) -> None:
    holder = HolderFactory()
    handle_call(caller.call(create_request(holder)))
    file = TrainingFile.objects.get()
    assert file.agora_number is not None
    handle_call(other_caller.call(entry_request(file.agora_number, file.session_starts_on)))
    refused = Exchange.objects.get(operation="DeclarerEntree")
    case = make_case(str(refused.pk))
    validate_case(user=rssi, case=case)
    case.refresh_from_db()

    open_exchange(user=rssi, case=case, exchange_id=refused.pk)

    assert (refused.holder, refused.training_file) == (None, None)
    assert AccessLogEntry.objects.filter(actor=rssi, holder=holder).count() == 1


def test_items_disclosed_bear_the_names_of_the_dictionary(
    rssi: User, make_case: Make, caller: Caller, exchanged: Exchange
) -> None:
    case = make_case(str(exchanged.pk))
    validate_case(user=rssi, case=case)
    case.refresh_from_db()

    items = {item.path: item for item in open_exchange(user=rssi, case=case, exchange_id=exchanged.pk).items}

    title = items["dossier/formation/intitule"]
    assert (title.label, title.family, title.times) == (
        "Intitulé de la formation",
        "2. Action de formation",
        1,
    )


@pytest.mark.parametrize(
    "situation", ["not validated", "closed", "not covered", "of another partner", "agent"]
)
def test_trace_that_the_case_does_not_open_stays_closed_and_nothing_is_shown(
    client: Client, rssi: User, make_case: Make, exchanged: Exchange, situation: str
) -> None:
    keys = (str(uuid4()),) if situation == "not covered" else (str(exchanged.pk),)
    other = Partner.objects.exclude(pk=exchanged.partner_id).first()
    case = make_case(*keys, partner=other if situation == "of another partner" else None)
    if situation != "not validated":
        validate_case(user=rssi, case=case)
    if situation == "closed":
        close_case(user=rssi, case=case)
    client.force_login(staff(StaffRole.CDC) if situation == "agent" else rssi)

    page = client.get(f"/rssi/affaires/{case.pk}/traces/{exchanged.pk}/", follow=True)

    assert page.status_code == (403 if situation == "agent" else 200)
    assert "Rossi-Fontaine" not in page.content.decode()
    assert not TraceConsultation.objects.exists()


def test_trace_opened_by_somebody_else_than_an_rssi_is_refused_by_the_service(
    cdc: User, rssi: User, make_case: Make, exchanged: Exchange
) -> None:
    case = make_case(str(exchanged.pk))
    validate_case(user=rssi, case=case)
    case.refresh_from_db()

    with pytest.raises(CaseRefused, match="Seul le responsable"):
        open_exchange(user=cdc, case=case, exchange_id=exchanged.pk)


# Pages ---------------------------------------------------------------------------------------------------------------


def test_case_written_validated_and_closed_on_its_pages(client: Client, rssi: User, cdc: User) -> None:
    client.force_login(cdc)
    answers = {
        "reference": "AFF-2026-7",
        "kind": "fraud",
        "reason": "Soupçon",
        "requester": "A. Martin",
        "designation": "Lettre du 2",
        "requested_on": timezone.localdate().isoformat(),
        "keys": " _v1 \n\n_v1\n_v2",
    }

    detail = client.post("/rssi/affaires/nouvelle/", answers, follow=True)

    case = TraceCase.objects.get()
    assert sorted(case.keys.values_list("value", flat=True)) == ["_v1", "_v2"]
    assert "Valider l’affaire" not in detail.content.decode()
    client.force_login(rssi)
    assert "Valider l’affaire" in client.get(f"/rssi/affaires/{case.pk}/").content.decode()
    assert "est validée" in client.post(f"/rssi/affaires/{case.pk}/valider/", follow=True).content.decode()
    close = f"/rssi/affaires/{case.pk}/clore/"
    assert "Cochez la case" in client.post(close, follow=True).content.decode()
    assert TraceCase.objects.get().closed_at is None
    assert "est close" in client.post(close, {"certain": "on"}, follow=True).content.decode()
    assert "AFF-2026-7" in client.get("/rssi/affaires/").content.decode()


def test_case_without_key_or_asked_tomorrow_says_why(client: Client, cdc: User) -> None:
    client.force_login(cdc)
    tomorrow = timezone.localdate() + timedelta(days=1)

    page = client.post("/rssi/affaires/nouvelle/", {"keys": " \n", "requested_on": tomorrow.isoformat()})

    assert "pas encore passée" in page.content.decode()
    assert not TraceCase.objects.exists()


def test_case_shows_its_deadline_with_its_source_and_says_when_it_is_over(
    client: Client, cdc: User, make_case: Make
) -> None:
    today = timezone.localdate()
    case = make_case(requested_on=today - timedelta(days=15))
    client.force_login(cdc)

    page = client.get(f"/rssi/affaires/{case.pk}/").content.decode()

    assert case.answer_by == today - timedelta(days=1)
    assert "14 jours calendaires" in page
    assert "Convention de service avec AGORA" in page
    assert "Dépassé" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_case_pages_ask_as_much_whatever_they_show(
    client: Client, rssi: User, make_case: Make, caller: Caller, rows: int
) -> None:
    holder = HolderFactory()
    for _ in range(rows):
        handle_call(caller.call(list_request(holder)))
    case = make_case(*map(str, Exchange.objects.values_list("pk", flat=True)))
    validate_case(user=rssi, case=case)
    case.refresh_from_db()
    for exchange in Exchange.objects.all():
        open_exchange(user=rssi, case=case, exchange_id=exchange.pk)
        make_case()
    client.force_login(rssi)

    with CaptureQueriesContext(connection) as of_the_case:
        client.get(f"/rssi/affaires/{case.pk}/")
    with CaptureQueriesContext(connection) as of_the_list:
        client.get("/rssi/affaires/")

    assert len(of_the_case) == QUERIES_OF_THE_CASE
    assert len(of_the_list) == QUERIES_OF_THE_LIST

"""Step 16: what the operations do, and their business refusals."""

import datetime as dt
import hashlib
from typing import Any

import pytest
from lxml import etree

from accounts.models import AccessLogEntry
from agora_sync import contract
from agora_sync.enums import ExchangeState, TraceKind
from agora_sync.models import Exchange, FileContribution, Partner, Trace
from agora_sync.provider.exchange import Answer, handle_call
from agora_sync.services.traces import opened
from agora_sync.xml import namespaces as ns
from catalog.enums import CertificationState
from catalog.models import Certification
from cpa_portal.kernel.identifiers import fictitious_nir
from rights.enums import Funder, TrainingFileAction, TrainingFileState
from rights.facts import FundingFact
from rights.models import JournalEvent, TrainingFile
from rights.services.training_files.partner_changes import close_partner_file
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import (
    Caller,
    create_request,
    entry_request,
    list_request,
    read_answer,
    read_fault,
)
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db
Holder = Any


@pytest.fixture
def holder(partners: dict[str, Partner]) -> Holder:
    return HolderFactory(birth_name="Rossi-Fontaine")


def answered(answer: Answer) -> dict[str, str]:
    """The answer, which respects the contract."""
    assert read_fault(answer.content) is None, answer.content.decode()
    body = etree.fromstring(answer.content).find(ns.soap("Body"))
    assert body is not None
    contract.schema().assertValid(body[0])
    return read_answer(answer.content)


def file_of_partner(caller: Caller, holder: Holder, **facts: Any) -> TrainingFile:
    handle_call(caller.call(create_request(holder, **facts)))
    return TrainingFile.objects.filter(holder=holder).latest("created_at")


# CreerDossier -------------------------------------------------------------------------------------
def test_create_file_first_time_opens_it_and_says_so(caller: Caller, holder: Holder) -> None:
    fundings = (FundingFact(Funder.REGION, 1_000_00), FundingFact(Funder.HOLDER, 500_00))

    told = answered(handle_call(caller.call(create_request(holder, fundings=fundings))))

    created = TrainingFile.objects.get(holder=holder)
    assert told["numeroDossier"] == created.agora_number
    assert (told["preexistant"], told["etat"]) == ("false", "DEMANDE")
    assert {(part.funder, part.amount_cents) for part in created.fundings.all()} == {
        (Funder.REGION, 1_000_00),
        (Funder.HOLDER, 500_00),
    }


def test_create_file_leaves_a_line_in_the_exchange_log(caller: Caller, holder: Holder) -> None:
    request = create_request(holder)

    handle_call(caller.call(request))

    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.fault_code, exchange.failed_step) == (ExchangeState.DONE, "", None)
    assert exchange.request_id == request.request_id
    assert exchange.training_file == TrainingFile.objects.get()
    assert exchange.finished_at is not None


def test_create_file_of_another_partner_for_the_same_training_finds_it(
    caller: Caller, other_caller: Caller, holder: Holder
) -> None:
    first = answered(handle_call(caller.call(create_request(holder))))

    second = answered(handle_call(other_caller.call(create_request(holder, title="Autre intitulé"))))

    assert (second["numeroDossier"], second["preexistant"]) == (first["numeroDossier"], "true")
    assert TrainingFile.objects.count() == 1
    assert FileContribution.objects.count() == 2


def test_create_file_event_bears_the_origin_that_is_never_sent_back(caller: Caller, holder: Holder) -> None:
    handle_call(caller.call(create_request(holder)))

    assert {event.origin for event in JournalEvent.objects.all()} == {"agora"}


@pytest.mark.parametrize(
    ("nir", "cause"),
    [
        ("185017505600148", "cle"),
        ("1850175056001", "longueur"),
        ("18501750560014X", "caracteres"),
        ("１85017505600149", "caracteres"),
        ("185137505600143", "caracteres"),
        ("269054958815780", "specimen"),
    ],
)
def test_create_file_wrong_nir_is_refused_with_its_cause_and_without_it(
    caller: Caller, holder: Holder, refused: Refused, nir: str, cause: str
) -> None:
    request = create_request(holder)
    wrong = type(request.person)(nir, request.person.birth_name)

    fault = refused(caller.call(type(request)(request.request_id, wrong, request.facts)))

    assert fault.name == "ag:NIRInvalide"
    assert fault.details[0]["cause"] == cause
    assert fault.details[0]["chemin"] == "/CreerDossier/titulaire/nir"
    assert nir not in str(fault)


def test_create_file_unknown_person(caller: Caller, holder: Holder, refused: Refused) -> None:
    request = create_request(holder)
    unknown = type(request.person)(fictitious_nir(7), request.person.birth_name)

    fault = refused(caller.call(type(request)(request.request_id, unknown, request.facts)))

    assert fault.name == "ag:TitulaireInconnu"


def test_create_file_name_of_another_person_does_not_tell_the_true_one(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    request = create_request(holder)
    other = type(request.person)(request.person.nir, "Duchemin")

    fault = refused(caller.call(type(request)(request.request_id, other, request.facts)))

    assert fault.name == "ag:CoupleNIRNomIncoherent"
    assert "Rossi" not in str(fault)


@pytest.mark.parametrize(
    "written", ["ROSSI FONTAINE", "rossi-fontaine", "Rossi Fontàine", "de Rossi-Fontaine"]
)
def test_create_file_other_spelling_of_the_name_passes(caller: Caller, holder: Holder, written: str) -> None:
    request = create_request(holder)
    person = type(request.person)(request.person.nir.lower(), written)

    answered(handle_call(caller.call(type(request)(request.request_id, person, request.facts))))


def test_create_file_deceased_holder(caller: Caller, holder: Holder, refused: Refused) -> None:
    holder.deceased_on = dt.date(2026, 1, 1)
    holder.save()

    assert refused(caller.call(create_request(holder))).name == "ag:TitulaireDecede"


@pytest.mark.parametrize(
    ("facts", "code", "path"),
    [
        ({"organisation_siret": "16000000900019"}, "ag:SIRETInvalide", "/organisme/siret"),
        ({"organisation_siret": "00000000000000"}, "ag:SIRETInvalide", "/organisme/siret"),
        ({"nda": "123"}, "ag:NDAInconnue", "/organisme/nda"),
        ({"certification_code": "RNCP99999"}, "ag:CertificationInvalide", "/codeCertification"),
        ({"certification_code": "ABC1"}, "ag:CertificationInvalide", "/codeCertification"),
        ({"certification_code": "RNCP1"}, "ag:CertificationInvalide", "/codeCertification"),
        ({"hours_minutes": 2_000_000}, "ag:DureeInvalide", "/dureeMinutes"),
        ({"session_ends_on": dt.date(2020, 1, 1)}, "ag:DatesIncoherentes", "/dateFin"),
        ({"fundings": (FundingFact(Funder.REGION, 1),)}, "ag:MontantInvalide", "/financement"),
    ],
)
def test_create_file_wrong_fact_has_its_code_and_path(
    caller: Caller, holder: Holder, refused: Refused, facts: dict[str, Any], code: str, path: str
) -> None:
    Certification.objects.create(
        code="RNCP1", title="Ancienne", state=CertificationState.INACTIVE, expires_on=dt.date(2021, 1, 1)
    )

    fault = refused(caller.call(create_request(holder, **facts)))

    assert fault.name == code
    assert [detail["chemin"] for detail in fault.details] == [f"/CreerDossier/formation{path}"]


def test_create_file_several_wrong_facts_are_told_together(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    wrong = create_request(holder, organisation_siret="1", nda="x", fundings=(FundingFact(Funder.REGION, 1),))

    fault = refused(caller.call(wrong))

    assert [detail["code"] for detail in fault.details] == ["SIRETInvalide", "NDAInconnue", "MontantInvalide"]


def test_create_file_certification_in_force_on_the_first_day_passes(caller: Caller, holder: Holder) -> None:
    ends = dt.date.today() + dt.timedelta(days=365)  # noqa: DTZ011 - a day, whatever the zone
    Certification.objects.create(
        code="RNCP2", title="Soudeur", state=CertificationState.ACTIVE, expires_on=ends
    )

    answered(handle_call(caller.call(create_request(holder, certification_code="rncp2"))))

    assert TrainingFile.objects.get().certification_code == "RNCP2"


# DeclarerEntree -----------------------------------------------------------------------------------
def test_declare_entry_on_own_file_enters_it(caller: Caller, holder: Holder) -> None:
    training_file = file_of_partner(caller, holder)

    told = answered(
        handle_call(
            caller.call(entry_request(str(training_file.agora_number), training_file.session_starts_on))
        )
    )

    training_file.refresh_from_db()
    assert training_file.state == TrainingFileState.IN_TRAINING
    assert (told["etat"], told["dateEntree"]) == (
        "EN_FORMATION",
        training_file.session_starts_on.isoformat(),
    )


def test_declare_entry_twice_is_a_forbidden_transition(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    training_file = file_of_partner(caller, holder)
    number, day = str(training_file.agora_number), training_file.session_starts_on
    answered(handle_call(caller.call(entry_request(number, day))))

    assert refused(caller.call(entry_request(number, day))).name == "ag:TransitionInterdite"
    later = day + dt.timedelta(days=1)
    assert refused(caller.call(entry_request(number, later))).name == "ag:TransitionInterdite"


@pytest.mark.parametrize("days", [-1, 61])
def test_declare_entry_outside_the_session_is_refused_then_may_be_corrected(
    caller: Caller, holder: Holder, refused: Refused, days: int
) -> None:
    training_file = file_of_partner(caller, holder)
    number, start = str(training_file.agora_number), training_file.session_starts_on

    fault = refused(caller.call(entry_request(number, start + dt.timedelta(days=days))))

    assert (fault.name, fault.details[0]["chemin"]) == ("ag:DatesIncoherentes", "/DeclarerEntree/dateEntree")
    answered(handle_call(caller.call(entry_request(number, start))))


def test_declare_entry_on_a_file_that_may_no_longer_begin_is_a_forbidden_transition(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    training_file = file_of_partner(caller, holder)
    close_partner_file(
        training_file_id=training_file.pk, action=TrainingFileAction.CANCEL, reason="TITULAIRE"
    )
    request = entry_request(str(training_file.agora_number), training_file.session_starts_on)

    assert refused(caller.call(request)).name == "ag:TransitionInterdite"


def test_declare_entry_unknown_file_and_foreign_file_look_the_same(
    caller: Caller, other_caller: Caller, holder: Holder, refused: Refused
) -> None:
    training_file = file_of_partner(other_caller, holder)
    day = training_file.session_starts_on

    unknown = refused(caller.call(entry_request("AG000000000000", day)))
    foreign = refused(caller.call(entry_request(str(training_file.agora_number), day)))

    assert unknown.name == foreign.name == "ag:DossierInconnu"
    for detail in (*unknown.details, *foreign.details):
        detail.pop("idTrace")
    assert unknown == foreign


def test_declare_entry_foreign_file_already_entered_still_looks_unknown(
    caller: Caller, other_caller: Caller, holder: Holder, refused: Refused
) -> None:
    training_file = file_of_partner(other_caller, holder)
    number, day = str(training_file.agora_number), training_file.session_starts_on
    answered(handle_call(other_caller.call(entry_request(number, day))))

    assert refused(caller.call(entry_request(number, day))).name == "ag:DossierInconnu"


def test_declare_entry_on_a_file_that_one_enriched_passes(
    caller: Caller, other_caller: Caller, holder: Holder
) -> None:
    training_file = file_of_partner(other_caller, holder)
    handle_call(caller.call(create_request(holder)))

    answered(
        handle_call(
            caller.call(entry_request(str(training_file.agora_number), training_file.session_starts_on))
        )
    )


# ConsulterDossiers --------------------------------------------------------------------------------
def test_list_files_gives_those_of_the_person_alone(
    caller: Caller, other_caller: Caller, holder: Holder
) -> None:
    own = file_of_partner(caller, holder)
    later = own.session_starts_on + dt.timedelta(days=10)
    other = file_of_partner(other_caller, holder, session_starts_on=later)
    file_of_partner(caller, HolderFactory())

    answer = handle_call(caller.call(list_request(holder)))

    answered(answer)
    numbers = [node.text for node in etree.fromstring(answer.content).iter(ns.agora("numeroDossier"))]
    assert numbers == [other.agora_number, own.agora_number]


def test_list_files_of_nobody_known_is_refused(caller: Caller, holder: Holder, refused: Refused) -> None:
    request = list_request(holder)
    unknown = type(request)(request.request_id, type(request.person)(fictitious_nir(9), "Rossi"))

    assert refused(caller.call(unknown)).name == "ag:TitulaireInconnu"


def test_list_files_without_any_gives_an_empty_answer(caller: Caller, holder: Holder) -> None:
    assert "dossier" not in answered(handle_call(caller.call(list_request(holder))))


@pytest.mark.parametrize("files", [1, 3])
def test_list_files_costs_the_same_queries_whatever_the_files(
    caller: Caller, holder: Holder, django_assert_num_queries: Any, files: int
) -> None:
    first = file_of_partner(caller, holder)
    for rank in range(1, files):
        file_of_partner(caller, holder, session_starts_on=first.session_starts_on + dt.timedelta(days=rank))
    call = caller.call(list_request(holder))

    with django_assert_num_queries(QUERIES_OF_A_READ):
        handle_call(call)


# Transactions included: reception, who is registered, replay, claim, person, access log, files and
# their parts; then answer kept, answer traced and exchange logged with its region in one.
QUERIES_OF_A_READ = 15


# What every operation does ------------------------------------------------------------------------
def test_every_operation_tells_the_person_who_looked(caller: Caller, holder: Holder) -> None:
    training_file = file_of_partner(caller, holder)
    handle_call(caller.call(entry_request(str(training_file.agora_number), training_file.session_starts_on)))
    handle_call(caller.call(list_request(holder)))

    entries = AccessLogEntry.objects.filter(holder=holder)
    assert [entry.partner for entry in entries] == ["Région de démonstration"] * 3


def test_answer_is_bound_to_its_request_and_traced_as_sent(caller: Caller, holder: Holder) -> None:
    call = caller.call(list_request(holder))

    answer = handle_call(call)

    assert answered(answer)["empreinteRequete"] == hashlib.sha256(call.body).hexdigest()
    reception, sent = Trace.objects.order_by("id")
    assert (reception.kind, opened(reception.content)) == (TraceKind.REQUEST_RECEIVED, call.body)
    assert (sent.kind, opened(sent.content)) == (TraceKind.ANSWER_SENT, answer.content)
    assert (sent.partner_code, sent.operation, sent.http_status) == ("partner", "ConsulterDossiers", 200)


def test_trace_holds_no_nir_in_clear_and_recognises_the_message(caller: Caller, holder: Holder) -> None:
    request = list_request(holder)
    call = caller.call(request)

    handle_call(call)

    for trace in Trace.objects.all():
        assert request.person.nir.encode() not in bytes(trace.content)
    assert Trace.objects.get(kind=TraceKind.REQUEST_RECEIVED).sha256 == hashlib.sha256(call.body).hexdigest()


def test_longest_texts_of_the_contract_are_kept_whole(caller: Caller, holder: Holder) -> None:
    longest = dict.fromkeys(("title", "organisation_name", "place"), "é" * 255)

    answered(handle_call(caller.call(create_request(holder, **longest))))

    file = TrainingFile.objects.get()
    assert {name: getattr(file, name) for name in longest} == longest

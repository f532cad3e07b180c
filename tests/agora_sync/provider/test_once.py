"""The same request again, the same identifier otherwise, everybody at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from lxml import etree

from accounts.models import AccessLogEntry
from accounts.services.key_rotation import rotate_stored_keys
from agora_sync.mapping.requests import operation_of
from agora_sync.models import FileContribution, Partner, ReceivedRequest, ReplayedVector
from agora_sync.provider.call import Call
from agora_sync.provider.exchange import Answer, handle_call
from cpa_portal.kernel.encryption import generate_secret
from rights.models import TrainingFile
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import (
    Caller,
    body_of,
    create_request,
    entry_request,
    envelope,
    list_request,
    read_answer,
    read_fault,
)
from tests.support.factories.accounts import HolderFactory

TOGETHER = 8


@pytest.fixture
def holder(partners: dict[str, Partner]) -> Any:
    return HolderFactory()


def without_digest(answer: Answer) -> dict[str, str]:
    assert read_fault(answer.content) is None, answer.content
    told = read_answer(answer.content)
    told.pop("empreinteRequete")
    return told


def fault_name(answer: Answer) -> str:
    fault = read_fault(answer.content)
    return fault.name if fault else ""


@pytest.mark.django_db
def test_same_request_with_a_new_vector_gets_the_same_answer_bound_to_the_new_message(
    caller: Caller, holder: Any
) -> None:
    request = create_request(holder)
    first = handle_call(caller.call(request))

    second = handle_call(caller.call(request))

    assert without_digest(second) == without_digest(first)
    assert read_answer(second.content)["empreinteRequete"] != read_answer(first.content)["empreinteRequete"]
    assert TrainingFile.objects.count() == 1
    assert ReceivedRequest.objects.count() == 1


@pytest.mark.django_db
def test_same_request_indented_otherwise_gets_the_same_answer(caller: Caller, holder: Any) -> None:
    request = create_request(holder)
    first = handle_call(caller.call(request))
    indented = body_of(request)
    etree.indent(indented)

    content = envelope(indented, caller.assertion().security_header())
    again = handle_call(caller.call_of(content, operation_of(request)))

    assert b"\n  <" in content
    assert without_digest(again) == without_digest(first)
    assert TrainingFile.objects.count() == 1


@pytest.mark.django_db
def test_same_request_after_the_keys_were_replaced_gets_the_same_answer(
    caller: Caller, holder: Any, settings: Any
) -> None:
    request = create_request(holder)
    first = handle_call(caller.call(request))
    former, new = settings.FIELD_ENCRYPTION_KEYS, generate_secret()
    settings.FIELD_ENCRYPTION_KEYS = [new, *former]

    report = rotate_stored_keys()
    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert report.unreadable == []
    assert without_digest(handle_call(caller.call(request))) == without_digest(first)


@pytest.mark.django_db
def test_same_entry_again_gets_the_same_answer(caller: Caller, holder: Any) -> None:
    handle_call(caller.call(create_request(holder)))
    training_file = TrainingFile.objects.get()
    request = entry_request(str(training_file.agora_number), training_file.session_starts_on)
    first = handle_call(caller.call(request))

    assert without_digest(handle_call(caller.call(request))) == without_digest(first)


@pytest.mark.django_db
def test_read_given_again_is_told_to_the_person_again(caller: Caller, holder: Any) -> None:
    request = list_request(holder)
    first = handle_call(caller.call(request))

    second = handle_call(caller.call(request))

    assert without_digest(second) == without_digest(first)
    assert AccessLogEntry.objects.filter(holder=holder).count() == 2


@pytest.mark.django_db
def test_same_identifier_with_other_content_is_a_conflict(
    caller: Caller, holder: Any, refused: Refused
) -> None:
    request = create_request(holder)
    handle_call(caller.call(request))
    other = replace(request, facts=replace(request.facts, price_cents=1))

    assert refused(caller.call(other)).name == "ag:ConflitRequete"


@pytest.mark.django_db
def test_same_identifier_for_another_operation_is_a_conflict(
    caller: Caller, holder: Any, refused: Refused
) -> None:
    request = create_request(holder)
    handle_call(caller.call(request))
    other = replace(list_request(holder), request_id=request.request_id)

    assert refused(caller.call(other)).name == "ag:ConflitRequete"


@pytest.mark.django_db
def test_same_identifier_of_another_partner_is_another_request(
    caller: Caller, other_caller: Caller, holder: Any
) -> None:
    request = create_request(holder)
    handle_call(caller.call(request))

    assert read_answer(handle_call(other_caller.call(request)).content)["preexistant"] == "true"


@pytest.mark.django_db
def test_refused_request_again_is_refused_the_same(caller: Caller, holder: Any) -> None:
    request = create_request(holder, organisation_siret="1")
    first = read_fault(handle_call(caller.call(request)).content)

    second = read_fault(handle_call(caller.call(request)).content)

    assert first is not None
    assert second is not None
    for detail in (*first.details, *second.details):
        detail.pop("idTrace")
    assert second == first


# At the same instant --------------------------------------------------------------------------------
def all_at_once(calls: list[Call]) -> list[Answer]:
    def one(call: Call) -> Answer:
        try:
            return handle_call(call)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=TOGETHER) as pool:
        return list(pool.map(one, calls))


@pytest.fixture
def roomy(settings: Any) -> None:
    settings.AGORA_MAX_CONCURRENT_CALLS = TOGETHER


@pytest.mark.django_db(transaction=True)
def test_one_vector_sent_many_times_at_once_is_accepted_once(
    caller: Caller, holder: Any, roomy: None
) -> None:
    assertion = caller.assertion()
    calls = [caller.call(list_request(holder), assertion) for _ in range(TOGETHER * 3)]

    names = [fault_name(answer) for answer in all_at_once(calls)]

    assert sorted(names) == ["", *["vi:InvalidVI"] * (len(calls) - 1)]
    assert ReplayedVector.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_same_request_many_times_at_once_has_one_effect_and_one_answer(
    caller: Caller, holder: Any, roomy: None
) -> None:
    request = create_request(holder)
    calls = [caller.call(request) for _ in range(TOGETHER)]

    answers = all_at_once(calls)

    assert len({tuple(without_digest(answer).items()) for answer in answers}) == 1
    assert TrainingFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_partners_creating_the_same_file_at_once_get_one_file_and_one_is_told(
    caller: Caller, other_caller: Caller, holder: Any, roomy: None
) -> None:
    calls = [who.call(create_request(holder)) for who in (caller, other_caller)]

    answers = [without_digest(answer) for answer in all_at_once(calls)]

    assert len({answer["numeroDossier"] for answer in answers}) == 1
    assert sorted(answer["preexistant"] for answer in answers) == ["false", "true"]
    assert FileContribution.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_entry_declared_many_times_at_once_under_other_identifiers_enters_once(
    caller: Caller, holder: Any, roomy: None
) -> None:
    handle_call(caller.call(create_request(holder)))
    training_file = TrainingFile.objects.get()
    number, day = str(training_file.agora_number), training_file.session_starts_on
    calls = [caller.call(entry_request(number, day)) for _ in range(TOGETHER)]

    names = [fault_name(answer) for answer in all_at_once(calls)]

    assert sorted(names) == ["", *["ag:TransitionInterdite"] * (TOGETHER - 1)]

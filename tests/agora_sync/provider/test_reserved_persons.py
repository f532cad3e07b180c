"""In recette each reserved person always gets its documented case; elsewhere nobody bears their NIR."""

from typing import Any
from uuid import uuid4

import pytest
from lxml import etree

from agora_sync.contract import Operation
from agora_sync.faults import FaultCode
from agora_sync.mapping.requests import HolderRequest, PersonIdentity
from agora_sync.mapping.reserved_persons import BIRTH_NAME, CASES, WITHOUT_FAULT, reserved_nir
from agora_sync.models import Exchange, Partner, ReceivedRequest, Trace
from agora_sync.provider.exchange import Answer, handle_call
from cpa_portal.kernel.identifiers import normalise_nir
from tests.support.agora import Caller

pytestmark = pytest.mark.django_db


def asked(caller: Caller, number: int, operation: Operation = Operation.CHECK_IDENTITY) -> Answer:
    person = PersonIdentity(nir=reserved_nir(number), birth_name=BIRTH_NAME)
    return handle_call(caller.call(HolderRequest(operation, uuid4(), person)))


def fault_of(answer: Answer) -> str:
    return etree.fromstring(answer.content).findtext(".//faultcode") or ""


def test_every_fault_has_its_person_whose_nir_is_well_formed() -> None:
    assert set(CASES.values()) == set(FaultCode)
    assert all(normalise_nir(reserved_nir(number)) for number in [*CASES, WITHOUT_FAULT])


def test_each_reserved_person_gets_its_fault_traced_and_without_effect(caller: Caller) -> None:
    wrong = []

    for number, code in CASES.items():
        answer = asked(caller, number)
        if (fault_of(answer), answer.status) != (code.qualified_name, code.http_status):
            wrong.append((number, code.qualified_name, fault_of(answer)))

    assert not wrong
    assert Exchange.objects.filter(state="refused").count() == len(CASES)
    assert Trace.objects.filter(kind="answer_sent").count() == len(CASES)
    assert not ReceivedRequest.objects.exists()


@pytest.mark.parametrize("operation", [Operation.READ_RIGHTS, Operation.READ_BALANCES])
def test_case_is_the_same_whatever_the_operation(caller: Caller, operation: Operation) -> None:
    number = next(number for number, code in CASES.items() if code is FaultCode.HOLDER_DECEASED)

    answer = asked(caller, number, operation)

    assert fault_of(answer) == "ag:TitulaireDecede"


def test_person_without_fault_is_answered(caller: Caller) -> None:
    answer = asked(caller, WITHOUT_FAULT)

    assert answer.status == 200


def test_reserved_person_outside_recette_is_a_nir_that_nobody_bears(caller: Caller, settings: Any) -> None:
    settings.AGORA_ENVIRONMENT = "production"
    Partner.objects.update(environment="production")

    answers = [asked(caller, number) for number in (1, 20, WITHOUT_FAULT)]

    assert [fault_of(answer) for answer in answers] == ["ag:NIRInvalide"] * 3
    assert b'cause="specimen"' in answers[0].content

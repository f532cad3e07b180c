"""The test bench, against the real listener: what is wrong with the message is shown at its step."""

from typing import Any

import pytest
from django.test import Client

from accounts.enums import StaffRole
from agora_sync.faults import STEPS, FaultCode
from agora_sync.mapping.reserved_persons import CASES, WITHOUT_FAULT
from agora_sync.mapping.steps import STEP_LABELS
from agora_sync.services.trials import Defect, try_exchange
from tests.support.agora_listener import Listener
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]


@pytest.fixture
def agent(client: Client) -> Client:
    user = UserFactory(is_staff=True)
    StaffScopeFactory(user=user, role=StaffRole.REGIONAL_AGENT, scope_code="94")
    client.force_login(user)
    return client


def test_message_in_order_passes_every_step(listener: Listener) -> None:
    trial = try_exchange(case=WITHOUT_FAULT, defect=Defect.NONE)

    assert trial.failed_step == 0
    assert [step.is_passed for step in trial.steps] == [True] * len(STEP_LABELS)


@pytest.mark.parametrize(
    ("defect", "code"),
    [
        (Defect.EXPIRED, FaultCode.INVALID_VI),
        (Defect.RECIPIENT, FaultCode.INVALID_VI),
        (Defect.AUDIENCE, FaultCode.INVALID_SERVICE),
        (Defect.PROFILE, FaultCode.INVALID_PAGM),
        (Defect.ALTERED, FaultCode.FAILED_CHECK),
    ],
)
def test_spoiled_vector_stops_at_its_step(listener: Listener, defect: Defect, code: FaultCode) -> None:
    trial = try_exchange(case=WITHOUT_FAULT, defect=defect)

    assert (trial.code, trial.failed_step) == (code.qualified_name, STEPS[code])
    passed = [step.is_passed for step in trial.steps]
    assert passed == [True] * (STEPS[code] - 1) + [False] + [None] * (16 - STEPS[code])


def test_page_shows_the_case_of_a_reserved_person(listener: Listener, agent: Client) -> None:
    number = next(number for number, code in CASES.items() if code is FaultCode.HOLDER_DECEASED)

    page = agent.post("/agents/banc/", {"personne": number, "vecteur": "aucun"}).content.decode()

    assert "AGORA a refusé à l’étape 16" in page
    assert "ag:TitulaireDecede" in page


def test_nobody_listening_says_that_no_step_is_known(agent: Client, away: str, agora_settings: Any) -> None:
    agora_settings.AGORA_ENDPOINT_URL = away

    page = agent.post("/agents/banc/", {"personne": WITHOUT_FAULT, "vecteur": "aucun"}).content.decode()

    assert "Aucune réponse utilisable" in page
    assert "Refusée" not in page


def test_bench_is_not_there_in_production(agent: Client, agora_settings: Any) -> None:
    agora_settings.AGORA_ENVIRONMENT = "production"

    assert agent.get("/agents/banc/").status_code == 404
    assert agent.post("/agents/banc/", {"personne": WITHOUT_FAULT}).status_code == 404
    assert "/agents/banc/" not in agent.get("/agents/").content.decode()

"""The open calculation: exact, explained, limited, and nothing kept."""

import json

import pytest
from django.test import Client

from rights.models import Counter, Entry
from rights.parameters import legal_values
from rights.rules.derivation import Derivation, wrong_steps

URL = "/api/v1/calcul/"
pytestmark = pytest.mark.django_db


def ask(body, **headers):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(URL, text, content_type="application/json", **headers)


def case(**changes):
    return {"theme": "C", "cas": {"activity": {"2023": {"ratio": "3/10"}}}, "au": "2024-12-31", **changes}


def test_calculation_gives_the_result_and_its_derivation():
    answer = ask(case()).json()

    assert (answer["resultat"], answer["unite"]) == ("150.00", "EUR")
    assert answer["version_des_baremes"] == legal_values().version
    derivation = Derivation.from_json(answer["calculs"][0])
    assert derivation.result == 150_00
    assert list(wrong_steps(derivation)) == []


def test_calculation_of_a_decimal_stays_exact():
    body = '{"theme": "C", "cas": {"activity": {"2023": {"ratio": 0.1}}}, "au": "2024-12-31"}'

    assert ask(body).json()["resultat"] == "50.00"


def test_calculation_of_a_refused_action_says_why():
    answer = ask(
        {"theme": "F", "cas": {"action": "PERMIS_B", "cost": 1500, "rights": 5000}, "au": "2026-03-10"}
    ).json()

    assert answer["details"]["rights_used"] == "0"
    assert "demandeur d’emploi" in answer["refus"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (case(theme="Z"), "theme"),
        (case(au="hier"), "au"),
        (case(unite="francs"), "unite"),
        (case(cas={"colour": 1}), "cas"),
        (case(cas=[1]), "cas"),
        ({"theme": "C"}, "cas"),
    ],
)
def test_calculation_that_cannot_be_read_names_the_field(body, field):
    response = ask(body)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert field in {error["field"] for error in response.json()["errors"]}


@pytest.mark.parametrize(
    "body",
    ["{", '{"theme": NaN}', "[" * 20_000, b"\xff", "[]", '"x"', "x" * 70_000],
    ids=["cut", "no number", "nested", "not UTF-8", "list", "string", "too long"],
)
def test_calculation_of_something_else_than_a_case_is_a_problem(body):
    response = ask(body)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_calculation_is_limited_by_origin(settings):
    from rest_framework.throttling import ScopedRateThrottle

    from rights.api.calculation import CalculationView

    class Two(ScopedRateThrottle):
        THROTTLE_RATES = {"calculation": "2/min"}

    before = CalculationView.throttle_classes
    CalculationView.throttle_classes = (Two,)
    try:
        codes = [ask(case(), REMOTE_ADDR="192.0.2.1").status_code for _ in range(3)]
        other = ask(case(), REMOTE_ADDR="192.0.2.2").status_code
    finally:
        CalculationView.throttle_classes = before

    assert codes == [200, 200, 429]
    assert other == 200


def test_calculation_keeps_nothing():
    ask(case())

    assert not Counter.objects.exists()
    assert not Entry.objects.exists()


def test_calculation_is_in_the_schema():
    schema = Client().get("/api/v1/schema/", HTTP_ACCEPT="application/json").content.decode()

    assert "/api/v1/calcul/" in schema

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.factories.catalog import TODAY, CertificationFactory, SessionFactory, offered

pytestmark = pytest.mark.usefixtures("corsica")


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel(datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC), tick=False):
        yield


def test_list_gives_what_the_page_gives_in_whole_numbers(client):
    training = offered("Soudeur", certification=CertificationFactory(code="RNCP38311"))

    body = client.get("/api/v1/formations/", {"q": "soudeuse", "lieu": "Ajaccio"}).json()

    assert (body["total"], body["page"], body["pages"]) == (1, 1, 1)
    [result] = body["resultats"]
    assert (result["id"], result["certification"], result["prix_centimes"]) == (
        training.pk,
        "RNCP38311",
        119_000,
    )
    assert (result["duree_minutes"], result["debut"], result["a_distance"]) == (4_200, "2026-04-11", False)
    assert result["lieu"]["code_insee"] == "2A004"
    assert result["organisme"]["siret"] == training.organisation.siret


@pytest.mark.parametrize(("place", "word"), [("Xyzville", "connu"), ("Saint-Denis", "Saint-Denis (974)")])
def test_list_place_that_cannot_be_told_is_a_problem(client, place, word):
    response = client.get("/api/v1/formations/", {"lieu": place})

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    [error] = response.json()["errors"]
    assert error["field"] == "lieu"
    assert word in error["message"]


def test_detail_gives_actions_and_sessions_in_a_fixed_number_of_queries(client):
    training = offered("Soudeur")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            body = client.get(f"/api/v1/formations/{training.pk}/").json()
        counts.append((len(body["actions"][0]["sessions"]), len(queries)))
        SessionFactory.create_batch(2, action=training.actions.get())

    assert counts == [(1, 3), (3, 3)]
    assert body["actions"][0]["modalite"] == "on_site"


def test_detail_unknown_training_is_a_problem(client):
    response = client.get("/api/v1/formations/987654321/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_api_accepts_no_writing(client, method):
    assert getattr(client, method)("/api/v1/formations/").status_code == 405


def test_schema_describes_the_search(client):
    response = client.get("/api/v1/schema/", headers={"accept": "application/json"})

    parameters = response.json()["paths"]["/api/v1/formations/"]["get"]["parameters"]
    assert {parameter["name"] for parameter in parameters} == {"q", "lieu", "rayon", "tri", "page"}

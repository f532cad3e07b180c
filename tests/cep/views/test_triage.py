import pytest
from django.urls import reverse

from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


def test_triage_is_open_to_all_and_leads_to_the_slots(client):
    page = client.get("/conseil/")

    text = page.content.decode()
    assert page.status_code == 200
    assert "Ne démissionnez pas avant" in text
    assert reverse("cep:slot_list") in text


@pytest.mark.parametrize("whom", ["France Travail", "mission locale", "agent public", "Apec", "Cap emploi"])
def test_triage_says_who_else_advises(client, whom):
    assert whom in client.get("/conseil/").content.decode()


def test_triage_costs_no_query_to_a_visitor(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/conseil/")


def test_triage_is_the_same_for_a_signed_in_person(client):
    client.force_login(HolderFactory().user)

    assert client.get("/conseil/").status_code == 200


def test_employee_who_wants_to_leave_reads_the_warning_first_then_where_to_book(client):
    page = client.post(
        "/conseil/", {"status": "employee", "age": "24", "wants_to_leave": "on", "commune": "Ajaccio"}
    )

    text = page.content.decode()
    places = [
        text.index(words) for words in ("présumé démissionnaire", "commune=Ajaccio", "La mission locale")
    ]
    assert places == sorted(places)
    assert "Vous avez moins de 26 ans" in text
    assert 'value="24"' in text


def test_public_agent_is_shown_the_way_without_a_booking(client):
    text = client.post("/conseil/", {"status": "public_agent"}).content.decode()

    assert "mobilité-carrière de votre administration" in text
    assert "Choisir un rendez-vous" not in text


def test_question_left_out_or_wrong_is_named_and_what_was_typed_stays(client):
    text = client.post("/conseil/", {"age": "7", "commune": "Bastia"}).content.decode()

    assert "14" in text
    assert 'value="Bastia"' in text
    assert "Votre conseiller est ailleurs" not in text


def test_answers_about_health_never_reach_the_address(client):
    page = client.post("/conseil/", {"status": "employee", "is_disabled": "on", "commune": "Ajaccio"})

    assert page.status_code == 200
    assert "is_disabled=" not in page.content.decode()

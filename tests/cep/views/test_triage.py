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

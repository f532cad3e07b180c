"""The back office reads rights and files, writes who looked, and changes nothing."""

import pytest

from accounts.models import AccessLogEntry
from rights.models import TrainingFile
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

pytestmark = pytest.mark.django_db

PAGES = ("/admin/rights/counter/", "/admin/rights/trainingfile/")


@pytest.fixture
def reader(client):
    user = UserFactory(cdc=True)
    client.force_login(user)
    return user


def consulted():
    return list(AccessLogEntry.objects.order_by("id").values_list("holder__birth_name", "what"))


def test_counter_page_shows_the_ledger_and_writes_who_looked(client, reader):
    counter = CounterFactory(balance=1_234_56)

    page = client.get(f"/admin/rights/counter/{counter.pk}/change/").content.decode().replace("\u202f", " ")

    assert "1 234,56 €" in page
    assert "Jeu d’essai" in page
    assert consulted() == [(counter.holder.birth_name, "Compteurs de droits à la formation")]


def test_file_page_shows_the_file_and_writes_who_looked(client, reader):
    training_file = TrainingFileFactory(refused=True)

    page = client.get(f"/admin/rights/trainingfile/{training_file.pk}/change/").content.decode()

    assert training_file.refusal_label in page
    assert consulted() == [(training_file.holder.birth_name, "Dossiers de formation")]


@pytest.mark.parametrize("path", PAGES)
def test_list_without_a_question_shows_and_logs_nobody(client, reader, path):
    CounterFactory(balance=1)
    TrainingFileFactory()

    response = client.get(path)

    assert response.status_code == 200
    assert not consulted()


def test_list_searched_by_name_logs_each_person_shown(client, reader):
    shown = TrainingFileFactory(holder=HolderFactory(birth_name="Casanova"))
    TrainingFileFactory(holder=HolderFactory(birth_name="Mattei"))

    page = client.get("/admin/rights/trainingfile/?q=casa").content.decode()

    assert str(shown.pk) in page
    assert consulted() == [("Casanova", "Dossiers de formation (liste)")]


def test_file_found_by_its_agora_number(client, reader):
    training_file = TrainingFileFactory(transmitted=True)

    page = client.get(f"/admin/rights/trainingfile/?q={training_file.agora_number}").content.decode()

    assert str(training_file.pk) in page


def test_back_office_changes_nothing(client, reader):
    training_file = TrainingFileFactory()
    url = f"/admin/rights/trainingfile/{training_file.pk}/"

    answers = [
        client.post(f"{url}change/", {"state": "cancelled"}).status_code,
        client.post(f"{url}delete/", {"post": "yes"}).status_code,
        client.get("/admin/rights/trainingfile/add/").status_code,
        client.get("/admin/rights/counter/add/").status_code,
    ]

    assert answers == [403, 403, 403, 403]
    assert TrainingFile.objects.get().state == "requested"


@pytest.mark.parametrize(
    "role", ["regional_agent", "cep_adviser", "training_organisation", "france_competences"]
)
def test_back_office_of_rights_is_closed_to_other_roles(client, role):
    client.force_login(UserFactory(**{role: True}))
    counter = CounterFactory(balance=1)

    for path in (*PAGES, f"/admin/rights/counter/{counter.pk}/change/"):
        assert client.get(path).status_code == 403
    assert not consulted()

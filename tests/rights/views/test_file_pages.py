"""Pages of training files: the list, one file, giving it up. Another person's file does not exist."""

from uuid import uuid4

import pytest

from rights.enums import TrainingFileState
from rights.services.training_files import record_transmission, request_training_file
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    TRANSMITTED_AT,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db

LIST = "/mes-dossiers/"


@pytest.fixture
def holder(client):
    holder = HolderFactory()
    client.force_login(holder.user)
    return holder


@pytest.fixture
def requested(holder):
    CounterFactory(holder=holder, balance=5_000_00)
    return request_training_file(
        key=uuid4(), holder=holder, session=RequestableSessionFactory(), today=REQUEST_DAY
    )


def page_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def test_file_list_shows_each_file_with_what_it_waits_for(client, holder):
    TrainingFileFactory(holder=holder, title="Demande en route")
    TrainingFileFactory(holder=holder, title="Demande refusée", refused=True)
    TrainingFileFactory(title="Dossier d’une autre personne")

    page = page_of(client, LIST)

    assert "2 dossiers" in page
    assert "Demande en route" in page
    assert "En attente d'AGORA" in page
    assert "Refusé par AGORA" in page
    assert "Dossier d’une autre personne" not in page


def test_file_list_without_file_says_how_one_begins(client, holder):
    assert "Vous n’avez pas encore de dossier" in page_of(client, LIST)


def test_file_list_asks_the_same_queries_for_one_and_three(client, holder, django_assert_num_queries):
    TrainingFileFactory(holder=holder)
    client.get(LIST)
    with django_assert_num_queries(5):
        client.get(LIST)
    TrainingFileFactory(holder=holder, transmitted=True)
    TrainingFileFactory(holder=holder, refused=True)

    with django_assert_num_queries(5):
        client.get(LIST)


@pytest.mark.parametrize(
    ("traits", "sentence"),
    [
        ({}, "En attente d'AGORA"),
        ({"transmitted": True}, "Transmis à AGORA le 3 mars 2026 à 10 h 30"),
        ({"refused": True}, "Refusé par AGORA : Le nom ne correspond pas au numéro de sécurité sociale"),
        ({"cancelled": True}, "Demande annulée"),
        ({"from_agora": True}, "Reçu d'AGORA le "),
        ({"transmitted": True, "in_training": True}, "Vous suivez cette formation jusqu’au 12 juin 2026"),
    ],
)
def test_file_detail_says_where_the_file_stands(client, holder, traits, sentence):
    training_file = TrainingFileFactory(holder=holder, **traits)

    assert sentence in page_of(client, f"/mes-dossiers/{training_file.pk}/")


def test_file_detail_shows_who_pays_and_what_happened(client, requested):
    record_transmission(training_file_id=requested.pk, agora_number="AG0123456789AB", at=TRANSMITTED_AT)

    page = page_of(client, f"/mes-dossiers/{requested.pk}/")

    assert "1 396,80 €" in page
    assert "103,20 €" in page
    assert "Vous avez demandé cette formation." in page
    assert "a été transmise à AGORA" in page
    assert "AG0123456789AB" in page
    assert "Organisme " in page


def test_file_detail_waiting_offers_to_look_again_and_to_cancel(client, requested):
    page = page_of(client, f"/mes-dossiers/{requested.pk}/")

    assert "Actualiser" in page
    assert f"/mes-dossiers/{requested.pk}/annuler/" in page
    assert "rights/file_status" in page


def test_file_detail_transmitted_offers_to_cancel_not_to_refresh(client, requested):
    record_transmission(training_file_id=requested.pk, agora_number="AG0123456789AB", at=TRANSMITTED_AT)

    page = page_of(client, f"/mes-dossiers/{requested.pk}/")

    assert "Actualiser" not in page
    assert "annuler/" in page
    assert "rights/file_status" not in page


@pytest.mark.parametrize("action", ["", "annuler/"])
def test_file_of_another_person_looks_like_no_file(client, holder, action):
    training_file = TrainingFileFactory()

    theirs = client.get(f"/mes-dossiers/{training_file.pk}/{action}")
    unknown = client.get(f"/mes-dossiers/{uuid4()}/{action}")

    assert theirs.status_code == unknown.status_code == 404


def test_file_cancel_of_another_person_changes_nothing(client, holder):
    training_file = TrainingFileFactory()

    response = client.post(f"/mes-dossiers/{training_file.pk}/annuler/")

    training_file.refresh_from_db()
    assert response.status_code == 404
    assert training_file.state == TrainingFileState.REQUESTED


def test_file_detail_asks_a_fixed_number_of_queries(client, requested, django_assert_num_queries):
    client.get(f"/mes-dossiers/{requested.pk}/")

    with django_assert_num_queries(10):
        client.get(f"/mes-dossiers/{requested.pk}/")


def test_file_cancel_asks_before_it_does(client, requested):
    page = page_of(client, f"/mes-dossiers/{requested.pk}/annuler/")

    requested.refresh_from_db()
    assert "Oui, annuler ma demande" in page
    assert requested.state == TrainingFileState.REQUESTED


def test_file_cancel_confirmed_closes_the_file_and_gives_the_rights_back(client, holder, requested):
    response = client.post(f"/mes-dossiers/{requested.pk}/annuler/", follow=True)

    requested.refresh_from_db()
    assert response.redirect_chain == [(f"/mes-dossiers/{requested.pk}/", 302)]
    assert "Votre demande est annulée" in response.content.decode()
    assert requested.state == TrainingFileState.CANCELLED
    assert holder.counters.get().balance == 5_000_00


def test_file_cancel_too_late_says_what_to_do(client, holder):
    begun = TrainingFileFactory(holder=holder, state=TrainingFileState.IN_TRAINING)

    response = client.post(f"/mes-dossiers/{begun.pk}/annuler/")

    begun.refresh_from_db()
    assert "d’agir ; vous pouvez lui écrire dans le dossier" in response.content.decode()
    assert begun.state == TrainingFileState.IN_TRAINING

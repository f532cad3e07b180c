"""The pages of the activation: what they ask, keep, show and refuse."""

import pytest
from django.contrib.sessions.models import Session

from accounts.models import Holder
from cpa_portal.kernel.identifiers import format_nir
from tests.support.activation import answer_questions, birth_date_parts, confirm
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def holder():
    return HolderFactory(user=None, birth_name="Rossi-Fontaine")


def number_of(holder):
    return holder.nirs.get().nir


def answers_of(holder):
    return {
        "number": format_nir(number_of(holder)),
        "birth_name": "rossi fontaine",
        "birth_date": holder.birth_date.isoformat(),
    }


def test_activation_right_answers_open_the_account(client, user, holder):
    assert answer_questions(client, **answers_of(holder)) == "/activation/verification/"

    confirm(client)

    assert Holder.objects.get(user=user) == holder
    assert client.get("/tableau-de-bord/").status_code == 200


def test_activation_sends_who_signs_in_without_account_to_its_first_page(client, user):
    page = client.get("/activation/").content.decode()

    assert "Ouvrir mon compte" in page
    assert "/activation/numero/" in page


@pytest.mark.parametrize(
    ("page", "fields", "sentence"),
    [
        ("numero", {"number": ""}, "Indiquez votre numéro"),
        ("numero", {"number": "2 86 04 75 056 001 00"}, "La clé du numéro"),
        ("numero", {"number": "12"}, "15 caractères"),
        ("nom", {"birth_name": "李"}, "lettres latines"),
        ("naissance", birth_date_parts("--"), "Indiquez votre date"),
        ("naissance", birth_date_parts("1986-02-30"), "n’existe pas"),
        ("naissance", birth_date_parts("1986-00-12"), "n’existe pas"),
        ("naissance", birth_date_parts("1850-01-01"), "comprise entre"),
        ("naissance", birth_date_parts("-04-17"), "Indiquez l’année"),
        ("naissance", birth_date_parts("mai-04-17"), "en chiffres"),
    ],
)
def test_activation_answer_that_cannot_be_one_is_explained(client, user, page, fields, sentence):
    response = client.post(f"/activation/{page}/", fields)

    assert response.status_code == 200
    assert sentence in response.content.decode()


def test_activation_check_shows_answers_with_the_number_masked(client, user, holder):
    answer_questions(client, **answers_of(holder))

    page = client.get("/activation/verification/").content.decode()

    assert "rossi fontaine" in page
    assert number_of(holder) not in page.replace(" ", "").replace("\u00a0", "")


def test_activation_check_without_all_answers_returns_to_the_missing_question(client, user):
    assert client.get("/activation/verification/")["Location"] == "/activation/numero/"


def test_activation_correcting_one_answer_returns_to_the_check(client, user, holder):
    answer_questions(client, **answers_of(holder))

    assert client.post("/activation/nom/", {"birth_name": "Autre"})["Location"] == "/activation/verification/"
    assert "Autre" in client.get("/activation/nom/").content.decode()


def test_activation_answers_are_sealed_in_the_session(client, user, holder):
    answer_questions(client, **answers_of(holder))

    stored = Session.objects.get(session_key=client.session.session_key).get_decoded()
    assert number_of(holder) not in str(stored)
    assert "rossi" not in str(stored)


def test_activation_beyond_the_limit_says_so_with_its_status(client, user, holder):
    answer_questions(client, **(answers_of(holder) | {"birth_name": "Autre"}))
    reached = [confirm(client) for _ in range(6)]

    assert reached == ["/activation/non-reconnu/"] * 5 + ["429"]


def test_activation_letter_is_answered_alike_for_anyone(client, user, holder):
    answer_questions(client, **answers_of(holder))
    known = confirm(client, "letter")
    answer_questions(client, **(answers_of(holder) | {"birth_name": "Autre"}))

    assert known == confirm(client, "letter") == "/activation/courrier/"
    assert "Si vos réponses désignent" in client.get("/activation/courrier/").content.decode()


def test_activation_wrong_code_is_explained_beside_the_field(client, user):
    page = client.post("/activation/code/", {"code": "AAAAA BBBBB"}).content.decode()

    assert "Ce code ne peut pas être utilisé" in page

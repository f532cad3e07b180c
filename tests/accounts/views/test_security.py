"""« Sécurité de mon compte », the counter and the freezes, as pages."""

from datetime import UTC, datetime

import pytest
from allauth.usersessions.models import UserSession

from accounts.models import AccessLogEntry, IdentityProof, Notification, SpendingBlock
from accounts.services.spending import freeze_account
from tests.support.factories.accounts import PASSWORD, HolderFactory, IdentityProofFactory, UserFactory

pytestmark = pytest.mark.django_db

SECURITY, COUNTER, FREEZES = "/mon-compte/securite/", "/agents/controle-identite/", "/agents/blocages/"


@pytest.fixture
def holder(client):
    holder = HolderFactory(identity_proof=False, postal_address="3 rue des Exemples\n20000 Ajaccio")
    client.force_login(holder.user)
    return holder


def text_of(response):
    return response.content.decode()


def test_person_blocks_the_account_with_one_button(client, holder):
    page = client.post(f"{SECURITY}bloquer/", follow=True)

    assert "Rien ne peut être dépensé sur votre compte" in text_of(page)
    assert SpendingBlock.objects.get().holder == holder


def test_unblocking_with_a_password_leads_to_the_proof(client, holder):
    client.post(f"{SECURITY}bloquer/")

    response = client.post(f"{SECURITY}debloquer/")

    assert response["Location"].startswith("/mon-compte/prouver-mon-identite/")
    assert SpendingBlock.objects.get().lifted_at is None


def test_standing_proof_is_shown_with_its_end(client, holder):
    IdentityProofFactory(holder=holder, counter=True, valid_until=datetime(2098, 5, 4, 10, tzinfo=UTC))

    assert "4 mai 2098" in text_of(client.get(SECURITY))


def test_letter_is_asked_for_then_its_code_is_typed(client, holder):
    page = client.post("/mon-compte/prouver-mon-identite/courrier/", follow=True)

    assert "Un courrier part" in text_of(page)
    assert "Saisir le code de mon courrier" in text_of(page)
    wrong = client.post("/mon-compte/prouver-mon-identite/code/", {"code": "22222 22222"})
    assert "Ce code n’est pas valable" in text_of(wrong)


def test_person_closes_one_other_session_of_theirs(client, holder):
    other = UserSession.objects.create(
        user=holder.user, ip="192.0.2.7", session_key="autre", user_agent="Autre"
    )
    stranger = UserSession.objects.create(
        user=UserFactory(), ip="192.0.2.8", session_key="etrangere", user_agent="Autre"
    )

    closed = client.post("/mon-compte/connexions/fermer/", {"session": other.pk})
    refused = client.post("/mon-compte/connexions/fermer/", {"session": stranger.pk})

    assert closed.status_code == 302
    assert refused.status_code == 404
    assert [row.pk for row in UserSession.objects.exclude(user=holder.user)] == [stranger.pk]
    assert not UserSession.objects.filter(pk=other.pk).exists()


# New device ---------------------------------------------------------------------------------------
def sign_in(client, holder):
    response = client.post("/connexion/", {"login": holder.user.email, "password": PASSWORD})
    assert response.status_code == 302


def new_device_messages():
    return [
        row for row in Notification.objects.all() if "Nouvelle connexion" in row.context.get("subject", "")
    ]


def test_second_browser_is_told_and_the_first_is_not(client):
    from django.test import Client

    holder, elsewhere = HolderFactory(), Client()
    sign_in(client, holder)
    client.post("/deconnexion/")
    sign_in(client, holder)
    assert not new_device_messages()

    sign_in(elsewhere, holder)

    assert [row.recipient for row in new_device_messages()] == [holder.user.email]


def test_cookie_of_the_device_is_out_of_reach_of_scripts(client):
    sign_in(client, HolderFactory())

    cookie = client.cookies["device"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# Counter ------------------------------------------------------------------------------------------
def papers_of(holder, **changes):
    born = holder.birth_date
    return {
        "number": holder.nirs.get().nir,
        "birth_name": holder.birth_name,
        "birth_date_0": born.day,
        "birth_date_1": born.month,
        "birth_date_2": born.year,
        "facts": ["passport", "vitale_card"],
        "reason": "Demande de formation",
        **changes,
    }


def test_agent_records_a_check_from_the_papers(client):
    holder, agent = HolderFactory(identity_proof=False), UserFactory(cep_adviser=True)
    client.force_login(agent)

    page = client.post(COUNTER, papers_of(holder), follow=True)

    assert "est enregistré" in text_of(page)
    assert IdentityProof.objects.get().holder == holder
    assert AccessLogEntry.objects.get().purpose == "Contrôle de votre identité au guichet"


@pytest.mark.parametrize(
    "changes", [{"birth_name": "Autre"}, {"birth_date_2": 1950}, {"facts": ["vitale_card", "payslip"]}]
)
def test_papers_that_do_not_agree_record_nothing(client, changes):
    holder = HolderFactory(identity_proof=False)
    client.force_login(UserFactory(cep_adviser=True))

    page = client.post(COUNTER, papers_of(holder, **changes))

    assert page.status_code == 200
    assert not IdentityProof.objects.exists()
    assert not AccessLogEntry.objects.exists()


# Freezes ------------------------------------------------------------------------------------------
def test_one_freezes_and_two_reopen(client):
    holder = HolderFactory()
    first, second = UserFactory(rssi=True), UserFactory(administrator=True)
    client.force_login(first)
    client.post(FREEZES, {"number": holder.nirs.get().nir, "reason": "Soupçon de fraude"})
    row = SpendingBlock.objects.get()
    client.post(f"{FREEZES}lever/", {"block": row.pk, "reason": "Personne rencontrée"})
    alone = client.post(f"{FREEZES}lever/", {"block": row.pk, "confirm": "1"}, follow=True)
    client.force_login(second)
    done = client.post(f"{FREEZES}lever/", {"block": row.pk, "confirm": "1"}, follow=True)

    row.refresh_from_db()
    assert "deux personnes" in text_of(alone)
    assert "Le compte est rouvert" in text_of(done)
    assert (row.lift_asked_by, row.lifted_by) == (first, second)


def test_list_of_freezes_writes_who_looked(client):
    holder = HolderFactory()
    freeze_account(holder=holder, actor=UserFactory(rssi=True), reason="Soupçon de fraude")
    client.force_login(UserFactory(administrator=True))

    page = client.get(FREEZES)

    assert holder.display_name in text_of(page)
    assert AccessLogEntry.objects.get().holder == holder


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_freezes_asks_a_fixed_number_of_queries(client, django_assert_num_queries, count):
    for _ in range(count):
        freeze_account(holder=HolderFactory(), actor=UserFactory(rssi=True), reason="Soupçon de fraude")
    client.force_login(UserFactory(administrator=True))
    client.get(FREEZES)

    with django_assert_num_queries(5):
        client.get(FREEZES)

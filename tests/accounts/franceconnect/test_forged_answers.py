"""Every answer that is not FranceConnect's, or not for us, is refused: a page, one line in the log, nothing changed."""

import json

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import IdentityProof, Notification
from tests.support.factories.accounts import HolderFactory
from tests.support.forging_provider import SUBJECT, running_forging_provider
from tests.support.identity_provider import PEOPLE, asked, use_provider, vanina

pytestmark = pytest.mark.django_db

CALLBACK = "/connexion/franceconnect/retour/"
# lie of the provider, reason in the log
LIES = [
    ("nonce", "nonce"),
    ("without_nonce", "missing_claim"),
    ("id_token_signature", "signature"),
    ("id_token_altered", "signature"),
    ("id_token_none", "algorithm"),
    ("id_token_confusion", "algorithm"),
    ("id_token_rsa", "key"),
    ("key", "key"),
    ("issuer", "issuer"),
    ("audience", "audience"),
    ("audience_shared", "audience"),
    ("expired", "expired"),
    ("without_exp", "missing_claim"),
    ("too_old", "too_old"),
    ("issued_in_the_future", "issued_in_the_future"),
    ("acr", "acr"),
    ("without_acr", "missing_claim"),
    ("userinfo_signature", "signature"),
    ("userinfo_altered", "signature"),
    ("userinfo_none", "algorithm"),
    ("userinfo_confusion", "algorithm"),
    ("userinfo_unsigned", "userinfo_unsigned"),
    ("userinfo_issuer", "issuer"),
    ("subject", "subject"),
    ("identity_incomplete", "identity_incomplete"),
    ("tokens_missing", "tokens_missing"),
    ("call_refused", "call_refused"),
]


@pytest.fixture(scope="module")
def forging_process():
    with running_forging_provider() as running:
        yield running


@pytest.fixture
def forger(forging_process, settings):
    use_provider(settings, forging_process.issuer)
    forging_process.lie = ""
    return forging_process


def answer_to(client, forger, start="/connexion/franceconnect/", **form):
    """Leave for the provider and come back with a code, as a browser does; the provider then says what it wants."""
    sent = asked(client.post(start, form)["Location"])
    forger.nonce, forger.level = sent["nonce"], sent["acr_values"]
    return client.get(CALLBACK, {"code": "code-1", "state": sent["state"]})


def text_of(response):
    return response.content.decode()


def refusals(caplog):
    return [record for record in caplog.records if record.message == "franceconnect_refused"]


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_honest_answer_signs_in(client, forger):
    holder = vanina()

    response = answer_to(client, forger)

    assert response["Location"] == "/tableau-de-bord/"
    assert SocialAccount.objects.get().user == holder.user
    assert "code_verifier" in forger.posted


@pytest.mark.parametrize(("lie", "reason"), LIES)
def test_forged_answer_is_refused_changes_nothing_and_the_log_names_nobody(
    client, forger, caplog, lie, reason
):
    vanina()
    forger.lie = lie

    response = answer_to(client, forger)

    assert response.status_code == 400
    assert "<h1>La connexion avec FranceConnect n’a pas abouti</h1>" in text_of(response)
    assert "Recommencez" in text_of(response)
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert not Notification.objects.exists()
    [refused] = refusals(caplog)
    assert refused.reason == reason
    line = json.dumps(refused.__dict__, default=str)
    person = PEOPLE["vanina"]
    for secret in (
        person["family_name"],
        person["given_name"],
        person["birthdate"],
        SUBJECT,
        "code-1",
        "jeton",
    ):
        assert secret not in line


def test_lower_level_than_asked_is_refused_and_proves_nothing(client, forger, caplog):
    holder = vanina(identity_proof=False)
    client.force_login(holder.user)
    forger.lie = "level"

    response = answer_to(client, forger, start="/mon-compte/prouver-mon-identite/")

    assert response.status_code == 400
    assert "FranceConnect+" in text_of(response)
    assert "assurance" not in client.session
    assert not IdentityProof.objects.exists()
    assert [record.reason for record in refusals(caplog)] == ["level"]


@pytest.mark.parametrize("state", ["", "un-autre-etat"])
def test_state_that_we_did_not_give_is_refused(client, forger, caplog, state):
    vanina()
    sent = asked(client.post("/connexion/franceconnect/")["Location"])
    forger.nonce, forger.level = sent["nonce"], sent["acr_values"]

    response = client.get(CALLBACK, {"code": "code-1", "state": state})

    assert response.status_code == 400
    assert "a expiré, a déjà servi" in text_of(response)
    assert not is_signed_in(client)
    assert [record.reason for record in refusals(caplog)] == ["state"]


def test_state_of_another_browser_is_refused(client, forger, caplog):
    from django.test import Client

    vanina()
    sent = asked(Client().post("/connexion/franceconnect/")["Location"])
    forger.nonce, forger.level = sent["nonce"], sent["acr_values"]

    response = client.get(CALLBACK, {"code": "code-1", "state": sent["state"]})

    assert response.status_code == 400
    assert not is_signed_in(client)


def test_state_serves_once(client, forger, caplog):
    vanina()
    sent = asked(client.post("/connexion/franceconnect/")["Location"])
    forger.nonce, forger.level = sent["nonce"], sent["acr_values"]
    client.get(CALLBACK, {"code": "code-1", "state": sent["state"]})
    client.logout()

    response = client.get(CALLBACK, {"code": "code-1", "state": sent["state"]})

    assert response.status_code == 400
    assert not is_signed_in(client)


def test_person_who_refuses_comes_back_to_a_page_that_says_so(client, forger, caplog):
    sent = asked(client.post("/connexion/franceconnect/")["Location"])

    response = client.get(CALLBACK, {"error": "access_denied", "state": sent["state"]})

    assert "Vous avez interrompu la connexion" in text_of(response)
    assert [record.reason for record in refusals(caplog)] == ["cancelled"]


def test_error_of_the_provider_is_not_shown_as_it_is(client, forger, caplog):
    sent = asked(client.post("/connexion/franceconnect/")["Location"])

    response = client.get(
        CALLBACK, {"error": "server_error", "error_description": "<b>Vanina</b>", "state": sent["state"]}
    )

    assert response.status_code == 400
    assert "Vanina" not in text_of(response)
    assert [record.reason for record in refusals(caplog)] == ["provider_error"]


def test_discovery_of_another_issuer_stops_before_anyone_leaves(client, forger, caplog):
    forger.lie = "discovery_issuer"

    response = client.post("/connexion/franceconnect/")

    assert response.status_code == 400
    assert [record.reason for record in refusals(caplog)] == ["discovery_issuer"]


def test_key_published_since_we_looked_is_found(client, forger):
    from cryptography.hazmat.primitives.asymmetric import ec

    vanina()
    answer_to(client, forger)
    client.logout()
    forger.key = ec.generate_private_key(ec.SECP256R1())
    forger.lie = "rotated"

    response = answer_to(client, forger)

    assert response["Location"] == "/tableau-de-bord/"


def test_token_of_one_person_does_not_open_the_session_of_another(client, forger):
    other = HolderFactory()
    vanina()
    client.force_login(other.user)

    response = answer_to(client, forger, start="/mon-compte/prouver-mon-identite/")

    assert response.status_code == 409
    assert "assurance" not in client.session

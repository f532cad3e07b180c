"""Asking for a training with a password alone: out to FranceConnect+, back to the form as it was, then confirmed."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from accounts.models import IdentityProof
from accounts.services.spending import block_own_account
from rights.models import TrainingFile
from tests.support.factories.accounts import HolderFactory, IdentityProofFactory
from tests.support.factories.rights import CounterFactory, RequestableSessionFactory
from tests.support.identity_provider import asked, local_path, vanina

pytestmark = pytest.mark.django_db

STEP_UP = "/mon-compte/prouver-mon-identite/"
FIELDS = ("idempotency_key", "expected_charge_cents")


def days_from_now(days):
    return (datetime.now(UTC) + timedelta(days=days)).date()


@pytest.fixture
def session():
    # The tokens of the provider bear the hour of its own clock: the test lives today.
    return RequestableSessionFactory(starts_on=days_from_now(90), ends_on=days_from_now(150))


@pytest.fixture
def holder(client):
    holder = vanina(identity_proof=False)
    CounterFactory(holder=holder, balance=5_000_00)
    client.force_login(holder.user)
    return holder


def url(session):
    return f"/mes-dossiers/demande/{session.pk}/"


def text_of(response):
    return response.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def typed_on(response):
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text_of(response))[1] for name in FIELDS}


def stopped_request(client, session):
    """The request sent with a password alone: what was typed, and where the proof is to lead back."""
    typed = typed_on(client.get(url(session)))
    stopped = client.post(url(session), typed)
    assert stopped["Location"].startswith(STEP_UP)
    return typed, parse_qs(urlsplit(stopped["Location"]).query)["next"][0]


def prove(client, provider, next_url, person="vanina"):
    leaving = client.post(STEP_UP, {"next": next_url})
    return client.get(local_path(provider.follow(leaving["Location"], person)))


def test_password_leads_through_step_up_and_back_with_what_was_typed(client, holder, session, provider):
    typed, next_url = stopped_request(client, session)
    proofs = text_of(client.get(STEP_UP, {"next": next_url}))

    back = prove(client, provider, next_url)
    form = client.get(back["Location"])
    done = client.post(url(session), typed_on(form))

    assert "fr-connect--plus" in proofs
    assert "Ce que vous avez saisi est gardé" in proofs
    assert back["Location"] == next_url
    assert typed_on(form) == typed
    assert "Votre identité est prouvée" in text_of(form)
    assert done["Location"] == f"/mes-dossiers/{typed['idempotency_key']}/"
    assert TrainingFile.objects.get().holder == holder
    assert [proof.kind for proof in IdentityProof.objects.all()] == ["franceconnect"]


def test_step_up_asks_for_the_substantial_level(client, holder, provider):
    assert asked(client.post(STEP_UP)["Location"])["acr_values"] == "eidas2"


def test_request_stopped_for_a_proof_writes_nothing(client, holder, session, provider):
    stopped_request(client, session)

    assert not TrainingFile.objects.exists()
    assert holder.counters.get().reserved == 0


def test_low_level_sign_in_does_not_spend(client, holder, session, provider):
    client.logout()
    leaving = client.post("/connexion/franceconnect/")
    client.get(local_path(provider.follow(leaving["Location"], "vanina")))

    stopped_request(client, session)

    assert not TrainingFile.objects.exists()


def test_proof_of_another_person_is_refused_and_proves_nothing(client, holder, session, provider):
    _, next_url = stopped_request(client, session)

    refused = prove(client, provider, next_url, person="hugo")

    assert refused.status_code == 409
    assert not IdentityProof.objects.exists()
    stopped_request(client, session)


def test_strong_sign_in_that_is_too_old_no_longer_spends(client, holder, session, provider, settings):
    _, next_url = stopped_request(client, session)
    prove(client, provider, next_url)

    with time_machine.travel(
        datetime.now(UTC) + timedelta(minutes=settings.STEP_UP_FRESH_MINUTES, seconds=5)
    ):
        stopped_request(client, session)

    assert not TrainingFile.objects.exists()


def test_proof_stays_with_the_session_where_it_was_made(client, holder, session, provider):
    _, next_url = stopped_request(client, session)
    prove(client, provider, next_url)
    client.logout()
    client.force_login(holder.user)

    stopped_request(client, session)

    assert not TrainingFile.objects.exists()


def test_what_was_typed_is_given_back_once_and_to_its_owner_alone(client, holder, session, provider):
    typed, next_url = stopped_request(client, session)
    first, second = client.get(next_url), client.get(next_url)
    _, other_url = stopped_request(client, session)
    kept = dict(client.session["interrupted_forms"])
    client.logout()
    client.force_login(HolderFactory().user)
    anothers = client.session
    anothers["interrupted_forms"] = kept
    anothers.save()

    stranger = client.get(other_url)

    assert typed_on(first) == typed
    assert typed_on(second)["idempotency_key"] != typed["idempotency_key"]
    assert "Votre identité est prouvée" not in text_of(stranger)


def test_what_was_typed_is_forgotten_after_half_an_hour(client, holder, session, provider):
    typed, next_url = stopped_request(client, session)

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        late = client.get(next_url)

    assert typed_on(late)["idempotency_key"] != typed["idempotency_key"]


def test_check_at_a_counter_spends_with_a_password(client, holder, session):
    IdentityProofFactory(holder=holder, counter=True)

    done = client.post(url(session), typed_on(client.get(url(session))))

    assert done["Location"].startswith("/mes-dossiers/")
    assert TrainingFile.objects.count() == 1


def test_check_at_a_counter_that_ran_out_no_longer_spends(client, holder, session, provider):
    past = datetime(2021, 1, 1, tzinfo=UTC)
    IdentityProofFactory(holder=holder, counter=True, valid_until=past)

    stopped_request(client, session)

    assert not TrainingFile.objects.exists()


def test_blocked_account_spends_nothing_even_proven(client, holder, session):
    IdentityProofFactory(holder=holder)
    typed = typed_on(client.get(url(session)))
    block_own_account(holder=holder, user=holder.user)

    page, answer = client.get(url(session)), client.post(url(session), typed)

    assert "Les dépenses de ce compte sont bloquées" in text_of(page)
    assert "Les dépenses de ce compte sont bloquées" in text_of(answer)
    assert not TrainingFile.objects.exists()

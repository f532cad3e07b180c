from datetime import date

import pytest

from accounts.enums import DataRequestKind, DataRequestState
from accounts.models import AfterDeathInstruction, DataRequest
from accounts.selectors.consents import consent_holds
from accounts.services.data_requests import submit_data_request
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(client):
    holder = HolderFactory()
    client.force_login(holder.user)
    return holder


def test_erasure_is_answered_at_once_with_its_text(client, holder):
    page = client.post(
        "/mes-donnees/demandes/", {"kind": "erasure", "text": "Effacez tout"}, follow=True
    ).content.decode()

    assert "article R. 6323-38" in page
    assert "CNIL" in page


def test_rectification_waits_for_the_officer_who_answers_it(client, holder, settings):
    settings.STAFF_MFA_REQUIRED = False
    client.post("/mes-donnees/demandes/", {"kind": "rectification", "text": "Mon nom a deux t"})
    made = DataRequest.objects.get()
    assert "Réponse au plus tard le" in client.get("/mes-donnees/demandes/").content.decode()

    client.force_login(UserFactory(data_protection=True))
    address = f"/admin/accounts/datarequest/{made.pk}/change/"
    assert client.post(address, {"state": "received", "answer": ""}).status_code == 200
    answered = client.post(address, {"state": "accepted", "answer": "Corrigé ce jour."})

    assert answered.status_code == 302
    client.force_login(holder.user)
    page = client.get("/mes-donnees/demandes/").content.decode()
    assert "Corrigé ce jour." in page
    # The officer's own look is on the person's list too.
    assert "Délégué à la protection des données" in client.get("/mes-donnees/").content.decode()


def test_answered_request_is_not_changed_again_in_the_back_office(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    made = submit_data_request(
        holder=HolderFactory(),
        kind=DataRequestKind.ERASURE,
        text="…",
        today=date(2026, 3, 3),
    )
    client.force_login(UserFactory(data_protection=True))

    client.post(f"/admin/accounts/datarequest/{made.pk}/change/", {"state": "accepted", "answer": "Oui."})

    made.refresh_from_db()
    assert made.state == DataRequestState.REFUSED


def test_consent_is_given_and_taken_back_with_effect_at_once(client, holder):
    for act, holds in (("given", True), ("withdrawn", False)):
        client.post("/mes-donnees/consentements/", {"purpose": "adviser_reads_rights", "act": act})

        assert consent_holds(holder, purpose="adviser_reads_rights") is holds
    assert holder.consents.count() == 2
    assert not consent_holds(holder, purpose="third_party_services")


@pytest.mark.parametrize(
    "fields", [{"purpose": "other", "act": "given"}, {"purpose": "adviser_reads_rights"}]
)
def test_consent_to_what_was_not_asked_is_not_found(client, holder, fields):
    assert client.post("/mes-donnees/consentements/", fields).status_code == 404
    assert not holder.consents.exists()


def test_after_death_instructions_are_kept_and_shown(client, holder):
    client.post("/mes-donnees/apres-mon-deces/", {"text": "Effacez tout", "trusted_person": ""})

    assert AfterDeathInstruction.objects.get().holder == holder
    assert "Effacez tout" in client.get("/mes-donnees/apres-mon-deces/").content.decode()


def test_calls_are_refused_then_accepted_again(client, holder):
    client.post("/mes-donnees/appels/", {"refuses": "yes"})
    holder.refresh_from_db()
    assert holder.refuses_calls

    client.post("/mes-donnees/appels/", {"refuses": "no"})
    holder.refresh_from_db()
    assert not holder.refuses_calls

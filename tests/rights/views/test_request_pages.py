"""Asking for a training: check, confirm, once. What is refused is said on the page."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from catalog.enums import RecruitmentState
from rights.models import TrainingFile
from rights.services.training_files import request_training_file
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.catalog import TrainingFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    ActionFactory,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_request_day(request):
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def holder(client):
    counter = CounterFactory(balance=5_000_00)
    client.force_login(counter.holder.user)
    return counter.holder


@pytest.fixture
def session():
    return RequestableSessionFactory()


def url(session):
    return f"/mes-dossiers/demande/{session.pk}/"


def text_of(response):
    return response.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def hidden_fields(response):
    names = ("idempotency_key", "expected_charge_cents")
    page = response.content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in names}


def test_request_page_shows_price_rights_and_remaining_charge(client, holder, session):
    response = client.get(url(session))

    page = text_of(response)
    assert response.status_code == 200
    assert session.action.training.title in page
    assert "1 500,00 €" in page
    assert "1 396,80 €" in page
    assert "103,20 €" in page
    assert "Participation obligatoire" in page
    assert "Confirmer ma demande" in page
    assert not TrainingFile.objects.exists()


def test_request_confirmed_opens_the_file_and_leads_to_it(client, holder, session):
    fields = hidden_fields(client.get(url(session)))

    response = client.post(url(session), fields, follow=True)

    training_file = TrainingFile.objects.get()
    assert str(training_file.pk) == fields["idempotency_key"]
    assert response.redirect_chain == [(f"/mes-dossiers/{training_file.pk}/", 302)]
    assert training_file.requested_on == REQUEST_DAY
    assert "En attente d'AGORA" in text_of(response)


def test_request_sent_twice_opens_one_file(client, holder, session):
    fields = hidden_fields(client.get(url(session)))
    client.post(url(session), fields)

    response = client.post(url(session), fields)

    assert response.status_code == 302
    assert TrainingFile.objects.count() == 1
    assert holder.counters.get().reserved == 1_396_80


def test_request_on_other_amounts_than_those_read_is_asked_again(client, holder, session):
    fields = hidden_fields(client.get(url(session)))
    session.action.price_cents = 6_000_00
    session.action.save()

    response = client.post(url(session), fields)

    page = text_of(response)
    assert "le calcul ci-dessous est à jour" in page
    assert "1 000,00 €" in page
    assert hidden_fields(response)["expected_charge_cents"] == "100000"
    assert not TrainingFile.objects.exists()


@pytest.mark.parametrize("field", ["idempotency_key", "expected_charge_cents"])
def test_request_with_a_damaged_form_is_asked_again(client, holder, session, field):
    fields = hidden_fields(client.get(url(session)))

    response = client.post(url(session), {**fields, field: "abc"})

    assert "Votre demande n’a pas été enregistrée" in text_of(response)
    assert not TrainingFile.objects.exists()


def test_request_without_its_csrf_token_is_refused(holder, session):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(holder.user)
    fields = hidden_fields(client.get(url(session)))

    assert client.post(url(session), fields).status_code == 403
    assert not TrainingFile.objects.exists()


def test_request_page_of_a_closed_session_says_so_before_anything(client, holder):
    session = RequestableSessionFactory(recruitment_state=RecruitmentState.CLOSED)

    page = text_of(client.get(url(session)))

    assert "n’accepte plus d’inscription" in page
    assert "Confirmer ma demande" not in page


def test_request_page_of_a_session_too_near_says_from_when(client, holder):
    session = RequestableSessionFactory(starts_on=datetime(2026, 3, 16, tzinfo=UTC).date())

    assert "17 mars 2026" in text_of(client.get(url(session)))


def test_request_posted_on_a_closed_session_writes_nothing(client, holder, session):
    fields = hidden_fields(client.get(url(session)))
    session.recruitment_state = RecruitmentState.CLOSED
    session.save()

    response = client.post(url(session), fields)

    assert "n’accepte plus d’inscription" in text_of(response)
    assert not TrainingFile.objects.exists()


def test_request_page_with_a_file_already_open_leads_to_it(client, holder, session):
    existing = request_training_file(
        key="00000000-0000-4000-8000-000000000001", holder=holder, session=session, today=REQUEST_DAY
    )

    page = text_of(client.get(url(session)))

    assert "Vous avez déjà un dossier" in page
    assert f"/mes-dossiers/{existing.pk}/" in page


def test_request_for_what_a_partner_opened_is_said_on_the_page(client, holder, session):
    training = session.action.training
    TrainingFileFactory(
        holder=holder,
        from_agora=True,
        organisation_siret=training.organisation.siret,
        certification_code=training.certification_code,
        session_starts_on=session.starts_on,
    )
    fields = hidden_fields(client.get(url(session)))

    response = client.post(url(session), fields)

    assert "Vous avez déjà un dossier en cours pour cette formation" in text_of(response)
    assert TrainingFile.objects.count() == 1


def test_request_page_without_price_says_so(client, holder):
    session = RequestableSessionFactory(action=ActionFactory(price_cents=None))

    assert "n’a pas indiqué le prix" in text_of(client.get(url(session)))


def test_request_page_of_an_unknown_session_is_not_found(client, holder):
    assert client.get("/mes-dossiers/demande/999999/").status_code == 404


def test_request_page_for_staff_is_refused(client, session):
    client.force_login(UserFactory(training_organisation=True))

    assert client.get(url(session)).status_code == 403


def test_request_page_for_a_deceased_holder_is_refused(client, session):
    holder = HolderFactory(deceased_on=REQUEST_DAY)
    client.force_login(holder.user)

    assert client.get(url(session)).status_code == 403


def test_request_page_asks_a_fixed_number_of_queries(client, holder, session, django_assert_num_queries):
    client.get(url(session))

    with django_assert_num_queries(12):
        client.get(url(session))


def test_request_page_of_what_rights_may_not_pay_says_why_and_offers_no_confirmation(client, holder):
    training = TrainingFactory(title="Permis de conduire B")
    licence = RequestableSessionFactory(action=ActionFactory(training=training))

    page = text_of(client.get(url(licence)))

    assert "Vos droits ne peuvent pas payer cette formation" in page
    assert "demandeur d’emploi" in page
    assert "Confirmer ma demande" not in page

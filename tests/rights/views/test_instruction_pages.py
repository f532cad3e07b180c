"""Organisations, payers and the Caisse des dépôts on files: what they see, what they do, what is written of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.enums import StaffRole
from rights.enums import FileRole, Funder, TrainingFileState
from rights.models import TrainingFile
from rights.parties import Party
from rights.services.training_files import declare_entry, request_training_file
from rights.services.training_files.steps import ask_top_up, commit, propose
from tests.support.access_world import staff
from tests.support.factories.rights import CounterFactory, RequestableSessionFactory, TrainingFileFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

SIRET = "16000000900018"
ORGANISATION = Party(FileRole.ORGANISATION)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def requested(today):
    counter = CounterFactory(balance=5_000_00)
    session = RequestableSessionFactory(
        action__training__organisation__siret=SIRET,
        action__price_cents=7_000_00,
        starts_on=today + timedelta(days=40),
        ends_on=today + timedelta(days=60),
    )
    return request_training_file(key=uuid4(), holder=counter.holder, session=session, today=today)


def page_of(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def test_organisation_accepts_a_request_and_the_consultation_is_written(client, requested, today):
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))
    assert requested.holder.birth_name in page_of(client, "/instruction/")
    assert "C’est à l’organisme de formation d’agir" in page_of(client, f"/instruction/{requested.pk}/")

    answer = client.post(
        f"/instruction/{requested.pk}/proposer/",
        {
            "price": "6500",
            "starts_on": (today + timedelta(days=41)).isoformat(),
            "ends_on": (today + timedelta(days=60)).isoformat(),
        },
    )

    requested.refresh_from_db()
    assert answer.status_code == 302
    assert (requested.state, requested.price_cents) == (TrainingFileState.PROPOSED, 6_500_00)
    assert requested.holder.consultations.filter(purpose="Instruction d’un dossier de formation").exists()


def test_organisation_that_refuses_without_a_reason_is_asked_for_it(client, requested):
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))

    page = client.post(f"/instruction/{requested.pk}/refuser/", {"reason": " "}).content.decode()

    requested.refresh_from_db()
    assert "Écrivez le motif" in page
    assert requested.state == TrainingFileState.REQUESTED


def test_another_organisation_finds_no_file(client, requested):
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, "16000000900026"))

    assert client.get(f"/instruction/{requested.pk}/").status_code == 404
    assert "Rien ne vous attend" in page_of(client, "/instruction/")


def test_region_answers_for_its_part_alone(client, requested, today):
    propose(training_file_id=requested.pk, party=ORGANISATION, today=today)
    ask_top_up(
        training_file_id=requested.pk,
        funder=Funder.REGION,
        payer_code="94",
        amount_cents=600_00,
        today=today,
    )
    charge = requested.fundings.get(funder=Funder.HOLDER).amount_cents
    commit(
        training_file_id=requested.pk,
        holder=requested.holder,
        today=today,
        expected_charge_cents=charge,
    )
    sign_in(client, staff(StaffRole.REGIONAL_AGENT, "94"))
    assert "À vous de répondre (1)" in page_of(client, "/instruction/")

    client.post(f"/instruction/{requested.pk}/accorder-sa-part/")

    requested.refresh_from_db()
    assert requested.state == TrainingFileState.ACCEPTED


def test_session_sheet_declares_entries_and_tells_the_line_that_is_wrong(client, requested, today):
    propose(training_file_id=requested.pk, party=ORGANISATION, today=today)
    charge = requested.fundings.get(funder=Funder.HOLDER).amount_cents
    commit(training_file_id=requested.pk, holder=requested.holder, today=today, expected_charge_cents=charge)
    # The session began a week ago.
    TrainingFile.objects.filter(pk=requested.pk).update(session_starts_on=today - timedelta(days=7))
    second = TrainingFileFactory(
        session=requested.session,
        organisation_siret=SIRET,
        state=TrainingFileState.ACCEPTED,
        certification_code="RNCP1",
        session_starts_on=today - timedelta(days=7),
        session_ends_on=today + timedelta(days=60),
    )
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))
    sheet = f"/instruction/sessions/{requested.session_id}/"
    assert "2 personnes inscrites" in page_of(client, sheet)

    page = client.post(
        sheet, {f"{requested.pk}-day": today.isoformat(), f"{second.pk}-day": "2020-01-01"}
    ).content.decode()

    states = dict(TrainingFile.objects.values_list("pk", "state"))
    assert (states[requested.pk], states[second.pk]) == ("in_training", "accepted")
    assert "L’entrée en formation se situe" in page


def test_instruction_list_asks_the_same_queries_for_one_and_three(
    client, requested, django_assert_max_num_queries
):
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))
    client.get("/instruction/")
    TrainingFileFactory(organisation_siret=SIRET)
    TrainingFileFactory(organisation_siret=SIRET)

    with django_assert_max_num_queries(12):
        client.get("/instruction/")


# The holder's own pages ------------------------------------------------------------------------------------------


@pytest.fixture
def at_home(client, requested):
    client.force_login(requested.holder.user)
    return requested


def test_holder_reads_the_withdrawal_date_before_committing(client, at_home, today):
    propose(training_file_id=at_home.pk, party=ORGANISATION, today=today)

    page = page_of(client, f"/mes-dossiers/{at_home.pk}/etape/confirmer/")

    assert "Votre droit de rétractation" in page
    assert "Reste à votre charge" in page


def test_holder_declines_then_every_later_step_says_why_it_is_closed(client, at_home, today):
    propose(training_file_id=at_home.pk, party=ORGANISATION, today=today)
    client.post(f"/mes-dossiers/{at_home.pk}/etape/decliner/")

    page = page_of(client, f"/mes-dossiers/{at_home.pk}/etape/confirmer/")

    at_home.refresh_from_db()
    assert at_home.state == TrainingFileState.DECLINED
    assert "Ce dossier est clos" in page


def test_holder_and_organisation_write_to_each_other(client, at_home):
    client.post(f"/mes-dossiers/{at_home.pk}/messages/", {"body": "Puis-je venir le matin ?"})
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))

    assert "Puis-je venir le matin ?" in page_of(client, f"/instruction/{at_home.pk}/")


def free_form(today, **changes):
    return {
        "action": "BILAN",
        "siret": SIRET,
        "organisation_name": "Centre du Golfe",
        "starts_on": (today + timedelta(days=40)).isoformat(),
        "idempotency_key": str(uuid4()),
        **changes,
    }


def test_free_request_opens_a_file_without_holding_anything(client, at_home, today):
    client.post("/mes-dossiers/demande-libre/", free_form(today))

    opened = TrainingFile.objects.get(action_code="BILAN")
    assert (opened.state, opened.price_cents) == (TrainingFileState.REQUESTED, 0)
    assert not opened.entries.exists()


def test_free_request_that_the_rule_refuses_says_why_and_may_go_to_a_person(client, at_home, today):
    page = client.post("/mes-dossiers/demande-libre/", free_form(today, action="CREATION")).content.decode()
    assert "Non éligible" in page
    assert "L. 6323-6" in page
    assert not TrainingFile.objects.filter(action_code="CREATION").exists()

    client.post("/mes-dossiers/demande-libre/", free_form(today, action="CREATION", examen="1"))

    opened = TrainingFile.objects.get(action_code="CREATION")
    assert opened.state == TrainingFileState.IN_REVIEW
    assert opened.due_on is not None


def test_page_of_a_file_in_training_shows_what_comes_next(client, at_home, today):
    propose(training_file_id=at_home.pk, party=ORGANISATION, today=today)
    charge = at_home.fundings.get(funder=Funder.HOLDER).amount_cents
    commit(training_file_id=at_home.pk, holder=at_home.holder, today=today, expected_charge_cents=charge)
    starts_on = at_home.session_starts_on
    declare_entry(training_file=at_home, entered_on=starts_on, origin="portal", today=starts_on)

    page = page_of(client, f"/mes-dossiers/{at_home.pk}/")

    assert "Vous suivez cette formation jusqu’au" in page

"""A refused value sent back to whoever wrote it: to whom, by when, the answer, what is late."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Notification, User
from agora_sync.enums import CorrectionOutcome
from agora_sync.models import Correction, CorrectionBatch, Exchange, SendingBack
from agora_sync.services.sending_back import answer, send_back
from rights.models import TrainingFile
from tests.support.agora_rejects import BRITTANY, RIGHT, WRONG, agent_of, refused
from tests.support.factories.accounts import StaffScopeFactory, UserFactory
from tests.support.factories.rights import RequestableSessionFactory

pytestmark = pytest.mark.django_db


def organisation(siret: str = WRONG) -> User:
    """Somebody who acts for an organisation."""
    user = UserFactory(is_staff=True)
    return StaffScopeFactory(user=user, role=StaffRole.TRAINING_ORGANISATION, scope_code=siret).user


def next_week() -> date:
    return timezone.localdate() + timedelta(days=7)


def asked(client: Client, exchange: Exchange, **more: str) -> str:
    form = {
        "champ": "organisation_siret",
        "echeance": next_week().isoformat(),
        "message": "Quel SIRET ?",
        **more,
    }
    page = client.post(f"/agents/echanges/{exchange.pk}/a-qui-l-a-saisi/", form, follow=True)
    return page.content.decode()


def sent(exchange: Exchange, agent: User) -> SendingBack:
    return send_back(
        user=agent,
        exchange_id=exchange.pk,
        field="organisation_siret",
        due_on=next_week(),
        message="Quel est le bon SIRET ?",
    )


def test_value_of_the_offer_goes_to_its_organisation_which_is_told(client: Client, agent: User) -> None:
    person, exchange = organisation(), refused()

    page = asked(client, exchange)

    sending = SendingBack.objects.get()
    assert (sending.organisation_siret, sending.colleague, sending.sent_by) == (WRONG, None, agent)
    assert Notification.objects.get(kind="agora_sync.staff_notice").recipient == person.email
    assert "Réponse attendue" in page


def test_organisation_of_the_session_is_asked_when_the_siret_of_the_file_is_wrong(agent: User) -> None:
    exchange = refused()
    session = RequestableSessionFactory(action__training__organisation__siret=RIGHT)
    TrainingFile.objects.filter(pk=exchange.training_file_id).update(session=session)
    organisation(RIGHT)

    assert sent(exchange, agent).organisation_siret == RIGHT


def test_value_corrected_by_a_colleague_goes_to_that_colleague(agent: User) -> None:
    exchange, colleague = refused(), agent_of()
    batch = CorrectionBatch.objects.create(
        made_by=colleague, sent_by=colleague, sending_at=timezone.now(), sent_at=timezone.now()
    )
    Correction.objects.create(
        batch=batch,
        exchange=exchange,
        changes={"organisation_siret": [RIGHT, WRONG]},
        outcome=CorrectionOutcome.SENT,
    )

    sending = sent(exchange, agent)

    assert (sending.colleague, sending.organisation_siret) == (colleague, "")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "n’a de compte ici"),
        ({"echeance": "2020-01-01"}, "Choisissez un jour à venir"),
        ({"message": ""}, "fr-message--error"),
    ],
    ids=["nobody there", "day that is past", "no message"],
)
def test_sending_back_that_cannot_be_is_refused_with_a_sentence(
    client: Client, agent: User, more: dict[str, str], told: str
) -> None:
    page = asked(client, refused(), **more)

    assert told in page
    assert not SendingBack.objects.exists()


def test_second_sending_of_the_same_exchange_waits_for_the_answer(client: Client, agent: User) -> None:
    organisation()
    exchange = refused()
    asked(client, exchange)

    page = asked(client, exchange)

    assert "déjà renvoyée" in page
    assert SendingBack.objects.count() == 1


def test_exchange_of_another_region_is_not_sent_back(client: Client, agent: User) -> None:
    organisation()

    answered = client.post(f"/agents/echanges/{refused(BRITTANY).pk}/a-qui-l-a-saisi/", {})

    assert answered.status_code == 404


def test_organisation_answers_and_the_value_waits_in_the_form_of_the_agent(
    client: Client, agent: User
) -> None:
    person, exchange = organisation(), refused()
    sending = sent(exchange, agent)
    client.force_login(person)

    listed = client.get("/renvois/").content.decode()
    client.post(f"/renvois/{sending.pk}/", {"valeur": f" {RIGHT} ", "reponse": "Nous avons déménagé."})

    client.force_login(agent)
    page = client.get(f"/agents/echanges/{exchange.pk}/").content.decode()
    form = client.get(f"/agents/echanges/{exchange.pk}/corriger/").content.decode()
    assert "À répondre" in listed
    assert "Nous avons déménagé." in page
    assert f'value="{RIGHT}"' in form
    assert Notification.objects.filter(recipient=agent.email).exists()


def test_answer_shows_no_name_of_the_person(client: Client, agent: User) -> None:
    exchange = refused()
    sending, person = (organisation(), sent(exchange, agent))[1], exchange.holder
    assert person is not None
    client.force_login(User.objects.get(staff_scopes__scope_code=WRONG))

    page = client.get(f"/renvois/{sending.pk}/").content.decode()

    assert "Quel est le bon SIRET ?" in page
    assert person.birth_name not in page


def test_answer_with_a_value_that_cannot_be_right_is_refused(client: Client, agent: User) -> None:
    person, exchange = organisation(), refused()
    sending = sent(exchange, agent)
    client.force_login(person)

    page = client.post(f"/renvois/{sending.pk}/", {"valeur": "123", "reponse": "Voilà."}).content.decode()

    assert "14 chiffres" in page
    sending.refresh_from_db()
    assert sending.is_waiting


def test_answer_is_given_once(client: Client, agent: User) -> None:
    person, exchange = organisation(), refused()
    sending = sent(exchange, agent)
    answer(user=person, sending_id=sending.pk, text="Le bon.")
    client.force_login(person)

    page = client.post(f"/renvois/{sending.pk}/", {"reponse": "Un autre."}, follow=True).content.decode()

    sending.refresh_from_db()
    assert sending.answer == "Le bon."
    assert "déjà été répondu" in page


def test_another_organisation_finds_nothing(client: Client, agent: User) -> None:
    organisation()
    sending = sent(refused(), agent)
    client.force_login(organisation(RIGHT))

    assert client.get(f"/renvois/{sending.pk}/").status_code == 404
    assert "Rien à corriger" in client.get("/renvois/").content.decode()


def test_answer_that_is_late_is_listed_and_said_on_both_sides(client: Client, agent: User) -> None:
    person, exchange = organisation(), refused()
    sending = sent(exchange, agent)
    SendingBack.objects.update(due_on=timezone.localdate() - timedelta(days=1))

    late = client.get("/agents/rejets/?suivi=en-retard").content.decode()

    assert "Réponse en retard : 1" in late
    assert str(exchange.pk) in late
    client.force_login(person)
    assert "La réponse est en retard" in client.get(f"/renvois/{sending.pk}/").content.decode()


def test_answer_expected_today_is_not_late(client: Client, agent: User) -> None:
    organisation()
    sent(refused(), agent)
    SendingBack.objects.update(due_on=timezone.localdate())

    assert "Réponse en retard : 0" in client.get("/agents/rejets/").content.decode()


def test_question_taken_back_waits_no_more_and_leaves_the_list_of_the_organisation(
    client: Client, agent: User
) -> None:
    person, exchange = organisation(), refused()
    sending = sent(exchange, agent)

    client.post(f"/agents/echanges/{exchange.pk}/reprendre/")

    sending.refresh_from_db()
    assert (sending.is_waiting, sending.withdrawn_by) == (False, agent)
    client.force_login(person)
    assert client.get(f"/renvois/{sending.pk}/").status_code == 404


def test_exchange_corrected_meanwhile_asks_nobody_any_more(client: Client, agent: User) -> None:
    organisation()
    exchange = refused()
    sending = sent(exchange, agent)
    prepared = client.post(
        f"/agents/echanges/{exchange.pk}/corriger/",
        {"organisation_siret": RIGHT, "title": "Soudure", "hours_minutes": "0"},
    )

    client.post(f"{prepared['Location']}envoyer/")

    sending.refresh_from_db()
    assert not sending.is_waiting


@pytest.mark.parametrize(
    "fields",
    [
        {"message": ""},
        {"organisation_siret": ""},
        {"answered_at": timezone.now()},
    ],
    ids=["says nothing", "to nobody", "answered by nobody"],
)
def test_sending_back_that_is_not_whole_is_refused_by_the_database(
    agent: User, fields: dict[str, object]
) -> None:
    whole: dict[str, object] = {
        "exchange": refused(),
        "field": "title",
        "organisation_siret": WRONG,
        "sent_by": agent,
        "due_on": next_week(),
        "message": "Quoi ?",
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        SendingBack.objects.create(**{**whole, **fields})


# The file through every system ----------------------------------------------------------------------
def test_history_of_a_file_tells_every_system_and_who(client: Client, agent: User) -> None:
    person, exchange = organisation(), refused()
    answer(user=person, sending_id=sent(exchange, agent).pk, text="Nous avons déménagé.")
    Exchange.objects.filter(pk=exchange.pk).update(finished_at=timezone.now())
    client.post(f"/agents/echanges/{exchange.pk}/suivre/", {"quoi": "noted", "note": "Appelé."})
    prepared = client.post(
        f"/agents/echanges/{exchange.pk}/corriger/",
        {"organisation_siret": RIGHT, "title": "Soudure", "hours_minutes": "0"},
    )
    client.post(f"{prepared['Location']}envoyer/")

    page = client.get(f"/agents/dossiers/{exchange.training_file_id}/").content.decode()

    for told in (
        "Envoyé : « Créer un dossier »",
        "« Créer un dossier », refusé (ag:SIRETInvalide : SIRET refusé)",
        "Dossier demandé. À dire à AGORA : « Créer un dossier »",
        "Note : Appelé.",
        "Nous avons déménagé.",
        "Corrigé et renvoyé",
        str(agent),
        str(person),
    ):
        assert told in page, told
    assert exchange.holder is not None
    assert exchange.holder.consultations.filter(actor=agent).exists()


def test_history_of_a_file_of_another_region_is_not_there(client: Client, agent: User) -> None:
    exchange = refused(BRITTANY)

    assert client.get(f"/agents/dossiers/{exchange.training_file_id}/").status_code == 404

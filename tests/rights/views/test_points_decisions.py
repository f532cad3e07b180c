"""Requests for points as the Caisse des dépôts answers them: once, in time, and the person is told why."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Notification
from rights.enums import PointsOutcome, PointsUse, Scheme
from rights.exceptions import AccountClosed, AlreadyAnswered, PointsRefused, ReasonMissing
from rights.models import Counter, PointsAnswer
from rights.services.messages import render_points_answered
from rights.services.points import request_points
from rights.services.points_decisions import decide_points
from tests.support.access_world import staff
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

LIST = "/instruction/points/"
REFUSAL = {"decision": "refuse", "reason": "Pièce manquante", "understood": "on"}
GRANT = {"decision": "grant", "reason": "", "understood": "on"}


def asking(points=3):
    holder = HolderFactory(birth_date=date(1970, 2, 1), nir=None)
    CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
    return request_points(
        key=uuid.uuid4(), holder=holder, use=PointsUse.TRAINING, points=points, today=timezone.localdate()
    )


@pytest.fixture
def asked(client):
    sign_in(client, staff(StaffRole.CDC))
    return asking()


def counter(asked):
    return Counter.objects.get(holder=asked.holder, scheme=Scheme.C2P)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_granted_request_takes_its_points_and_tells_the_person(client, asked):
    client.post(f"{LIST}{asked.pk}/", GRANT)

    shown = page(client, f"{LIST}{asked.pk}/")
    message = Notification.objects.get(kind="rights.points_answered")
    assert (counter(asked).balance, counter(asked).reserved) == (27, 0)
    assert "Acceptée" in shown
    assert "Enregistrer la décision" not in shown
    assert "Elle est acceptée." in render_points_answered(message.context).text


def test_refused_request_gives_its_points_back_and_says_why(client, asked):
    client.post(f"{LIST}{asked.pk}/", REFUSAL)

    sign_in(client, asked.holder.user)
    own = page(client, "/mes-droits/points/")
    assert (counter(asked).balance, counter(asked).reserved) == (30, 0)
    assert "Motif : Pièce manquante" in own
    mail = render_points_answered(Notification.objects.get(kind="rights.points_answered").context)
    assert "Elle est refusée." in mail.html
    # Neither the points nor the reason travel by e-mail.
    assert "Pièce" not in mail.text
    assert "points" not in mail.subject


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choisissez d’accepter ou de refuser."),
        ({**REFUSAL, "reason": "  "}, "Écrivez le motif du refus"),
        ({"decision": "grant"}, "Cochez la case pour confirmer"),
    ],
    ids=["nothing", "no reason", "not confirmed"],
)
def test_incomplete_decision_changes_nothing(typed, said, client, asked):
    answer = client.post(f"{LIST}{asked.pk}/", typed)

    assert said in answer.content.decode()
    assert not PointsAnswer.objects.exists()
    assert counter(asked).reserved == 3


def test_decision_after_the_delay_is_refused_because_silence_has_answered(asked):
    late = asked.answer_due_on + timedelta(days=1)

    with pytest.raises(PointsRefused, match="silence vaut refus"):
        decide_points(request=asked, granted=True, reason="", today=late)

    assert decide_points(request=asked, granted=True, reason="", today=asked.answer_due_on)


def test_second_decision_is_the_first_or_is_refused(asked):
    today = timezone.localdate()
    first = decide_points(request=asked, granted=False, reason="Non", today=today)

    assert decide_points(request=asked, granted=False, reason="Non", today=today) == first
    with pytest.raises(AlreadyAnswered):
        decide_points(request=asked, granted=True, reason="", today=today)
    assert (first.outcome, Notification.objects.filter(kind="rights.points_answered").count()) == (
        PointsOutcome.REFUSED,
        1,
    )


def test_refusal_without_a_reason_and_dead_persons_request_are_refused(asked):
    with pytest.raises(ReasonMissing):
        decide_points(request=asked, granted=False, reason=" ", today=timezone.localdate())
    asked.holder.deceased_on = date(2026, 1, 1)
    with pytest.raises(AccountClosed):
        decide_points(request=asked, granted=True, reason="", today=timezone.localdate())


def test_decision_taken_meanwhile_by_someone_else_is_said_on_the_page(client, asked):
    decide_points(request=asked, granted=False, reason="Non", today=timezone.localdate())

    answer = client.post(f"{LIST}{asked.pk}/", GRANT)

    assert "a déjà reçu une réponse" in answer.content.decode()
    assert counter(asked).balance == 30


def test_list_shows_what_waits_then_what_was_answered_and_writes_the_reading(
    client, asked, django_assert_num_queries
):
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
    for _ in range(2):
        decide_points(request=asking(), granted=True, reason="", today=timezone.localdate())
        asking()
    with django_assert_num_queries(7):
        shown = page(client, LIST)

    assert shown.count('data-label="Points"') == 3
    assert shown.count(": acceptée, le") == 2
    assert asked.holder.consultations.filter(purpose="Réponse à une demande de points de prévention").exists()


def test_empty_list_says_so(client):
    sign_in(client, staff(StaffRole.CDC))

    assert "Aucune demande n’attend" in page(client, LIST)

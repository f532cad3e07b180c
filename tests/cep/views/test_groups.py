"""Workshops as the person sees them: found near their places, a seat taken, given back, or lost with the workshop."""

import pytest
from django.urls import reverse

from accounts.models import Notification
from cep.models import GroupSession
from cep.services.groups import call_off_session, take_seat
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW, GroupSessionFactory, SiteFactory

pytestmark = pytest.mark.django_db
LIST = "/conseil/ateliers/"


def detail(session):
    return reverse("cep:session_detail", args=[session.pk])


def text_of(answer):
    return answer.content.decode().replace("\xa0", " ")


def test_list_shows_what_is_near_with_the_seats_left(holder_client):
    GroupSessionFactory(title="Oser l'entretien", site=SiteFactory(name="Espace Bastia", bastia=True))

    page = text_of(holder_client.get(LIST))

    assert "Oser l&#x27;entretien" in page
    assert "Lundi 23 novembre 2026 à 14 h, Espace Bastia" in page
    assert "6 places libres" in page
    assert "chez vous : Bastia, Ajaccio." in page


def test_list_without_a_workshop_says_what_else_there_is(holder_client):
    page = text_of(holder_client.get(LIST))

    assert "Aucun atelier annoncé" in page
    assert reverse("cep:slot_list") in page


def test_seat_is_taken_confirmed_in_writing_and_shown(holder_client, holder):
    session = GroupSessionFactory()

    answer = holder_client.post(detail(session), follow=True)

    session.refresh_from_db()
    assert (session.taken, session.seats.get().holder) == (1, holder)
    assert "Votre place est réservée" in text_of(answer)
    assert "Mes ateliers" in text_of(holder_client.get(LIST))
    assert Notification.objects.get(kind="cep.seat_taken").context["title"] == session.title


def test_seat_asked_twice_is_one_seat_and_one_message(holder_client):
    session = GroupSessionFactory()

    for _ in range(2):
        holder_client.post(detail(session))

    session.refresh_from_db()
    assert session.taken == 1
    assert Notification.objects.filter(kind="cep.seat_taken").count() == 1


def test_full_workshop_says_so_and_seats_nobody_more(holder_client):
    session = GroupSessionFactory(capacity=1)
    take_seat(session=session, holder=HolderFactory(), now=NOW)

    assert "Cet atelier est complet" in text_of(holder_client.get(detail(session)))
    answer = holder_client.post(detail(session), follow=True)

    assert "Cet atelier est complet" in text_of(answer)
    session.refresh_from_db()
    assert session.taken == session.seats.count() == 1


def test_seat_is_given_back_after_a_confirmation(holder_client, holder):
    session = GroupSessionFactory()
    take_seat(session=session, holder=holder, now=NOW)
    leave = reverse("cep:session_leave", args=[session.pk])

    assert "Rendre ma place ?" in text_of(holder_client.get(leave))
    holder_client.post(leave)

    session.refresh_from_db()
    assert session.taken == session.seats.count() == 0


def test_leaving_without_a_seat_leads_to_the_workshop(holder_client):
    session = GroupSessionFactory()

    answer = holder_client.get(reverse("cep:session_leave", args=[session.pk]))

    assert answer.url == detail(session)


def test_workshop_called_off_is_gone_for_others_and_said_to_who_had_a_seat(holder_client, holder):
    seated, other = GroupSessionFactory(), GroupSessionFactory()
    take_seat(session=seated, holder=holder, now=NOW)

    told = [call_off_session(session=session, now=NOW) for session in (seated, other)]

    assert told == [1, 0]
    page = text_of(holder_client.get(detail(seated)))
    assert "Cet atelier n'a pas lieu" in page
    assert "Réserver ma place" not in page
    assert holder_client.get(detail(other)).status_code == 404
    assert Notification.objects.filter(kind="cep.session_called_off").count() == 1
    assert "Annulé" in text_of(holder_client.get(LIST))


def test_seat_cannot_be_taken_nor_given_back_once_it_has_begun(holder_client, holder, travel_to):
    session = GroupSessionFactory()
    take_seat(session=session, holder=holder, now=NOW)
    travel_to("2026-11-23 14:30")

    answer = holder_client.post(reverse("cep:session_leave", args=[session.pk]), follow=True)

    assert "Cet atelier a déjà commencé" in text_of(answer)
    assert GroupSession.objects.get().taken == 1


def test_workshop_that_is_over_is_there_for_nobody_without_a_seat(holder_client, travel_to):
    session = GroupSessionFactory()
    travel_to("2026-11-23 18:30")

    assert holder_client.post(detail(session)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_queries_whatever_its_length(
    holder_client, holder, rows, django_assert_num_queries
):
    for _ in range(rows):
        GroupSessionFactory(site=SiteFactory(bastia=True))
    holder_client.get(LIST)

    with django_assert_num_queries(8):
        holder_client.get(LIST)

"""Waiting lists as the person sees them: joined from the page of a place, answered and left from one page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cep.enums import BookingAction, WaitingState
from cep.models import WaitingEntry
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment
from cep.services.waiting import wait_for_slot
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW, SiteFactory, WindowFactory, demand

pytestmark = pytest.mark.django_db
LIST = "/mes-rendez-vous/attentes/"


def offered_to(holder, window):
    """A waiting entry of the person to whom a freed meeting of the window has just been offered."""
    booked = book_appointment(**demand(window))
    entry = wait_for_slot(holder=holder, site=window.site, mode=window.mode)
    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)
    entry.refresh_from_db()
    assert entry.state == WaitingState.OFFERED
    return entry


def page_of(client):
    return client.get(LIST).content.decode()


def test_waiting_list_is_joined_from_the_page_of_the_place(holder_client, holder):
    site = WindowFactory(site=SiteFactory(name="Espace Bastia", bastia=True)).site
    page = holder_client.get("/conseil/rendez-vous/").content.decode()
    assert "Me prévenir si un rendez-vous se libère" in page
    assert f'name="site" value="{site.pk}"' in page

    answer = holder_client.post(
        reverse("cep:waiting_join"), {"site": site.pk, "mode": "on_site"}, follow=True
    )

    assert answer.redirect_chain[-1][0] == LIST
    assert "Vous êtes sur la liste d’attente : Espace Bastia, sur place." in answer.content.decode()
    assert WaitingEntry.objects.get().holder == holder


def test_waiting_list_joined_twice_is_joined_once(holder_client):
    site = SiteFactory()

    for _ in range(2):
        holder_client.post(reverse("cep:waiting_join"), {"site": site.pk, "mode": "phone"})

    assert WaitingEntry.objects.count() == 1


@pytest.mark.parametrize("form", [{"site": "999999", "mode": "on_site"}, {"mode": "on_site"}, {}])
def test_waiting_for_a_place_that_is_not_there_is_said_and_writes_nothing(holder_client, form):
    answer = holder_client.post(reverse("cep:waiting_join"), form, follow=True)

    assert "Ce lieu d’accueil n’existe pas" in answer.content.decode()
    assert not WaitingEntry.objects.exists()


def test_who_refuses_calls_waits_for_no_call(holder_client, holder):
    type(holder).objects.filter(pk=holder.pk).update(refuses_calls=True)

    answer = holder_client.post(
        reverse("cep:waiting_join"), {"site": SiteFactory().pk, "mode": "phone"}, follow=True
    )

    assert "ne pas être appelé" in answer.content.decode()
    assert not WaitingEntry.objects.exists()


def test_list_without_a_wait_says_how_to_begin_one(holder_client):
    assert "Vous n'attendez rien" in page_of(holder_client)


def test_offer_is_shown_with_its_end_and_leads_to_the_booking(holder_client, holder):
    window = WindowFactory()
    offered_to(holder, window)

    page = page_of(holder_client)

    assert "Lundi 23 novembre 2026 à 9" in page.replace("\xa0", " ")
    assert "pas pris avant vendredi" in page
    assert f"adviser={window.adviser_id}" in page
    assert reverse("cep:booking_create") in page


def test_offer_that_somebody_took_says_so(holder_client, holder):
    window = WindowFactory()
    offered_to(holder, window)
    book_appointment(**demand(window))

    page = page_of(holder_client)

    assert "Quelqu'un vient de le prendre" in page
    assert reverse("cep:booking_create") not in page


def test_offer_passed_keeps_the_place_and_goes_to_the_next(holder_client, holder):
    window = WindowFactory()
    entry = offered_to(holder, window)
    following = wait_for_slot(holder=HolderFactory(), site=window.site, mode=window.mode)

    answer = holder_client.post(reverse("cep:waiting_pass", args=[entry.pk]), follow=True)

    entry.refresh_from_db()
    following.refresh_from_db()
    assert (entry.state, following.state) == (WaitingState.WAITING, WaitingState.OFFERED)
    assert "proposé à une autre personne" in answer.content.decode()


def test_offer_whose_time_is_over_is_no_offer_any_more(holder_client, holder, travel_to):
    entry = offered_to(holder, WindowFactory())
    travel_to((entry.offer_ends_at + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M"))

    page = page_of(holder_client)

    assert "Un rendez-vous s'est libéré" not in page
    assert "Nous vous avons déjà prévenu 1 fois" in page


def test_list_is_left_after_a_confirmation(holder_client, holder):
    entry = wait_for_slot(holder=holder, site=SiteFactory(name="Espace Bastia"), mode="on_site")
    leave = reverse("cep:waiting_leave", args=[entry.pk])

    asked = holder_client.get(leave)
    entry.refresh_from_db()
    assert "Quitter cette liste d'attente ?" in asked.content.decode()
    assert entry.state == WaitingState.WAITING
    holder_client.post(leave)

    entry.refresh_from_db()
    assert entry.state == WaitingState.WITHDRAWN
    assert "Espace Bastia" in page_of(holder_client)
    assert "Espace Bastia" not in page_of(holder_client)


@pytest.mark.parametrize("action", ["waiting_pass", "waiting_leave"])
def test_another_persons_wait_does_not_exist(holder_client, action):
    entry = wait_for_slot(holder=HolderFactory(), site=SiteFactory(), mode="on_site")

    answer = holder_client.post(reverse(f"cep:{action}", args=[entry.pk]))

    assert answer.status_code == 404
    entry.refresh_from_db()
    assert entry.state == WaitingState.WAITING


def test_person_without_an_address_is_told_that_nothing_can_be_written(holder_client, holder):
    type(holder).objects.filter(pk=holder.pk).update(email="")
    type(holder.user).objects.filter(pk=holder.user_id).update(email="")
    wait_for_slot(holder=holder, site=SiteFactory(), mode="on_site")

    assert "pas d'adresse où vous écrire" in page_of(holder_client)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_queries_whatever_its_length(
    holder_client, holder, rows, django_assert_num_queries
):
    for _ in range(rows):
        wait_for_slot(holder=holder, site=SiteFactory(), mode="on_site")
    page_of(holder_client)

    with django_assert_num_queries(4):
        page_of(holder_client)

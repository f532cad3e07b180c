import re
import threading
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from cep.models import Booking
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import MONDAY, BookingFactory, SiteFactory, WindowFactory, at, span

ADDRESS = "/conseil/rendez-vous/reserver/"


def slot_of(window, **changes) -> dict[str, str]:
    slot = {
        "site": str(window.site_id),
        "adviser": str(window.adviser_id),
        "mode": window.mode,
        "start": window.span.lower.isoformat(),
    }
    return slot | changes


def request_for(window, **changes) -> dict[str, str]:
    return slot_of(window) | {"idempotency_key": str(uuid4())} | changes


@pytest.fixture
def window(holder):
    return WindowFactory(site=SiteFactory(name="Espace Ajaccio"))


def test_booking_page_shows_what_will_be_booked_and_books_nothing(holder_client, window):
    page = holder_client.get(ADDRESS, slot_of(window))

    text = page.content.decode()
    assert page.status_code == 200
    assert "Lundi 23 novembre 2026 à 9\u00a0h" in text
    assert "Espace Ajaccio, 1 rue des Essais" in text
    assert window.adviser.display_name in text
    assert not Booking.objects.exists()


def test_booking_page_shown_twice_bears_two_keys(holder_client, window):
    keys = {
        re.search(
            r'name="idempotency_key" value="([^"]+)"',
            holder_client.get(ADDRESS, slot_of(window)).content.decode(),
        )[1]
        for _ in range(2)
    }

    assert len(keys) == 2


def test_booking_posted_leads_to_the_confirmation(holder_client, holder, window):
    answer = holder_client.post(ADDRESS, request_for(window))

    booking = Booking.objects.get()
    assert booking.holder == holder
    assert answer.status_code == 302
    assert answer.url == f"/mes-rendez-vous/{booking.pk}/confirmation/"
    text = holder_client.get(answer.url).content.decode()
    assert "Votre rendez-vous est confirmé" in text
    assert "Lundi 23 novembre 2026 à 9\u00a0h" in text


def test_booking_posted_twice_is_one_appointment(holder_client, window):
    wanted = request_for(window)

    first, second = (holder_client.post(ADDRESS, wanted) for _ in range(2))

    assert first.url == second.url
    assert Booking.objects.count() == 1


def test_booking_posted_from_another_tab_finds_the_same_appointment(holder_client, window):
    first, second = (holder_client.post(ADDRESS, request_for(window)) for _ in range(2))

    assert first.url == second.url
    assert Booking.objects.count() == 1


def test_booking_of_a_taken_slot_says_so_and_offers_what_is_near(holder_client, window):
    BookingFactory(adviser=window.adviser, site=window.site)

    page = holder_client.post(ADDRESS, request_for(window))

    text = page.content.decode()
    assert page.status_code == 200
    assert "vient d’être réservé par une autre personne" in text
    assert [slot.hour for slot in page.context["nearest"]] == ["10\u00a0h", "11\u00a0h"]
    assert all(slot.url.replace("&", "&amp;") in text for slot in page.context["nearest"])
    assert Booking.objects.count() == 1


def test_booking_offered_slot_can_be_booked_from_there(holder_client, window):
    BookingFactory(adviser=window.adviser, site=window.site)
    refused = holder_client.post(ADDRESS, request_for(window))

    page = holder_client.get(refused.context["nearest"][0].url)
    form = page.context["form"]
    answer = holder_client.post(ADDRESS, {field.html_name: field.value() for field in form})

    assert answer.status_code == 302
    assert Booking.objects.count() == 2


def test_booking_while_elsewhere_shows_the_appointment_in_the_way(holder_client, holder, window):
    elsewhere = BookingFactory(holder=holder, site=SiteFactory(bastia=True), start=at(MONDAY, "09:30"))

    page = holder_client.post(ADDRESS, request_for(window))

    assert page.status_code == 200
    assert f"/mes-rendez-vous/{elsewhere.pk}/" in page.content.decode()
    assert Booking.objects.get() == elsewhere


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"start": at(MONDAY, "18:00").isoformat()}, "pas ouvert"),
        ({"start": "2026-11-20T09:00:00+01:00"}, "passé"),
        ({"start": "2027-11-22T09:00:00+01:00"}, "trop éloigné"),
        ({"mode": "phone"}, "pas ouvert"),
    ],
)
def test_booking_of_what_cannot_be_says_why(holder_client, window, change, sentence):
    page = holder_client.post(ADDRESS, request_for(window, **change))

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"start": "demain"},
        {"start": "2026-11-23T09:00:00"},
        {"start": "2026-99-99T09:00:00+01:00"},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"site": "0"},
        {"site": "abc"},
        {"adviser": "999999"},
        {"mode": "pigeon"},
        {"site": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_booking_of_nonsense_goes_back_to_the_list_or_says_so(holder_client, window, change, method):
    answer = getattr(holder_client, method)(ADDRESS, request_for(window, **change))

    assert answer.status_code in {200, 302}
    assert answer.status_code == 200 or answer.url == "/conseil/rendez-vous/"
    assert not Booking.objects.exists()


def test_booking_without_its_key_shows_the_page_again(holder_client, window):
    page = holder_client.post(ADDRESS, slot_of(window))

    assert page.status_code == 200
    assert page.context["form"].errors["idempotency_key"]
    assert not Booking.objects.exists()


def test_booking_with_the_key_of_another_person_reveals_nothing(holder_client, window):
    other = BookingFactory(start=at(MONDAY, "14:00"), site=SiteFactory(name="Lieu secret"))

    page = holder_client.post(ADDRESS, request_for(window, idempotency_key=str(other.pk)))

    assert page.status_code == 200
    assert str(other.pk) not in page.content.decode().replace(f'value="{other.pk}"', "")
    assert "Lieu secret" not in page.content.decode()
    assert Booking.objects.count() == 1


def test_booking_without_the_token_against_forgery_is_refused(holder, window):
    client = Client(enforce_csrf_checks=True)
    client.force_login(holder.user)

    assert client.post(ADDRESS, request_for(window)).status_code == 403
    assert not Booking.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_booking_is_for_holders_only(client, window, method):
    data = request_for(window)

    assert getattr(client, method)(ADDRESS, data).status_code == 302
    client.force_login(UserFactory(cep_adviser=True))
    assert getattr(client, method)(ADDRESS, data).status_code == 403
    assert not Booking.objects.exists()


def test_booking_confirmation_of_another_person_does_not_exist(holder_client, window):
    other = BookingFactory()

    assert holder_client.get(f"/mes-rendez-vous/{other.pk}/confirmation/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_booking_posted_by_forty_people_at_once_has_one_winner_and_no_error_page(corsica, noon_on_friday):
    window = WindowFactory(span=span("09:00", "12:00"))
    clients = []
    for person in HolderFactory.create_batch(40, nir=None):
        client = Client(raise_request_exception=False)
        client.force_login(person.user)
        clients.append(client)
    start = threading.Barrier(len(clients))
    answers = [None] * len(clients)

    def post(rank: int) -> None:
        try:
            start.wait(timeout=60)
            answers[rank] = clients[rank].post(ADDRESS, request_for(window))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(rank,)) for rank in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200] * 39 + [302]
    assert Booking.objects.count() == 1
    for answer in answers:
        if answer.status_code == 200:
            assert answer.content.decode().count(urlencode({"site": window.site_id})) == 2

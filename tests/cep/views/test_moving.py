"""Holding, moving and accepting, as the person does it on the pages."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse

from cep.enums import BookingStatus
from cep.models import Booking
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import MONDAY, BookingFactory, SiteFactory, WindowFactory, at, span

pytestmark = pytest.mark.django_db

LABEL = (
    '10\u00a0h<span class="fr-sr-only"> : lundi 23 novembre 2026 à 10\u00a0h, Espace Bastia, Sur place</span>'
)


@pytest.fixture
def window():
    return WindowFactory(site=SiteFactory(name="Espace Bastia", bastia=True))


@pytest.fixture
def booking(window, holder):
    return BookingFactory(adviser=window.adviser, site=window.site, holder=holder)


def slot_of(window, hour="10:00"):
    return {
        "site": window.site_id, "adviser": window.adviser_id, "mode": window.mode,
        "start": at(MONDAY, hour).isoformat(),
    }  # fmt: skip


def test_slot_is_held_while_one_reads_and_then_confirmed(holder_client, window):
    page = holder_client.get(reverse("cep:booking_create"), slot_of(window))
    key = page.context["form"]["idempotency_key"].value()

    held = holder_client.post(
        reverse("cep:booking_hold"), slot_of(window) | {"idempotency_key": key}, follow=True
    )

    assert "gardé jusqu'à 12 h 05" in held.content.decode().replace("\u00a0", " ")
    row = Booking.objects.get()
    assert row.status == BookingStatus.HELD
    asked = {name: values[0] for name, values in parse_qs(urlsplit(held.redirect_chain[0][0]).query).items()}
    answer = holder_client.post(reverse("cep:booking_create"), asked)
    assert answer.url == reverse("cep:booking_confirmed", args=[row.pk])
    row.refresh_from_db()
    assert row.is_confirmed


def test_held_slot_is_refused_to_another_person_and_is_nobodys_appointment(holder_client, client, window):
    page = holder_client.get(reverse("cep:booking_create"), slot_of(window))
    form = slot_of(window) | {"idempotency_key": page.context["form"]["idempotency_key"].value()}
    holder_client.post(reverse("cep:booking_hold"), form)
    client.force_login(HolderFactory().user)
    other = client.get(reverse("cep:booking_create"), slot_of(window))

    answer = client.post(
        reverse("cep:booking_create"),
        slot_of(window) | {"idempotency_key": other.context["form"]["idempotency_key"].value()},
    )

    assert "vient d’être réservé" in answer.content.decode()
    assert "Aucun rendez-vous à venir" in holder_client.get(reverse("cep:appointment_list")).content.decode()


def test_move_page_names_each_slot_in_full(holder_client, booking):
    page = holder_client.get(reverse("cep:appointment_move", args=[booking.pk])).content.decode()

    assert LABEL in page
    assert "9\u00a0h<span" not in page


@pytest.mark.parametrize("hours", [1, 3])
def test_move_page_costs_the_same_whatever_is_free(holder_client, booking, hours, django_assert_num_queries):
    for extra in range(hours):
        WindowFactory(
            site=booking.site,
            adviser=booking.adviser,
            span=span("14:00", "15:00", day=MONDAY + timedelta(days=extra)),
        )
    holder_client.get(reverse("cep:appointment_list"))

    with django_assert_num_queries(6):
        holder_client.get(reverse("cep:appointment_move", args=[booking.pk]))


def test_appointment_is_moved_and_the_old_one_says_where_to(holder_client, booking):
    address = reverse("cep:appointment_move", args=[booking.pk])
    key = holder_client.get(address).context["form"]["idempotency_key"].value()
    pressed = {"slot": f"{booking.adviser_id} {at(MONDAY, '10:00').isoformat()}", "idempotency_key": key}

    answer = holder_client.post(address, pressed, follow=True)

    new = Booking.objects.get(moved_from=booking)
    assert answer.redirect_chain[0][0] == reverse("cep:appointment_detail", args=[new.pk])
    assert "Votre rendez-vous est déplacé" in answer.content.decode()
    old = holder_client.get(reverse("cep:appointment_detail", args=[booking.pk])).content.decode()
    assert reverse("cep:appointment_detail", args=[new.pk]) in old


@pytest.mark.parametrize(
    "slot", ["", "x", "1", "999999 2026-11-23T10:00:00+01:00", "² 2026-11-23T10:00:00+01:00"]
)
def test_move_to_what_is_no_slot_changes_nothing(holder_client, booking, slot):
    address = reverse("cep:appointment_move", args=[booking.pk])
    key = holder_client.get(address).context["form"]["idempotency_key"].value()

    answer = holder_client.post(address, {"slot": slot, "idempotency_key": key}, follow=True)

    assert "Choisissez un des créneaux de la liste" in answer.content.decode()
    booking.refresh_from_db()
    assert booking.is_confirmed


def test_proposal_is_shown_and_accepted(holder_client, window, holder):
    proposed = BookingFactory(
        adviser=window.adviser, site=window.site, holder=holder, status=BookingStatus.PROPOSED
    )
    page = holder_client.get(reverse("cep:appointment_detail", args=[proposed.pk])).content.decode()
    assert "Votre rendez-vous a dû changer" in page

    answer = holder_client.post(reverse("cep:appointment_accept", args=[proposed.pk]), follow=True)

    assert "ce rendez-vous est confirmé" in answer.content.decode()
    proposed.refresh_from_db()
    assert proposed.is_confirmed


def test_another_persons_appointment_is_neither_moved_nor_accepted(holder_client):
    others = BookingFactory()

    assert holder_client.get(reverse("cep:appointment_move", args=[others.pk])).status_code == 404
    assert holder_client.post(reverse("cep:appointment_accept", args=[others.pk])).status_code == 404


def test_move_from_a_distance_to_a_place_and_not_the_other_way_round(holder, holder_client):
    site = SiteFactory()
    remote = WindowFactory(site=site, mode="remote", span=span("14:00", "17:00"))
    far = BookingFactory(
        holder=holder, site=site, adviser=remote.adviser, mode="remote", start=at(MONDAY, "14:00")
    )
    here = WindowFactory(site=site, span=span("09:00", "12:00"))
    page = f"/mes-rendez-vous/{far.pk}/deplacer/"

    shown = holder_client.get(f"{page}?mode=on_site").content.decode()
    start = here.span.lower.isoformat()
    answers = {"slot": f"{here.adviser_id} {start}", "mode": "on_site", "idempotency_key": str(uuid4())}
    holder_client.post(page, answers)

    near = Booking.objects.get(moved_from=far)
    assert (near.mode, near.starts_at) == ("on_site", here.span.lower)
    assert "lundi 23 novembre 2026 à 10\u00a0h, " in shown
    back = {"slot": f"{remote.adviser_id} {at(MONDAY, '15:00').isoformat()}", "mode": "remote",
            "idempotency_key": str(uuid4())}  # fmt: skip
    holder_client.post(f"/mes-rendez-vous/{near.pk}/deplacer/", back)
    near.refresh_from_db()
    assert near.is_confirmed

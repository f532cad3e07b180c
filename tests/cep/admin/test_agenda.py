from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessLogEntry
from cep.enums import BookingStatus
from cep.models import Booking, BookingEvent, Site, Window
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import (
    MONDAY,
    AdviserFactory,
    BookingFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    at,
)

pytestmark = pytest.mark.django_db

AGENDA = "/admin/cep/booking/"
WINDOWS = "/admin/cep/window/"


@pytest.fixture(autouse=True)
def _friday(noon_on_friday):
    """Every test stands on the Friday before."""


@pytest.fixture
def booking():
    return BookingFactory(holder=HolderFactory(first_names="Ange", birth_name="Leca"))


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def adviser(booking):
    return signed_in(booking.adviser.user)


@pytest.fixture
def manager(booking):
    return signed_in(UserFactory(cep_manager=True, scope_code=booking.adviser.operator.code))


def shown(client, address=AGENDA, **filters) -> list:
    page = client.get(address, filters)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def act(client, action, *rows, address=AGENDA, **filters):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(address, data, query_params=filters, follow=True)


def test_agenda_shows_the_adviser_their_own_meetings_only(adviser, booking):
    BookingFactory(adviser=AdviserFactory(operator=booking.adviser.operator), site=booking.site)

    assert shown(adviser) == [booking]


def test_agenda_shows_the_manager_the_operator_only(manager, booking):
    colleague = BookingFactory(
        adviser=AdviserFactory(operator=booking.adviser.operator),
        site=booking.site,
        start=at(MONDAY, "14:00"),
    )
    other = OperatorFactory(code="op-autre")
    BookingFactory(site=SiteFactory(operator=other))

    assert shown(manager) == [booking, colleague]


def test_agenda_of_an_adviser_whose_scope_is_another_operator_is_empty(booking):
    booking.adviser.user.staff_scopes.update(scope_code="op-autre")

    assert shown(signed_in(booking.adviser.user)) == []


@pytest.mark.parametrize(
    "role", ["administrator", "regional_agent", "rssi", "france_competences", "cdc", "data_protection"]
)
def test_agenda_is_closed_to_other_staff(role, booking):
    client = signed_in(UserFactory(**{role: True}))

    assert client.get(AGENDA).status_code == 403
    assert client.get(f"{AGENDA}{booking.pk}/change/").status_code in {302, 403}
    assert not AccessLogEntry.objects.exists()


def test_agenda_is_closed_to_holders(booking):
    assert signed_in(booking.holder.user).get(AGENDA).status_code == 403


def test_agenda_says_day_hour_person_and_contact(adviser, booking):
    text = adviser.get(AGENDA).content.decode()

    for words in (
        "23/11/2026 9\u00a0h",
        "Ange Leca",
        booking.holder.email,
        "Sur place",
        booking.site.name,
    ):
        assert words in text


def test_agenda_filters_name_only_the_places_of_the_user(adviser, booking):
    other = SiteFactory(name="Lieu d’ailleurs", operator=OperatorFactory(code="op-autre"))
    BookingFactory(adviser=booking.adviser, site=SiteFactory(), start=at(MONDAY, "14:00"))

    assert other.name not in adviser.get(AGENDA).content.decode()


def test_agenda_detail_tells_the_history_on_the_clock_of_paris(booking, travel_to):
    BookingEvent.objects.create(booking=booking, action="book", status_after="confirmed")
    written = timezone.localtime(booking.events.get().at)

    text = signed_in(booking.adviser.user).get(f"{AGENDA}{booking.pk}/change/").content.decode()

    assert f"Réservation ({written:%d/%m/%Y %H:%M})" in text


def test_agenda_writes_who_looked_at_whom(adviser, booking):
    adviser.get(AGENDA)
    adviser.get(f"{AGENDA}{booking.pk}/change/")

    entries = AccessLogEntry.objects.filter(holder=booking.holder, actor=booking.adviser.user)
    assert [entry.what for entry in entries.order_by("id")] == [
        "Rendez-vous avec un conseiller (liste)",
        "Rendez-vous avec un conseiller",
    ]


def test_agenda_detail_of_a_colleague_is_not_shown_nor_logged(adviser, booking):
    other = BookingFactory(adviser=AdviserFactory(operator=booking.adviser.operator), site=booking.site)

    answer = adviser.get(f"{AGENDA}{other.pk}/change/")

    assert answer.status_code == 302
    assert not AccessLogEntry.objects.filter(holder=other.holder).exists()


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        ({}, [0, 3, 10]),
        ({"periode": "aujourdhui"}, [0]),
        ({"periode": "semaine"}, [0, 3]),
        ({"periode": "passe"}, [-4]),
        ({"periode": "tout"}, [-4, 0, 3, 10]),
        ({"local_date__year": "2026", "local_date__month": "11", "local_date__day": "16"}, [-4]),
    ],
    ids=["coming", "today", "week", "past", "all", "one day"],
)
def test_agenda_period_chooses_the_days(filters, days):
    friday = MONDAY - timedelta(days=3)
    adviser = AdviserFactory()
    made = {
        offset: BookingFactory(
            adviser=adviser,
            site=SiteFactory(operator=adviser.operator),
            start=at(friday + timedelta(days=offset), "17:00"),
        )
        for offset in (-4, 0, 3, 10)
    }

    assert shown(signed_in(adviser.user), **filters) == [made[offset] for offset in days]


@pytest.mark.parametrize("words", ["Leca", "ange", "leca ange"])
def test_agenda_finds_by_name(adviser, booking, words):
    BookingFactory(adviser=booking.adviser, site=booking.site, start=at(MONDAY, "14:00"))

    assert shown(adviser, q=words) == [booking]


@pytest.mark.parametrize("rows", [1, 3])
def test_agenda_costs_the_same_number_of_queries_whatever_is_shown(booking, rows, django_assert_num_queries):
    client = signed_in(booking.adviser.user)
    for hour in range(rows):
        BookingFactory(adviser=booking.adviser, site=booking.site, start=at(MONDAY, f"{12 + hour}:00"))
    client.get(AGENDA)

    with django_assert_num_queries(AGENDA_QUERIES):
        client.get(AGENDA)


AGENDA_QUERIES = 9


@pytest.mark.parametrize(
    ("action", "status"), [("mark_done", BookingStatus.DONE), ("mark_no_show", BookingStatus.NO_SHOW)]
)
def test_agenda_outcome_is_marked_after_the_meeting(booking, travel_to, action, status):
    travel_to("2026-11-23 10:30")

    act(signed_in(booking.adviser.user), action, booking)

    booking.refresh_from_db()
    assert booking.status == status
    assert booking.events.get().actor == booking.adviser.user


def test_agenda_outcome_before_the_meeting_is_refused_with_the_reason(adviser, booking):
    page = act(adviser, "mark_done", booking)

    booking.refresh_from_db()
    assert booking.is_confirmed
    assert "pas encore commencé" in page.content.decode()


def test_agenda_cancellation_by_the_service_tells_the_person(adviser, booking):
    act(adviser, "cancel_by_service", booking)

    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED_BY_SERVICE
    assert booking.holder.notifications.get().context["status"] == BookingStatus.CANCELLED_BY_SERVICE


@pytest.mark.parametrize("action", ["cancel_by_service", "mark_done"])
def test_agenda_action_on_the_meeting_of_a_colleague_changes_nothing(adviser, booking, action, travel_to):
    other = BookingFactory(adviser=AdviserFactory(operator=booking.adviser.operator), site=booking.site)

    act(adviser, action, other)

    other.refresh_from_db()
    assert other.is_confirmed
    assert not other.events.exists()


@pytest.mark.parametrize("page", ["add/", "{}/delete/"])
def test_agenda_adds_and_deletes_nothing(adviser, booking, page):
    assert adviser.get(AGENDA + page.format(booking.pk)).status_code == 403
    assert adviser.post(AGENDA + page.format(booking.pk), {"post": "yes"}).status_code == 403
    assert Booking.objects.count() == 1


def test_agenda_changes_nothing_by_its_form(adviser, booking):
    answer = adviser.post(f"{AGENDA}{booking.pk}/change/", {"status": "done"})

    booking.refresh_from_db()
    assert answer.status_code == 403
    assert booking.is_confirmed


def test_windows_are_closed_where_nobody_is_expected(booking):
    free = WindowFactory(adviser=booking.adviser, site=booking.site)
    booking.holder, booking.status = booking.holder, BookingStatus.CANCELLED_BY_PERSON
    booking.save()

    act(signed_in(booking.adviser.user), "close", free, address=WINDOWS)

    assert not Window.objects.exists()


def test_windows_with_somebody_expected_stay_open_and_say_who(adviser, booking):
    window = WindowFactory(adviser=booking.adviser, site=booking.site)

    page = act(adviser, "close", window, address=WINDOWS)

    assert Window.objects.get() == window
    assert "Des rendez-vous sont pris" in page.content.decode()


def test_windows_of_a_colleague_are_neither_shown_nor_closed(adviser, booking):
    other = WindowFactory(site=booking.site)

    act(adviser, "close", other, address=WINDOWS)

    assert shown(adviser, WINDOWS) == []
    assert Window.objects.get() == other


def test_sites_are_read_by_the_manager_for_their_operator(manager, booking):
    SiteFactory(operator=OperatorFactory(code="op-autre"))

    assert shown(manager, "/admin/cep/site/") == [booking.site]
    manager.post(f"/admin/cep/site/{booking.site.pk}/change/", {"name": "Autre"})
    assert Site.objects.get(pk=booking.site.pk).name == booking.site.name


def test_sites_are_kept_by_the_administrator(booking):
    administrator = signed_in(UserFactory(administrator=True))
    fields = {
        "operator": booking.site.operator_id,
        "name": "Nouveau nom",
        "address": "2 rue des Essais",
        "commune_code": "2A004",
        "latitude": "41.9",
        "longitude": "8.7",
        "time_zone": "Europe/Paris",
        "holiday_zone": "metropole",
        "phone": "04 95 00 00 01",
        "email": "a@b.test",
    }

    wrong = administrator.post(
        f"/admin/cep/site/{booking.site.pk}/change/", fields | {"time_zone": "Europe/Ajaccio"}
    )
    right = administrator.post(f"/admin/cep/site/{booking.site.pk}/change/", fields)

    assert "n’est pas un fuseau horaire connu" in wrong.content.decode()
    assert right.status_code == 302
    assert Site.objects.get(pk=booking.site.pk).name == "Nouveau nom"

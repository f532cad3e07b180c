import pytest
from icalendar import Calendar

from accounts.models import Notification
from cep.enums import BookingStatus
from tests.support.factories.accounts import UserFactory
from tests.support.factories.cep import MONDAY, BookingFactory, at

ADDRESS = "/mes-rendez-vous/"


@pytest.fixture
def booking(holder):
    return BookingFactory(holder=holder)


def test_appointment_list_separates_what_is_coming_from_the_rest(holder_client, booking):
    cancelled = BookingFactory(
        holder=booking.holder, status=BookingStatus.CANCELLED_BY_PERSON, start=at(MONDAY, "14:00")
    )
    past = BookingFactory(holder=booking.holder, start=at(MONDAY.replace(day=16), "09:00"))

    page = holder_client.get(ADDRESS)

    assert page.context["upcoming"] == [booking]
    assert page.context["past"] == [cancelled, past]


def test_appointment_list_shows_nothing_of_other_people(holder_client, holder):
    other = BookingFactory()

    page = holder_client.get(ADDRESS)

    assert str(other.pk) not in page.content.decode()
    assert "Aucun rendez-vous à venir" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_appointment_list_costs_four_queries(holder_client, holder, rows, django_assert_num_queries):
    for hour in range(9, 9 + rows):
        BookingFactory(holder=holder, start=at(MONDAY, f"{hour:02d}:00"))
    holder_client.get(ADDRESS)

    # user, holder, appointments, roles for the navigation
    with django_assert_num_queries(4):
        holder_client.get(ADDRESS)


def test_appointment_detail_says_everything(holder_client, booking):
    text = holder_client.get(f"{ADDRESS}{booking.pk}/").content.decode()

    assert "Lundi 23 novembre 2026 à 9\u00a0h" in text
    assert booking.site.phone in text
    assert booking.site.email in text
    assert "Annuler ce rendez-vous" in text


@pytest.mark.parametrize("page", ["", "annuler/", "rendez-vous.ics", "confirmation/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_appointment_of_another_person_does_not_exist(holder_client, holder, page, method):
    other = BookingFactory()

    answer = getattr(holder_client, method)(f"{ADDRESS}{other.pk}/{page}")

    assert answer.status_code == 404 or (method == "post" and answer.status_code == 405)
    other.refresh_from_db()
    assert other.is_confirmed


@pytest.mark.parametrize("page", ["", "annuler/", "rendez-vous.ics", "confirmation/"])
def test_appointment_pages_are_for_holders_only(client, booking, page):
    address = f"{ADDRESS}{booking.pk}/{page}"

    assert client.get(address).status_code == 302
    client.force_login(UserFactory(cep_adviser=True))
    assert client.get(address).status_code == 403


def test_appointment_cancel_asks_first(holder_client, booking):
    page = holder_client.get(f"{ADDRESS}{booking.pk}/annuler/")

    booking.refresh_from_db()
    assert page.status_code == 200
    assert booking.is_confirmed


def test_appointment_cancel_posted_cancels_and_tells(holder_client, booking):
    page = holder_client.post(f"{ADDRESS}{booking.pk}/annuler/", follow=True)

    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED_BY_PERSON
    assert "Votre rendez-vous est annulé" in page.content.decode()
    assert Notification.objects.get().kind == "cep.appointment_cancelled"


def test_appointment_cancel_after_it_has_begun_is_refused_with_the_reason(holder_client, booking, travel_to):
    travel_to("2026-11-23 09:05")

    page = holder_client.post(f"{ADDRESS}{booking.pk}/annuler/", follow=True)

    booking.refresh_from_db()
    assert booking.is_confirmed
    assert "a déjà commencé" in page.content.decode()


def test_appointment_cancel_of_a_cancelled_one_goes_back_to_it(holder_client, holder):
    cancelled = BookingFactory(holder=holder, status=BookingStatus.CANCELLED_BY_SERVICE)

    answer = holder_client.get(f"{ADDRESS}{cancelled.pk}/annuler/")

    assert (answer.status_code, answer.url) == (302, f"{ADDRESS}{cancelled.pk}/")


@pytest.mark.parametrize(
    ("status", "method"),
    [(BookingStatus.CONFIRMED, "PUBLISH"), (BookingStatus.CANCELLED_BY_PERSON, "CANCEL")],
)
def test_appointment_calendar_is_a_file_for_calendars(holder_client, holder, status, method):
    booking = BookingFactory(holder=holder, status=status)

    answer = holder_client.get(f"{ADDRESS}{booking.pk}/rendez-vous.ics")

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="rendez-vous.ics"'
    calendar = Calendar.from_ical(answer.content)
    assert calendar["METHOD"] == method
    assert calendar.walk("VEVENT")[0]["DTSTART"].dt == at(MONDAY, "09:00")

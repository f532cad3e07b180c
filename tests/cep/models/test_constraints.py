"""What the database itself refuses, whoever writes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from cep.enums import BookingAction, BookingStatus, MeetingMode
from cep.models import Booking, BookingEvent, Window
from tests.support.factories.cep import (
    MONDAY,
    AdviserFactory,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    span,
)

pytestmark = pytest.mark.django_db


def refuses(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def test_booking_overlapping_for_one_adviser_is_refused():
    taken = BookingFactory()

    with refuses("cep_booking_adviser_one_place"), transaction.atomic():
        BookingFactory(adviser=taken.adviser, site=taken.site, start=at(MONDAY, "09:30"))

    assert Booking.objects.count() == 1


def test_booking_overlapping_for_one_person_at_two_places_is_refused():
    taken = BookingFactory()

    with refuses("cep_booking_person_one_place"), transaction.atomic():
        BookingFactory(holder=taken.holder, start=at(MONDAY, "09:59"))

    assert Booking.objects.count() == 1


def test_booking_that_begins_when_another_ends_is_accepted():
    taken = BookingFactory()

    BookingFactory(adviser=taken.adviser, holder=taken.holder, site=taken.site, start=at(MONDAY, "10:00"))

    assert Booking.objects.count() == 2


@pytest.mark.parametrize("status", [BookingStatus.DONE, BookingStatus.NO_SHOW])
def test_booking_over_a_meeting_that_took_place_or_was_missed_is_refused(status):
    past = BookingFactory(status=status)

    with refuses("cep_booking_adviser_one_place"), transaction.atomic():
        BookingFactory(adviser=past.adviser, site=past.site)


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED_BY_PERSON, BookingStatus.CANCELLED_BY_SERVICE])
def test_booking_over_a_cancelled_one_is_accepted(status):
    cancelled = BookingFactory(status=status)

    BookingFactory(adviser=cancelled.adviser, site=cancelled.site, holder=cancelled.holder)

    assert Booking.objects.filter(status=BookingStatus.CONFIRMED).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        DateTimeTZRange(at(MONDAY, "09:00"), at(MONDAY, "10:00"), "[]"),
        DateTimeTZRange(at(MONDAY, "09:00"), at(MONDAY, "10:00"), "(]"),
        DateTimeTZRange(at(MONDAY, "09:00"), at(MONDAY, "09:00"), "[)"),
        DateTimeTZRange(at(MONDAY, "09:00"), None),
        DateTimeTZRange(None, at(MONDAY, "09:00")),
        DateTimeTZRange(at(MONDAY, "09:00"), at(MONDAY, "17:01")),
    ],
    ids=["closed", "shifted", "empty", "without end", "without start", "too long"],
)
def test_booking_span_of_another_shape_is_refused(wrong):
    with refuses("cep_booking_span_bounded"), transaction.atomic():
        BookingFactory(span=wrong)


def test_booking_span_up_to_infinity_is_refused():
    booking = BookingFactory()

    with refuses("cep_booking_span_bounded"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cep_booking SET span = tstzrange(lower(span), 'infinity') WHERE id = %s", [booking.pk]
        )


@pytest.mark.parametrize(
    ("column", "constraint"), [("status", "cep_booking_status_known"), ("mode", "cep_booking_mode_known")]
)
def test_booking_with_an_unknown_word_is_refused(column, constraint):
    with refuses(constraint), transaction.atomic():
        BookingFactory(**{column: "autre"})


def test_window_overlapping_at_another_site_is_refused():
    open_here = WindowFactory()

    with refuses("cep_window_adviser_one_place"), transaction.atomic():
        WindowFactory(adviser=open_here.adviser, site=SiteFactory(bastia=True), span=span("11:00", "15:00"))

    assert Window.objects.count() == 1


def test_window_longer_than_the_search_looks_back_is_refused():
    start = at(MONDAY, "09:00")

    with refuses("cep_window_span_bounded"), transaction.atomic():
        WindowFactory(span=DateTimeTZRange(start, start + timedelta(hours=24, seconds=1)))


def test_window_of_an_unknown_mode_is_refused():
    with refuses("cep_window_mode_known"), transaction.atomic():
        WindowFactory(mode="pigeon")


def test_site_with_an_unknown_time_zone_is_refused():
    # PostgreSQL itself raises on the name, before the constraint could be named.
    with pytest.raises(DatabaseError, match="time zone"), transaction.atomic():
        SiteFactory(time_zone="Europe/Ajaccio")


def test_site_off_the_earth_is_refused():
    with refuses("cep_site_coordinates_on_earth"), transaction.atomic():
        SiteFactory(latitude=91.0)


def test_adviser_who_leaves_before_coming_is_refused():
    with refuses("cep_adviser_dates_in_order"), transaction.atomic():
        AdviserFactory(starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 31))


def test_booking_event_booked_twice_is_refused():
    booking = BookingFactory()
    first = {"booking": booking, "action": BookingAction.BOOK, "status_after": BookingStatus.CONFIRMED}
    BookingEvent.objects.create(**first)

    with refuses("cep_booking_event_booked_once"), transaction.atomic():
        BookingEvent.objects.create(**first)


@pytest.mark.parametrize(
    "statement", ["UPDATE cep_bookingevent SET action = 'book'", "DELETE FROM cep_bookingevent"]
)
def test_booking_event_changed_or_deleted_is_refused(statement):
    BookingEvent.objects.create(
        booking=BookingFactory(), action=BookingAction.BOOK, status_after=BookingStatus.CONFIRMED
    )

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert BookingEvent.objects.count() == 1


def test_booking_keeps_the_local_intention_beside_the_instant():
    site = SiteFactory(reunion=True)

    booking = BookingFactory(site=site, start=datetime(2027, 4, 5, 10, tzinfo=ZoneInfo("Indian/Reunion")))

    assert booking.mode == MeetingMode.ON_SITE
    assert booking.when == "lundi 5 avril 2027 à 10\u00a0h (heure de La Réunion)"

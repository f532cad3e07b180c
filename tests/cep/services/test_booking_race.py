"""Many people at one instant, on real connections: the database says who comes."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import Notification
from cep.enums import BookingAction, BookingStatus
from cep.exceptions import BookingBusy, CEPRefusal, WindowHasBookings
from cep.models import Booking, BookingEvent, Window
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment
from cep.services.opening import close_windows, open_windows
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviserFactory,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    span,
)
from tests.support.threads import results_together

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 30


def outcomes(results: Sequence[Any]) -> Counter[str]:
    return Counter(
        result.code if isinstance(result, CEPRefusal) else type(result).__name__ for result in results
    )


def booking_works(demands: Sequence[dict[str, Any]]) -> list[Callable[[], Any]]:
    return [lambda wanted=wanted: book_appointment(**wanted) for wanted in demands]


@pytest.fixture
def people() -> list[Any]:
    return HolderFactory.create_batch(PEOPLE, nir=None)


def test_thirty_people_on_one_slot_make_one_appointment(people):
    window = WindowFactory()

    results = results_together(booking_works([demand(window, holder=person) for person in people]))

    assert outcomes(results) == {"Booking": 1, "slot_taken": PEOPLE - 1}
    assert Booking.objects.count() == BookingEvent.objects.count() == Notification.objects.count() == 1
    offered = {
        slot.start for refused in results if isinstance(refused, CEPRefusal) for slot in refused.nearest
    }
    assert offered == {at(MONDAY, "10:00"), at(MONDAY, "11:00")}


def test_negative_control_without_the_constraint_the_race_appears(people):
    """The same crowd against "look, then write": if this gave one row, the tests around would prove nothing."""
    window = WindowFactory()
    looked = threading.Barrier(PEOPLE)

    def look_then_write(person: Any) -> None:
        with transaction.atomic():
            taken = Booking.objects.filter(adviser=window.adviser, span__overlap=window.span).exists()
            looked.wait(timeout=60)
            if not taken:
                # A cancelled booking is outside the constraint: nothing but the look protects it.
                BookingFactory(
                    adviser=window.adviser,
                    site=window.site,
                    holder=person,
                    status=BookingStatus.CANCELLED_BY_PERSON,
                )

    results_together([lambda person=person: look_then_write(person) for person in people])

    assert Booking.objects.count() > 1


def test_thirty_people_on_overlapping_slots_make_appointments_that_do_not_overlap(people):
    window = WindowFactory(span=span("09:00", "17:00"))
    demands = [
        demand(window, holder=person, start=at(MONDAY, "09:00") + timedelta(minutes=30 * (rank % 15)))
        for rank, person in enumerate(people)
    ]

    results = results_together(booking_works(demands))

    assert set(outcomes(results)) == {"Booking", "slot_taken"}
    assert_nobody_is_in_two_places()


def test_one_person_on_thirty_advisers_gets_one_appointment():
    site = SiteFactory()
    windows = WindowFactory.create_batch(PEOPLE, site=site)
    holder = HolderFactory()

    results = results_together(booking_works([demand(window, holder=holder) for window in windows]))

    assert outcomes(results) == {"Booking": 1, "holder_already_booked": PEOPLE - 1}
    assert Booking.objects.count() == 1


def test_one_request_sent_thirty_times_gives_one_appointment_to_all():
    wanted = demand(WindowFactory())

    results = results_together(booking_works([wanted] * PEOPLE))

    assert outcomes(results) == {"Booking": PEOPLE}
    assert {booking.pk for booking in results} == {wanted["key"]}
    assert BookingEvent.objects.count() == Notification.objects.count() == 1


def test_one_cancellation_sent_ten_times_is_written_once():
    booking = BookingFactory()

    def cancel() -> Booking:
        return act_on_appointment(key=booking.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    results = results_together([cancel] * 10)

    booking.refresh_from_db()
    assert outcomes(results) == {"Booking": 10}
    assert booking.sequence == 1
    assert BookingEvent.objects.count() == Notification.objects.count() == 1


def test_one_opening_asked_ten_times_at_once_is_made_once():
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)

    def open_mondays() -> Any:
        return open_windows(
            adviser=adviser,
            site=site,
            weekdays=[0],
            local_start=time(9),
            local_end=time(12),
            from_day=MONDAY,
            until_day=MONDAY + timedelta(days=60),
        )

    results = results_together([open_mondays] * 10)

    assert outcomes(results) == {"OpeningReport": 10}
    assert sorted(report.added for report in results) == [0] * 9 + [9]
    assert Window.objects.count() == 9


def test_closing_while_others_book_leaves_no_appointment_uncovered(people):
    window = WindowFactory(span=span("09:00", "17:00"))
    demands = [
        demand(window, holder=person, start=at(MONDAY, f"{9 + rank % 8:02d}:00"))
        for rank, person in enumerate(people)
    ]

    works = booking_works(demands)
    results = results_together([*works[:5], lambda: close_windows(windows=[window]), *works[5:]])

    closing = results[5]
    if isinstance(closing, WindowHasBookings):
        assert Window.objects.filter(pk=window.pk).exists()
    else:
        assert closing == 1
        assert not Booking.objects.exists()
    assert set(outcomes(results)) <= {"Booking", "slot_taken", "window_closed", "window_has_bookings", "int"}


def test_book_appointment_waits_for_a_closing_that_is_not_over_and_then_is_refused():
    window = WindowFactory()
    wanted = demand(window)
    closed, may_commit = threading.Event(), threading.Event()

    def close_slowly() -> int:
        with transaction.atomic():
            done = close_windows(windows=[window])
            closed.set()
            may_commit.wait(timeout=30)
        return done

    def book_meanwhile() -> Any:
        closed.wait(timeout=30)
        threading.Timer(0.3, may_commit.set).start()
        return book_appointment(**wanted)

    results = results_together([close_slowly, book_meanwhile])

    assert outcomes(results) == {"int": 1, "window_closed": 1}
    assert not Booking.objects.exists()


def test_book_appointment_that_waits_too_long_says_that_it_is_busy_and_writes_nothing():
    window = WindowFactory()
    wanted = demand(window)
    held, may_end = threading.Event(), threading.Event()

    def hold_the_window() -> None:
        with transaction.atomic():
            Window.objects.select_for_update().get(pk=window.pk)
            held.set()
            may_end.wait(timeout=30)

    def book_meanwhile() -> Any:
        held.wait(timeout=30)
        try:
            return book_appointment(**wanted)
        finally:
            may_end.set()

    results = results_together([hold_the_window, book_meanwhile])

    assert isinstance(results[1], BookingBusy)
    assert not Booking.objects.exists()
    assert book_appointment(**wanted | {"key": uuid4()}).is_confirmed


def assert_nobody_is_in_two_places() -> None:
    for person in ("adviser_id", "holder_id"):
        spans: dict[Any, list[Any]] = {}
        for booking in Booking.objects.filter(status=BookingStatus.CONFIRMED):
            spans.setdefault(getattr(booking, person), []).append(booking.span)
        for taken in spans.values():
            ordered = sorted(taken, key=lambda held: held.lower)
            assert all(first.upper <= second.lower for first, second in pairwise(ordered))

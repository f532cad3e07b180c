"""A hold that is over, a cancellation, a move: what they free goes to one person of the crowd."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cep.enums import BookingAction, BookingStatus
from cep.models import Booking
from cep.rules.meetings import HOLD_MINUTES
from cep.services.appointments import act_on_appointment
from cep.services.booking import hold_slot
from cep.services.moving import move_appointment
from tests.cep.services.crowds import (
    CROWD,
    FEW,
    answers_of,
    booked_by,
    crowd,
    kept,
    refusals,
    without_the_constraint,
)
from tests.support.factories.cep import MONDAY, NOW, BookingFactory, WindowFactory, at, demand, span

pytestmark = pytest.mark.django_db(transaction=True)


# 8. A hold that is over


def crowd_after_a_hold(minutes: int, *, people: int) -> list[object]:
    """One slot, held that long ago by somebody else, and a crowd that wants it: what each was answered."""
    window = WindowFactory(span=span("09:00", "10:00"))
    hold_slot(**demand(window, now=NOW - timedelta(minutes=minutes)))
    return answers_of(booked_by(window, crowd(people)))


def expected_there() -> int:
    return Booking.objects.filter(status=BookingStatus.CONFIRMED).count()


def test_expired_hold_is_taken_by_one_of_the_crowd():
    answers = crowd_after_a_hold(HOLD_MINUTES + 1, people=CROWD)

    assert len(kept(answers)) == expected_there() == Booking.objects.count() == 1
    assert refusals(answers) == {"slot_taken"}


def test_negative_control_expired_hold_without_the_constraint_is_taken_by_all():
    with without_the_constraint("cep_booking_adviser_one_place"):
        answers = crowd_after_a_hold(HOLD_MINUTES + 1, people=FEW)

        assert len(kept(answers)) == expected_there() == FEW


def test_hold_in_time_keeps_the_whole_crowd_out():
    """The other control: the same crowd against the same hold a minute before its end."""
    answers = crowd_after_a_hold(HOLD_MINUTES - 1, people=FEW)

    assert refusals(answers) == {"slot_taken"}
    assert not kept(answers)
    assert Booking.objects.get().status == BookingStatus.HELD


def test_holds_of_one_slot_are_given_once():
    window = WindowFactory()

    answers = answers_of(
        lambda person=person: hold_slot(**demand(window, holder=person)) for person in crowd()
    )

    assert len(kept(answers)) == Booking.objects.filter(status=BookingStatus.HELD).count() == 1


# 10. A cancellation


def crowd_around_a_cancellation(people: int) -> tuple[Booking, list[object]]:
    """One slot that is taken, given back in the middle of a crowd that wants it."""
    window = WindowFactory(span=span("09:00", "10:00"))
    taken = BookingFactory(adviser=window.adviser, site=window.site)
    wishes = booked_by(window, crowd(people))

    def cancel() -> None:
        act_on_appointment(key=taken.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    return taken, answers_of([*wishes[: people // 2], cancel, *wishes[people // 2 :]])


def test_cancelling_while_a_crowd_books_lets_at_most_one_in():
    taken, answers = crowd_around_a_cancellation(CROWD)

    taken.refresh_from_db()
    assert taken.status == BookingStatus.CANCELLED_BY_PERSON
    assert len(kept(answers)) == expected_there() <= 1
    assert refusals(answers) == {"slot_taken"}


def test_negative_control_cancelling_without_the_constraint_lets_all_in():
    with without_the_constraint("cep_booking_adviser_one_place"):
        crowd_around_a_cancellation(FEW)

        assert expected_there() == FEW


# Moving is one act


def test_two_people_moving_to_one_slot_leave_the_loser_where_they_were():
    window = WindowFactory(span=span("09:00", "12:00"))
    bookings = [
        BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, begins))
        for begins in ("09:00", "10:00")
    ]

    def move(booking: Booking) -> Booking:
        return move_appointment(
            key=uuid4(), booking=booking, adviser=window.adviser, site=window.site, mode=window.mode,
            start=at(MONDAY, "11:00"), actor=None, now=NOW,
        )  # fmt: skip

    answers = answers_of(lambda booking=booking: move(booking) for booking in bookings)

    assert len(kept(answers)) == 1
    assert refusals(answers) == {"slot_taken"}
    expected = Booking.objects.filter(status=BookingStatus.CONFIRMED)
    assert {row.holder_id for row in expected} == {booking.holder_id for booking in bookings}
    assert expected.count() == 2

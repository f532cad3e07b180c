"""Seats of a workshop: as many people as seats, however many ask at once."""

import pytest
from django.db import IntegrityError
from django.db.models import F

from cep.models import GroupSession, Seat
from cep.services.groups import take_seat
from tests.cep.services.crowds import FEW, answers_of, crowd, kept, look_then_write, refusals
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW, WindowFactory
from tests.support.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)


# 9. Seats of a group


def workshop(capacity: int) -> GroupSession:
    window = WindowFactory()
    return GroupSession.objects.create(
        adviser=window.adviser, site=window.site, title="Atelier", span=window.span, capacity=capacity
    )


def test_twelve_seats_are_given_to_twelve_people():
    session = workshop(12)

    answers = answers_of(
        lambda person=person: take_seat(session=session, holder=person, now=NOW) for person in crowd()
    )

    session.refresh_from_db()
    assert len(kept(answers)) == session.taken == session.seats.count() == 12
    assert refusals(answers) == {"session_full"}


def test_one_person_sending_ten_times_takes_one_seat():
    session, person = workshop(12), HolderFactory()

    run_together([lambda: take_seat(session=session, holder=person, now=NOW)] * 10)

    session.refresh_from_db()
    assert session.taken == session.seats.count() == 1


def test_negative_control_counting_seats_lets_too_many_in():
    session, people = workshop(1), crowd(FEW)

    look_then_write(
        FEW,
        lambda: session.seats.count() < session.capacity,
        lambda rank, has_room: has_room and Seat.objects.create(session=session, holder=people[rank]),
    )

    assert session.seats.count() == FEW


def test_database_refuses_a_seat_too_many():
    session = workshop(1)
    take_seat(session=session, holder=HolderFactory(), now=NOW)

    with pytest.raises(IntegrityError, match="cep_group_within_capacity"):
        GroupSession.objects.filter(pk=session.pk).update(taken=F("taken") + 1)

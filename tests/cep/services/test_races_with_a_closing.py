"""Openings that go while a crowd books: nobody is left with neither an opening nor an impact."""

import pytest
from django.db import IntegrityError, transaction

from cep.enums import BookingStatus, ImpactCause
from cep.models import Absence, Booking, Impact, Window
from cep.services.booking import book_appointment
from cep.services.plans import record_absence
from tests.cep.services.crowds import answers_of, crowd, kept, refusals
from tests.support.factories.cep import MONDAY, NOW, BookingFactory, WindowFactory, at, demand, span

pytestmark = pytest.mark.django_db(transaction=True)


# 11. Closing


def test_absence_while_a_crowd_books_leaves_nobody_without_an_opening_or_an_impact():
    window = WindowFactory(span=span("09:00", "17:00"), planned=True)
    demands = [
        demand(window, holder=person, start=at(MONDAY, f"{9 + rank % 8:02d}:00"))
        for rank, person in enumerate(crowd())
    ]
    absence = Absence(adviser=window.adviser, first_day=MONDAY, last_day=MONDAY)
    works = [lambda wanted=wanted: book_appointment(**wanted) for wanted in demands]

    def be_away() -> None:
        record_absence(absence=absence, actor=None, now=NOW)

    answers = answers_of([*works[:4], be_away, *works[4:]])

    assert refusals(answers) <= {"slot_taken", "window_closed"}
    assert not Window.objects.exists()
    uncovered = set(Booking.objects.filter(status=BookingStatus.CONFIRMED).values_list("pk", flat=True))
    assert set(Impact.objects.filter(closed_at=None).values_list("booking", flat=True)) == uncovered
    assert len(kept(answers)) == len(uncovered)


def test_negative_control_closing_without_an_impact_is_refused_by_the_database():
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=window.site)

    with pytest.raises(IntegrityError, match="no open impact says so"):
        window.delete()

    assert Window.objects.filter(pk=window.pk).exists()


def test_closing_with_an_impact_is_accepted_by_the_database():
    window = WindowFactory()
    booking = BookingFactory(adviser=window.adviser, site=window.site)

    with transaction.atomic():
        Impact.objects.create(booking=booking, cause=ImpactCause.ABSENCE)
        window.delete()

    with pytest.raises(IntegrityError, match="no open impact says so"):
        Impact.objects.update(closed_at=NOW, end="restored")

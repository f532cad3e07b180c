"""Any sequence of openings, closings, bookings and cancellations keeps what must always hold.

The oracle is a small list in Python which shares no code with the product: hours are whole numbers, one window is a
set of hours, one appointment is an hour.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Notification
from cep.enums import BookingAction, BookingStatus, MeetingMode
from cep.exceptions import CEPRefusal
from cep.models import Booking, Window
from cep.selectors.slots import free_slots
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment
from cep.services.opening import close_windows, open_windows
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import MONDAY, NOW, AdviserFactory, SiteFactory, at

FIRST_HOUR, LAST_HOUR = 8, 18
HOURS = st.integers(FIRST_HOUR, LAST_HOUR - 1)
ADVISERS = st.integers(0, 1)
PEOPLE = st.integers(0, 2)


class Agenda(RuleBasedStateMachine):
    """One day, two advisers of one site, three people."""

    def __init__(self) -> None:
        super().__init__()
        # Each sequence begins on an empty table and leaves nothing to the next one.
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.site = SiteFactory()
        self.advisers = AdviserFactory.create_batch(2, operator=self.site.operator)
        self.people = HolderFactory.create_batch(3, nir=None)
        # What the oracle knows: open hours and taken hours, each as (adviser, hour); taken ones with the person.
        self.open: set[tuple[int, int]] = set()
        self.taken: dict[tuple[int, int], tuple[int, object]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize()
    def open_the_morning(self) -> None:
        for adviser in range(2):
            self.open_hours(adviser, FIRST_HOUR, 4)

    @rule(adviser=ADVISERS, start=HOURS, length=st.integers(1, 4))
    def open_more(self, adviser: int, start: int, length: int) -> None:
        self.open_hours(adviser, start, length)

    def open_hours(self, adviser: int, start: int, length: int) -> None:
        end = min(start + length, LAST_HOUR)
        open_windows(
            adviser=self.advisers[adviser],
            site=self.site,
            weekdays=[0],
            local_start=at(MONDAY, f"{start:02d}:00").time(),
            local_end=at(MONDAY, f"{end:02d}:00").time(),
            from_day=MONDAY,
            until_day=MONDAY,
        )
        self.open |= {(adviser, hour) for hour in range(start, end)}

    @rule(adviser=ADVISERS, hour=HOURS)
    def close_hours(self, adviser: int, hour: int) -> None:
        """Close the window over an hour, whole; refused when somebody is expected in it."""
        window = Window.objects.filter(
            adviser=self.advisers[adviser], span__contains=at(MONDAY, f"{hour:02d}:00")
        ).first()
        if window is None:
            assert (adviser, hour) not in self.open
            return
        hours = {
            (adviser, each)
            for each in range(FIRST_HOUR, LAST_HOUR)
            if window.span.lower <= at(MONDAY, f"{each:02d}:00") < window.span.upper
        }
        try:
            close_windows(windows=[window])
        except CEPRefusal:
            assert hours & set(self.taken)
        else:
            assert not hours & set(self.taken)
            self.open -= hours

    @rule(data=st.data(), person=PEOPLE)
    def book_open_hour(self, data: st.DataObject, person: int) -> None:
        if self.open:
            adviser, hour = data.draw(st.sampled_from(sorted(self.open)))
            self.book(adviser, hour, person)

    @rule(adviser=ADVISERS, hour=HOURS, person=PEOPLE)
    def book_any_hour(self, adviser: int, hour: int, person: int) -> None:
        self.book(adviser, hour, person)

    def book(self, adviser: int, hour: int, person: int) -> None:
        key = uuid4()
        place = (adviser, hour)
        busy_people = {who for (_, when), (who, _) in self.taken.items() if when == hour}
        expected = place in self.open and place not in self.taken and person not in busy_people
        try:
            book_appointment(
                key=key,
                holder=self.people[person],
                adviser=self.advisers[adviser],
                site=self.site,
                mode=MeetingMode.ON_SITE,
                start=at(MONDAY, f"{hour:02d}:00"),
                now=NOW,
            )
        except CEPRefusal:
            assert not expected
        else:
            assert expected
            self.taken[place] = (person, key)

    @rule(data=st.data(), by_service=st.booleans())
    def cancel(self, data: st.DataObject, by_service: bool) -> None:
        if not self.taken:
            return
        place = data.draw(st.sampled_from(sorted(self.taken)))
        _, key = self.taken.pop(place)
        action = BookingAction.CANCEL_BY_SERVICE if by_service else BookingAction.CANCEL_BY_PERSON
        act_on_appointment(key=key, action=action, actor=None, now=NOW)

    @invariant()
    def database_holds_what_the_oracle_knows(self) -> None:
        confirmed = Booking.objects.filter(status=BookingStatus.CONFIRMED)
        assert {
            (self.advisers.index(booking.adviser), booking.local_time.hour): (
                self.people.index(booking.holder),
                booking.pk,
            )
            for booking in confirmed.select_related("adviser", "holder")
        } == self.taken

    @invariant()
    def search_offers_what_is_open_and_not_taken(self) -> None:
        free = free_slots(
            sites=[self.site],
            mode=MeetingMode.ON_SITE,
            since=at(MONDAY, "00:00"),
            until=at(MONDAY + timedelta(days=1), "00:00"),
        )
        expected = {hour for _, hour in self.open - set(self.taken)}
        assert {slot.start.astimezone(self.site.zone).hour for slot in free} == expected
        for slot in free:
            adviser = [each.pk for each in self.advisers].index(slot.adviser_id)
            assert (adviser, slot.start.astimezone(self.site.zone).hour) in self.open - set(self.taken)

    @invariant()
    def one_message_for_each_version(self) -> None:
        cancelled = Booking.objects.exclude(status=BookingStatus.CONFIRMED).count()
        assert Notification.objects.count() == Booking.objects.count() + cancelled


@pytest.mark.django_db
def test_agenda_any_sequence_keeps_its_invariants() -> None:
    run_state_machine_as_test(
        Agenda,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )

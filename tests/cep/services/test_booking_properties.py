"""Any sequence of openings, closings, holds, bookings, moves, cancellations and departures keeps what must always hold.

The oracle is slow and simple, and shares no code with the product: a day is a row of half hours, an opening is a set of
them, an appointment is two that follow each other. It never looks into the database.
"""

from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Notification
from cep.enums import BookingAction, MeetingKind, MeetingMode
from cep.exceptions import CEPRefusal
from cep.models import Absence, Booking, ExtraOpening, Impact, Window
from cep.selectors.slots import free_slots
from cep.services.appointments import accept_proposal, act_on_appointment
from cep.services.booking import book_appointment, hold_slot, release_hold
from cep.services.moving import move_appointment, propose_replacement
from cep.services.plans import lift, record_absence, record_opening
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import MONDAY, NOW, AdviserFactory, SiteFactory, at

FIRST, LAST = 16, 36  # from 8:00 to 18:00, in half hours
HALVES = st.integers(FIRST, LAST - 2)
ADVISERS = st.integers(0, 1)
PEOPLE = st.integers(0, 2)
KINDS = st.sampled_from([MeetingKind.FIRST, MeetingKind.FOLLOW_UP])
FIVE_MINUTES = timedelta(minutes=5)


def hour(half: int) -> time:
    return time(half // 2, 30 * (half % 2))


def half_of(instant: datetime) -> int:
    local = instant.astimezone(at(MONDAY, "00:00").tzinfo)
    return local.hour * 2 + local.minute // 30


class Meeting:
    """What the oracle knows of one appointment or hold."""

    def __init__(self, adviser: int, half: int, person: int, kind: str, state: str) -> None:
        self.adviser, self.half, self.person, self.kind, self.state = adviser, half, person, kind, state
        self.ends_at: datetime | None = None

    @property
    def cells(self) -> set[int]:
        return {self.half, self.half + 1}


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
        self.now = NOW
        self.openings: list[tuple[int, set[int], object]] = []
        self.absences: list[tuple[int, set[int], object]] = []
        self.meetings: dict[UUID, Meeting] = {}
        self.messages: set[tuple[str, UUID]] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # What the oracle works out

    def open_cells(self, adviser: int) -> set[int]:
        opened = [cells for who, cells, _ in self.openings if who == adviser]
        away = [cells for who, cells, _ in self.absences if who == adviser]
        return set().union(*opened) - set().union(*away)

    def standing(self) -> dict[UUID, Meeting]:
        """What keeps others out: appointments, and holds that are not over."""
        return {
            key: each
            for key, each in self.meetings.items()
            if each.state != "held" or (each.ends_at is not None and each.ends_at > self.now)
        }

    def expected(self) -> dict[UUID, Meeting]:
        return {key: each for key, each in self.meetings.items() if each.state in {"confirmed", "proposed"}}

    def may_take(self, adviser: int, half: int, person: int, kind: str, leaving: UUID | None = None) -> bool:
        cells = {half, half + 1}
        if not cells <= self.open_cells(adviser):
            return False
        for key, other in self.standing().items():
            # A person's own hold makes way for what they choose.
            if key == leaving or (other.state == "held" and other.person == person):
                continue
            if other.cells & cells and (other.adviser == adviser or other.person == person):
                return False
            if kind == other.kind == MeetingKind.FIRST and other.person == person:
                return False
        return True

    def take(self, key: UUID, meeting: Meeting) -> None:
        """The person's own hold goes, and the ones that are over under the new meeting."""
        for other_key, other in list(self.meetings.items()):
            over = other.ends_at is not None and other.ends_at <= self.now
            near = other.cells & meeting.cells and meeting.adviser == other.adviser
            if other.state == "held" and (other.person == meeting.person or (over and near)):
                del self.meetings[other_key]
        self.meetings[key] = meeting

    def uncovered(self) -> set[UUID]:
        return {
            key for key, each in self.expected().items() if not each.cells <= self.open_cells(each.adviser)
        }

    def plan_changed(self) -> None:
        for key, each in list(self.meetings.items()):
            if each.state == "held" and not each.cells <= self.open_cells(each.adviser):
                del self.meetings[key]

    # What happens

    @initialize()
    def open_the_morning(self) -> None:
        for adviser in range(2):
            self.open_more(adviser, FIRST, 8)

    @rule(adviser=ADVISERS, start=HALVES, length=st.integers(1, 8))
    def open_more(self, adviser: int, start: int, length: int) -> None:
        end = min(start + length, LAST)
        opening = ExtraOpening(
            adviser=self.advisers[adviser], site=self.site, mode=MeetingMode.ON_SITE, day=MONDAY,
            local_start=hour(start), local_end=hour(end),
        )  # fmt: skip
        record_opening(opening=opening, actor=None, now=self.now)
        self.openings.append((adviser, set(range(start, end)), opening))

    @rule(adviser=ADVISERS, start=HALVES, length=st.integers(1, 6))
    def be_absent(self, adviser: int, start: int, length: int) -> None:
        end = min(start + length, LAST)
        absence = Absence(
            adviser=self.advisers[adviser], first_day=MONDAY, last_day=MONDAY,
            local_start=hour(start), local_end=hour(end),
        )  # fmt: skip
        record_absence(absence=absence, actor=None, now=self.now)
        self.absences.append((adviser, set(range(start, end)), absence))
        self.plan_changed()

    @rule(data=st.data(), of_absences=st.booleans())
    def take_back(self, data: st.DataObject, of_absences: bool) -> None:
        entries = self.absences if of_absences else self.openings
        if entries:
            place = data.draw(st.integers(0, len(entries) - 1))
            _, _, entry = entries.pop(place)
            lift(entry=entry, now=self.now)
            self.plan_changed()

    @rule(data=st.data(), person=PEOPLE, kind=KINDS, hold=st.booleans())
    def ask_for_an_open_hour(self, data: st.DataObject, person: int, kind: str, hold: bool) -> None:
        places = sorted(
            (adviser, half) for adviser in range(2) for half in self.open_cells(adviser) if half < LAST - 1
        )
        if places:
            self.ask(*data.draw(st.sampled_from(places)), person, kind, hold)

    @rule(adviser=ADVISERS, half=HALVES, person=PEOPLE, kind=KINDS, hold=st.booleans())
    def ask(self, adviser: int, half: int, person: int, kind: str, hold: bool) -> None:
        self.send(uuid4(), adviser, half, person, kind, hold)

    def send(self, key: UUID, adviser: int, half: int, person: int, kind: str, hold: bool) -> None:
        may = self.may_take(adviser, half, person, kind)
        service = hold_slot if hold else book_appointment
        try:
            service(
                key=key, holder=self.people[person], adviser=self.advisers[adviser], site=self.site,
                mode=MeetingMode.ON_SITE, start=at(MONDAY, f"{hour(half):%H:%M}"), now=self.now,
                kind=MeetingKind(kind),
            )  # fmt: skip
        except CEPRefusal:
            assert not may
            return
        assert may
        meeting = Meeting(adviser, half, person, kind, "held" if hold else "confirmed")
        meeting.ends_at = self.now + FIVE_MINUTES if hold else None
        self.take(key, meeting)
        if not hold:
            self.messages.add(("confirmed", key))

    @rule(data=st.data())
    def confirm_what_is_held(self, data: st.DataObject) -> None:
        """In time or too late: then as anyone would, if it is still free."""
        key = self.one(data, "held")
        if key:
            held = self.meetings[key]
            self.send(key, held.adviser, held.half, held.person, held.kind, hold=False)

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        key = self.one(data, "held")
        if key:
            release_hold(key=key, holder=self.people[self.meetings.pop(key).person])

    @rule(minutes=st.integers(1, 6))
    def let_time_pass(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data(), by_service=st.booleans())
    def cancel(self, data: st.DataObject, by_service: bool) -> None:
        key = self.one(data, "confirmed", "proposed")
        if key:
            action = BookingAction.CANCEL_BY_SERVICE if by_service else BookingAction.CANCEL_BY_PERSON
            act_on_appointment(key=key, action=action, actor=None, now=self.now)
            del self.meetings[key]
            self.messages.add(("cancelled", key))

    @rule(data=st.data(), adviser=ADVISERS, half=HALVES)
    def move(self, data: st.DataObject, adviser: int, half: int) -> None:
        key = self.one(data, "confirmed", "proposed")
        if not key:
            return
        old, new_key = self.meetings[key], uuid4()
        may = self.may_take(adviser, half, old.person, old.kind, leaving=key)
        try:
            move_appointment(
                key=new_key, booking=Booking.objects.get(pk=key), adviser=self.advisers[adviser], site=self.site,
                mode=MeetingMode.ON_SITE, start=at(MONDAY, f"{hour(half):%H:%M}"), actor=None, now=self.now,
            )  # fmt: skip
        except CEPRefusal:
            assert not may
            return
        assert may
        del self.meetings[key]
        self.take(new_key, Meeting(adviser, half, old.person, old.kind, "confirmed"))
        self.messages.add(("moved", new_key))

    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        if not self.uncovered():
            return
        key = data.draw(st.sampled_from(sorted(self.uncovered(), key=str)))
        old = self.meetings[key]
        proposed = propose_replacement(
            impact=Impact.objects.get(booking=key, closed_at=None), actor=None, now=self.now
        )
        if proposed is None:
            # Nothing for a person who is expected nowhere else means that nothing is free at all.
            alone = all(each.person != old.person or other == key for other, each in self.expected().items())
            assert not (alone and self.free_starts())
            self.messages.add(("not replaced", key))
            return
        adviser, half = self.advisers.index(proposed.adviser), half_of(proposed.starts_at)
        assert self.may_take(adviser, half, old.person, old.kind, leaving=key)
        del self.meetings[key]
        self.take(proposed.pk, Meeting(adviser, half, old.person, old.kind, "proposed"))
        self.messages.add(("proposed", proposed.pk))

    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        key = self.one(data, "proposed")
        if key:
            accept_proposal(booking=Booking.objects.get(pk=key), actor=None, now=self.now)
            self.meetings[key].state = "confirmed"
            self.messages.add(("accepted", key))

    def one(self, data: st.DataObject, *states: str) -> UUID | None:
        keys = sorted((key for key, each in self.meetings.items() if each.state in states), key=str)
        return data.draw(st.sampled_from(keys)) if keys else None

    # What must hold at every moment

    @invariant()
    def appointments_and_holds_are_those_of_the_oracle(self) -> None:
        rows = Booking.objects.filter(status__in=["confirmed", "proposed", "held"])
        found = {
            row.pk: (
                self.advisers.index(row.adviser), half_of(row.starts_at), self.people.index(row.holder), row.status
            )
            for row in rows.select_related("adviser", "holder")
        }  # fmt: skip
        assert found == {
            key: (each.adviser, each.half, each.person, each.state) for key, each in self.meetings.items()
        }

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        standing = list(self.standing().values())
        for rank, one in enumerate(standing):
            for other in standing[rank + 1 :]:
                if one.cells & other.cells:
                    assert one.adviser != other.adviser
                    assert one.person != other.person

    @invariant()
    def windows_are_what_is_open(self) -> None:
        found: dict[int, set[int]] = {0: set(), 1: set()}
        for window in Window.objects.select_related("adviser"):
            cells = set(range(half_of(window.span.lower), half_of(window.span.upper)))
            assert not cells & found[self.advisers.index(window.adviser)]
            found[self.advisers.index(window.adviser)] |= cells
        assert found == {adviser: self.open_cells(adviser) for adviser in range(2)}

    @invariant()
    def every_appointment_is_covered_or_has_an_open_impact(self) -> None:
        # The trigger of the database says the same at each commit.
        connection.check_constraints()
        open_ones = Impact.objects.filter(closed_at=None, booking__status__in=["confirmed", "proposed"])
        assert set(open_ones.values_list("booking", flat=True)) == self.uncovered()
        assert not Impact.objects.filter(closed_at=None).exclude(booking__in=self.uncovered()).exists()

    @invariant()
    def search_offers_what_is_open_and_not_taken(self) -> None:
        free = free_slots(
            sites=[self.site], mode=MeetingMode.ON_SITE, since=at(MONDAY, "00:00"),
            until=at(MONDAY + timedelta(days=1), "00:00"), now=self.now,
        )  # fmt: skip
        starts = self.free_starts()
        assert {half_of(slot.start) for slot in free} == {half for _, half in starts}
        by_key = [adviser.pk for adviser in self.advisers]
        assert {(by_key.index(slot.adviser_id), half_of(slot.start)) for slot in free} <= starts

    def free_starts(self) -> set[tuple[int, int]]:
        """Hours one after the other from the beginning of each free stretch, as a diary would show them."""
        starts = set()
        for adviser in range(2):
            taken = [each.cells for each in self.standing().values() if each.adviser == adviser]
            free = self.open_cells(adviser) - set().union(*taken)
            half = FIRST
            while half < LAST - 1:
                if {half, half + 1} <= free:
                    starts.add((adviser, half))
                    half += 2
                else:
                    half += 1
        return starts

    @invariant()
    def one_message_for_each_change(self) -> None:
        assert Notification.objects.count() == len(self.messages)


@pytest.mark.django_db
def test_agenda_any_sequence_keeps_its_invariants() -> None:
    run_state_machine_as_test(
        Agenda,
        settings=settings(
            max_examples=5,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )


def test_oracle_sees_a_hold_that_is_over_as_free() -> None:
    """A control of the oracle itself: were it to answer yes to everything, the sequences would prove nothing."""
    machine = Agenda.__new__(Agenda)
    machine.now, machine.absences = NOW, []
    machine.openings = [(0, set(range(FIRST, LAST)), None)]
    held = Meeting(0, 18, 0, MeetingKind.FOLLOW_UP, "held")
    held.ends_at = NOW + FIVE_MINUTES
    machine.meetings = {uuid4(): held}

    assert not machine.may_take(0, 19, 1, MeetingKind.FOLLOW_UP)
    machine.now = NOW + FIVE_MINUTES
    assert machine.may_take(0, 19, 1, MeetingKind.FOLLOW_UP)
    assert not machine.may_take(1, 19, 1, MeetingKind.FOLLOW_UP)

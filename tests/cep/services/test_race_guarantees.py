"""What the database guarantees in a crowd, each beside the same crowd without its guard, which must fail to hold.

The negative controls do not hope for an unlucky instant: everybody looks, waits until everybody has looked, then
writes. So they fail to hold on any machine, at each run. `test_booking_race.py` has the races of plain booking.
"""

import ast
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F

from accounts.models import Notification
from cep.enums import BookingStatus, ImpactCause, WaitingState
from cep.exceptions import CEPRefusal, FirstMeetingAlready, SessionFull
from cep.models import Absence, Booking, GroupSession, Impact, Seat, WaitingEntry, Window
from cep.services.booking import book_appointment, book_with_anyone, hold_slot
from cep.services.groups import take_seat
from cep.services.moving import move_appointment
from cep.services.plans import record_absence
from cep.services.waiting import tell_next
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    span,
)
from tests.support.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)

CROWD, FEW = 24, 6


def crowd(size: int = CROWD) -> list[Any]:
    return HolderFactory.create_batch(size, nir=None, user=None)


def told(action: Callable[[], object], answers: list[object]) -> Callable[[], None]:
    """The action, its result or its refusal kept; anything else fails the test."""

    def run() -> None:
        try:
            answers.append(action())
        except CEPRefusal as refusal:
            answers.append(refusal)

    return run


def refusals(answers: list[object]) -> set[str]:
    return {answer.code for answer in answers if isinstance(answer, CEPRefusal)}


def kept(answers: list[object]) -> list[object]:
    return [answer for answer in answers if not isinstance(answer, CEPRefusal)]


def look_then_write(size: int, look: Callable[[], Any], write: Callable[[int, Any], object]) -> None:
    """The unguarded way: each looks, all have looked, each writes."""
    looked = threading.Barrier(size, timeout=60)

    def one(rank: int) -> None:
        with transaction.atomic():
            seen = look()
            looked.wait()
            write(rank, seen)

    run_together([lambda rank=rank: one(rank) for rank in range(size)])


def unguarded_booking(window: Window, holder: Any, **changes: Any) -> Booking:
    """A row that no exclusion constraint looks at: cancelled ones are outside their condition."""
    return BookingFactory(
        adviser=window.adviser,
        site=window.site,
        holder=holder,
        status=BookingStatus.CANCELLED_BY_PERSON,
        **changes,
    )


# 3. No plain insert


def plain_inserts(source: str) -> list[str]:
    """Calls that would insert a booking and wait for a conflict: `Booking.objects.create`, a forced save."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [ast.unparse(call.func) for call in calls]
    forbidden = {
        f"Booking.objects.{name}" for name in ("create", "get_or_create", "update_or_create", "acreate")
    }
    bulk = [
        ast.unparse(call)
        for call in calls
        if ast.unparse(call.func) == "Booking.objects.bulk_create" and "ignore_conflicts=True" not in ast.unparse(call)
    ]  # fmt: skip
    return [name for name in names if name in forbidden] + bulk


def test_no_service_inserts_a_booking_plainly():
    sources = sorted((Path(settings.BASE_DIR) / "cep").rglob("*.py"))

    assert not [(path, found) for path in sources if (found := plain_inserts(path.read_text("utf-8")))]


@pytest.mark.parametrize("call", ["Booking.objects.create(pk=1)", "Booking.objects.bulk_create([b])"])
def test_negative_control_a_plain_insert_is_seen(call):
    assert plain_inserts(f"def book():\n    return {call}\n")


# 4. Overlaps that do not begin together


def test_negative_control_overlaps_without_the_constraint():
    window = WindowFactory(span=span("09:00", "12:00"))
    people = crowd(FEW)

    look_then_write(
        FEW,
        lambda: Booking.objects.filter(adviser=window.adviser, span__overlap=window.span).exists(),
        lambda rank, taken: taken or unguarded_booking(
            window, people[rank], start=at(MONDAY, "09:00") + timedelta(minutes=10 * rank)
        ),
    )  # fmt: skip

    assert Booking.objects.filter(span__overlap=span("09:50", "10:00")).count() == FEW


# 5. An advisory lock would do as well


@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without it"])
def test_advisory_lock_lets_one_in_and_its_absence_lets_all(locked):
    window = WindowFactory()
    people = crowd(FEW)
    looked = threading.Barrier(FEW, timeout=60)

    def one(rank: int) -> None:
        with transaction.atomic():
            if locked:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [window.adviser_id])
            taken = Booking.objects.filter(adviser=window.adviser).exists()
            if not locked:
                looked.wait()
            if not taken:
                unguarded_booking(window, people[rank])

    run_together([lambda rank=rank: one(rank) for rank in range(FEW)])

    assert Booking.objects.count() == (1 if locked else FEW)


# 6. Any adviser


def test_as_many_people_as_free_advisers_are_booked_with_anyone():
    site = SiteFactory()
    windows = WindowFactory.create_batch(FEW, site=site, span=span("09:00", "10:00"))
    answers: list[object] = []
    asked = {"site": site, "mode": windows[0].mode, "start": at(MONDAY, "09:00"), "now": NOW}

    run_together(
        [
            told(lambda person=person: book_with_anyone(key=uuid4(), holder=person, **asked), answers)
            for person in crowd()
        ]
    )

    assert len(kept(answers)) == FEW
    assert refusals(answers) == {"slot_taken"}
    assert Booking.objects.values("adviser").distinct().count() == Booking.objects.count() == FEW


def test_negative_control_any_adviser_without_the_constraint():
    site = SiteFactory()
    windows = WindowFactory.create_batch(2, site=site)
    people = crowd(FEW)

    def first_free() -> Any:
        taken = set(Booking.objects.values_list("adviser", flat=True))
        return next(window for window in windows if window.adviser_id not in taken)

    look_then_write(FEW, first_free, lambda rank, window: unguarded_booking(window, people[rank]))

    assert Booking.objects.count() == FEW > len(windows)


# 7. One person in one place, one first meeting


def test_one_person_asking_for_first_meetings_everywhere_gets_one():
    windows = [
        WindowFactory(span=span("09:00", "10:00", day=MONDAY + timedelta(days=days))) for days in range(FEW)
    ]
    person = HolderFactory()
    answers: list[object] = []

    run_together(
        [told(lambda window=window: book_appointment(**demand(window, holder=person)), answers) for window in windows]
    )  # fmt: skip

    assert len(kept(answers)) == Booking.objects.count() == 1
    assert all(isinstance(answer, FirstMeetingAlready) for answer in answers if answer not in kept(answers))


def test_negative_control_one_person_without_the_constraint():
    windows = WindowFactory.create_batch(FEW)
    person = HolderFactory()

    look_then_write(
        FEW,
        lambda: Booking.objects.filter(holder=person).exists(),
        lambda rank, elsewhere: elsewhere or unguarded_booking(windows[rank], person),
    )

    assert Booking.objects.filter(holder=person).count() == FEW


# 8. A hold that is over


def test_expired_hold_is_taken_by_one_of_the_crowd():
    window = WindowFactory()
    hold_slot(**demand(window, now=NOW - timedelta(minutes=6)))
    answers: list[object] = []

    run_together(
        [told(lambda person=person: book_appointment(**demand(window, holder=person)), answers) for person in crowd()]
    )  # fmt: skip

    assert len(kept(answers)) == 1
    assert refusals(answers) == {"slot_taken"}
    assert list(Booking.objects.values_list("status", flat=True)) == [BookingStatus.CONFIRMED]


def test_hold_in_time_keeps_the_whole_crowd_out():
    """The control: the same crowd against the same hold a minute before its end."""
    window = WindowFactory(span=span("09:00", "10:00"))
    held = hold_slot(**demand(window, now=NOW - timedelta(minutes=4)))
    answers: list[object] = []

    run_together(
        [
            told(lambda person=person: book_appointment(**demand(window, holder=person)), answers)
            for person in crowd(FEW)
        ]
    )  # fmt: skip

    assert refusals(answers) == {"slot_taken"}
    assert Booking.objects.get() == held


def test_holds_of_one_slot_are_given_once():
    window = WindowFactory()
    answers: list[object] = []

    run_together(
        [
            told(lambda person=person: hold_slot(**demand(window, holder=person)), answers)
            for person in crowd()
        ]
    )

    assert len(kept(answers)) == Booking.objects.filter(status=BookingStatus.HELD).count() == 1


# 9. Seats of a group


def workshop(capacity: int) -> GroupSession:
    window = WindowFactory()
    return GroupSession.objects.create(
        adviser=window.adviser, site=window.site, title="Atelier", span=window.span, capacity=capacity
    )


def test_twelve_seats_are_given_to_twelve_people():
    session = workshop(12)
    answers: list[object] = []

    run_together(
        [
            told(lambda person=person: take_seat(session=session, holder=person, now=NOW), answers)
            for person in crowd()
        ]
    )

    session.refresh_from_db()
    assert len(kept(answers)) == session.taken == session.seats.count() == 12
    assert all(isinstance(answer, SessionFull) for answer in answers if answer not in kept(answers))


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


# 10. Moving is one act


def test_two_people_moving_to_one_slot_leave_the_loser_where_they_were():
    window = WindowFactory(span=span("09:00", "12:00"))
    bookings = [
        BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, begins))
        for begins in ("09:00", "10:00")
    ]
    answers: list[object] = []

    def move(booking: Booking) -> Booking:
        return move_appointment(
            key=uuid4(), booking=booking, adviser=window.adviser, site=window.site, mode=window.mode,
            start=at(MONDAY, "11:00"), actor=None, now=NOW,
        )  # fmt: skip

    run_together([told(lambda booking=booking: move(booking), answers) for booking in bookings])

    assert len(kept(answers)) == 1
    assert refusals(answers) == {"slot_taken"}
    expected = Booking.objects.filter(status=BookingStatus.CONFIRMED)
    assert {row.holder_id for row in expected} == {booking.holder_id for booking in bookings}
    assert expected.count() == 2


# 11. Closing


def test_absence_while_a_crowd_books_leaves_nobody_without_an_opening_or_an_impact():
    window = WindowFactory(span=span("09:00", "17:00"), planned=True)
    answers: list[object] = []
    demands = [
        demand(window, holder=person, start=at(MONDAY, f"{9 + rank % 8:02d}:00"))
        for rank, person in enumerate(crowd())
    ]
    absence = Absence(adviser=window.adviser, first_day=MONDAY, last_day=MONDAY)
    works = [told(lambda wanted=wanted: book_appointment(**wanted), answers) for wanted in demands]

    run_together([*works[:4], lambda: record_absence(absence=absence, actor=None, now=NOW), *works[4:]])

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


# 12. Isolation levels


@pytest.mark.parametrize(
    ("level", "outcome"),
    [("READ COMMITTED", "nothing inserted"), ("REPEATABLE READ", "40001"), ("SERIALIZABLE", "40001")],
)
def test_stricter_isolation_gives_errors_where_the_constraint_gives_an_answer(level, outcome):
    """Still one booking at each level; only the first one answers the loser without an error."""
    window = WindowFactory()
    snapshot_taken, may_insert = threading.Event(), threading.Event()
    seen: list[str] = []
    late = BookingFactory.build(
        adviser=window.adviser, site=window.site, holder=HolderFactory(), start=window.span.lower
    )

    def winner() -> None:
        snapshot_taken.wait(60)
        book_appointment(**demand(window))
        may_insert.set()

    def loser() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                Booking.objects.count()
                snapshot_taken.set()
                may_insert.wait(60)
                Booking.objects.bulk_create([late], ignore_conflicts=True)
            seen.append("nothing inserted")
        except OperationalError as problem:
            seen.append(problem.__cause__.sqlstate)

    run_together([winner, loser])

    assert seen == [outcome]
    assert Booking.objects.count() == 1


# 13. The same request again


def test_negative_control_a_request_without_a_key_of_its_own_is_written_again():
    window, person = WindowFactory(), HolderFactory()

    run_together([lambda: unguarded_booking(window, person)] * FEW)

    assert Booking.objects.filter(holder=person).count() == FEW


# 14. The waiting list


def waiting_people(count: int) -> Any:
    site = SiteFactory()
    for person in crowd(count):
        WaitingEntry.objects.create(holder=person, site=site, mode="on_site")
    return site


def test_waiting_people_are_each_told_once_by_many_workers():
    site = waiting_people(FEW)
    starts = [at(MONDAY, "09:00") + timedelta(minutes=30 * rank) for rank in range(CROWD)]
    answers: list[object] = []

    run_together(
        [
            told(lambda start=start: tell_next(site=site, mode="on_site", start=start, now=NOW), answers)
            for start in starts
        ]
    )

    entries = list(WaitingEntry.objects.all())
    assert all((entry.state, entry.notices) == (WaitingState.OFFERED, 1) for entry in entries)
    assert len({entry.offered_start for entry in entries}) == FEW
    assert sum(answer is not None for answer in answers) == FEW
    assert Notification.objects.count() == 0  # nobody here has an address


def test_one_freed_slot_is_told_to_one_person_by_many_workers():
    site = waiting_people(FEW)

    run_together([lambda: tell_next(site=site, mode="on_site", start=at(MONDAY, "09:00"), now=NOW)] * FEW)

    assert WaitingEntry.objects.filter(state=WaitingState.OFFERED).count() == 1


def test_negative_control_workers_that_only_look_tell_the_same_person():
    site = waiting_people(FEW)
    told_of: list[int] = []

    look_then_write(
        FEW,
        lambda: WaitingEntry.objects.filter(site=site, state=WaitingState.WAITING).order_by("pk").first(),
        lambda rank, entry: told_of.append(entry.pk),
    )

    assert len(told_of) == FEW > len(set(told_of))

"""What the database guarantees to a crowd that wants the same slots, each beside the same crowd without its guard.

`test_booking_race.py` has the races of plain booking; numbers are those of the domain's list of race results."""

import ast
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from cep.models import Booking
from cep.services.booking import book_appointment, book_with_anyone
from tests.cep.services.crowds import (
    FEW,
    answers_of,
    crowd,
    kept,
    look_then_write,
    refusals,
    unguarded_booking,
)
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
    asked = {"site": site, "mode": windows[0].mode, "start": at(MONDAY, "09:00"), "now": NOW}

    answers = answers_of(
        lambda person=person: book_with_anyone(key=uuid4(), holder=person, **asked) for person in crowd()
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

    answers = answers_of(
        lambda window=window: book_appointment(**demand(window, holder=person)) for window in windows
    )

    assert len(kept(answers)) == Booking.objects.count() == 1
    assert refusals(answers) == {"first_meeting_already"}


def test_negative_control_one_person_without_the_constraint():
    windows = WindowFactory.create_batch(FEW)
    person = HolderFactory()

    look_then_write(
        FEW,
        lambda: Booking.objects.filter(holder=person).exists(),
        lambda rank, elsewhere: elsewhere or unguarded_booking(windows[rank], person),
    )

    assert Booking.objects.filter(holder=person).count() == FEW


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

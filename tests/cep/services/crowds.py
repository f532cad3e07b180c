"""A crowd at one instant, guarded or not: what the tests of races share.

The negative controls do not hope for an unlucky instant: everybody looks, waits until everybody has looked, then
writes; or the guard is really taken out of the database while the same race is run. So they fail to hold on any
machine, at each run.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from cep.enums import BookingStatus
from cep.exceptions import CEPRefusal
from cep.models import Booking, Window
from cep.services.booking import book_appointment
from tests.support.databases import as_owner
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import BookingFactory, demand
from tests.support.threads import results_together, run_together

CROWD, FEW = 24, 6


def crowd(size: int = CROWD) -> list[Any]:
    return HolderFactory.create_batch(size, nir=None, user=None)


def answers_of(actions: Iterable[Callable[[], object]]) -> list[object]:
    """All of them at once: what each was answered, in order, refusals of the domain included.

    Anything else that is raised fails the test.
    """
    answers = results_together(actions)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, CEPRefusal):
            raise answer
    return answers


def refusals(answers: list[object]) -> set[str]:
    return {answer.code for answer in answers if isinstance(answer, CEPRefusal)}


def kept(answers: list[object]) -> list[object]:
    """What was had: neither a refusal nor nothing."""
    return [answer for answer in answers if answer is not None and not isinstance(answer, CEPRefusal)]


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


def booked_by(window: Window, people: list[Any]) -> list[Callable[[], Booking]]:
    """Each of them asking for the first hour of the window."""
    return [lambda person=person: book_appointment(**demand(window, holder=person)) for person in people]


@contextmanager
def without_the_constraint(name: str) -> Iterator[None]:
    """The bookings' own table without one of its constraints; put back once every booking is out of its condition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        (definition,) = cursor.fetchone()
    out_of_its_condition = "UPDATE cep_booking SET status = 'cancelled_by_person', expires_at = NULL"
    put_back = f"{out_of_its_condition}; ALTER TABLE cep_booking ADD CONSTRAINT {name} {definition}"
    with as_owner(
        "SET lock_timeout = '30s'", f"ALTER TABLE cep_booking DROP CONSTRAINT {name}", undone_by=put_back
    ):
        yield

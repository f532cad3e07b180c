"""Batches handed to several threads: each to one of them, and none after an error."""

import threading

import pytest
from django.db import connection

from rights.services.side_by_side import work_side_by_side


def test_each_item_is_worked_on_once():
    done = []

    work_side_by_side(iter(range(50)), done.append, threads=4)

    assert sorted(done) == list(range(50))


def test_one_thread_works_in_order_in_the_callers_own():
    done = []

    work_side_by_side(iter(range(3)), lambda item: done.append((item, threading.current_thread())), threads=1)

    assert done == [(item, threading.current_thread()) for item in range(3)]


@pytest.mark.parametrize("threads", [1, 3])
def test_first_error_is_raised_and_nothing_more_begins(threads):
    begun = []

    def fail(item):
        begun.append(item)
        raise LookupError(item)

    with pytest.raises(LookupError):
        work_side_by_side(iter(range(50)), fail, threads=threads)
    assert 1 <= len(begun) <= threads


@pytest.mark.django_db
def test_inside_a_transaction_everything_happens_on_its_connection():
    done = []

    work_side_by_side(iter(range(3)), lambda item: done.append(connection.in_atomic_block), threads=3)

    assert done == [True, True, True]

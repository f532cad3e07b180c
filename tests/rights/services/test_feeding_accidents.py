"""A feeding killed at drawn moments; `bin/chaos feeding` does it with real servers, killed too."""

import os
import random
import signal
from datetime import date

import pytest
from django.db import connection, transaction

from rights.models import Entry
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.services.feeding import feed_rights
from tests.support.feeding_crowd import YEAR, add_crowd, digest_of_ledger

HOLDERS, BATCH = 400, 40
TODAY = date(2026, 11, 22)
WORKER, DATABASE = "worker", "database"


def feed(**options):
    return feed_rights(year=YEAR, today=TODAY, write=True, holders_per_batch=BATCH, **options)


def digest():
    with connection.cursor() as cursor:
        return digest_of_ledger(cursor)


def killed_feeding(target, at):
    """Feed in another process and kill it, or its connection, once it has passed `at` holders; its exit status."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        kept, connection.connection = connection.connection, None
        try:
            feed(progress=lambda done: os.write(writer, done.to_bytes(4)))
        except BaseException:
            os._exit(1)
        os._exit(0 if kept is not None else 2)
    os.close(writer)
    while (told := os.read(reader, 4)) and int.from_bytes(told) <= at:
        pass
    if target == WORKER:
        os.kill(child, signal.SIGKILL)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
    os.close(reader)
    return os.waitpid(child, 0)[1]


@pytest.mark.django_db(transaction=True)
def test_feeding_killed_at_drawn_moments_ends_as_an_undisturbed_one():
    with connection.cursor() as cursor:
        add_crowd(cursor, size=HOLDERS)
    with transaction.atomic():
        feed()
        undisturbed = digest()
        transaction.set_rollback(True)
    chance = random.Random(11)
    levels = sorted(chance.randrange(BATCH, HOLDERS - 3 * BATCH) for _ in range(3))

    statuses = [
        killed_feeding(target, at) for target, at in zip((WORKER, DATABASE, WORKER), levels, strict=True)
    ]
    left = feed()

    assert all(statuses)
    assert 0 < left.credits < Entry.objects.count()
    assert digest() == undisturbed
    assert list(ledger_discrepancies()) == []


@pytest.mark.django_db(transaction=True)
def test_feeding_by_several_threads_ends_as_by_one():
    with connection.cursor() as cursor:
        add_crowd(cursor, size=HOLDERS)
    with transaction.atomic():
        feed()
        undisturbed = digest()
        transaction.set_rollback(True)
    told = []

    tally = feed(threads=3, progress=told.append)

    assert digest() == undisturbed
    assert told == sorted(told)
    assert told[-1] == tally.holders == HOLDERS
    assert feed(threads=3).credits == 0

"""Several things at the same moment, each on a database connection of its own."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, connections

SECONDS = 60


def results_together(actions: Iterable[Callable[[], Any]], *, seconds: float = SECONDS) -> list[Any]:
    """Start all, wait for all: what each returned or raised, in order. A thread that hangs fails the test."""
    actions = list(actions)
    start = threading.Barrier(len(actions), timeout=seconds)
    results: list[Any] = [None] * len(actions)

    def guarded(rank: int, action: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[rank] = action()
        except BaseException as failure:
            results[rank] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=numbered) for numbered in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads)
    return results


def run_together(actions: Iterable[Callable[[], object]], *, seconds: float = SECONDS) -> None:
    """Start all, wait for all. An exception in one is raised here; a thread that hangs fails the test."""
    for result in results_together(actions, seconds=seconds):
        if isinstance(result, BaseException):
            raise result


# Who waits for this session, or for one that does.
_WAITING = """
    WITH first AS (
        SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
    )
    SELECT count(DISTINCT pid) FROM pg_locks
    WHERE NOT granted AND (pid IN (SELECT pid FROM first)
                           OR pg_blocking_pids(pid) && (SELECT array_agg(pid) FROM first))
"""


def wait_until_somebody_waits(*, sessions: int = 1, seconds: float = SECONDS) -> None:
    """Return once so many other sessions wait for a lock that this one holds."""
    until = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0] >= sessions:
                return
            # The database itself waits, a hundredth of a second.
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody came to wait for the lock")

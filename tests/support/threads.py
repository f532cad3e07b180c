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


def wait_until_somebody_waits(*, seconds: float = SECONDS) -> None:
    """Return once another session waits for a lock that this one holds."""
    until = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            # The database itself waits, a hundredth of a second.
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody came to wait for the lock")

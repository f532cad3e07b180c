"""Several things at the same moment, each on a database connection of its own."""

import threading
from collections.abc import Callable, Iterable

from django.db import connections

SECONDS = 60


def run_together(actions: Iterable[Callable[[], object]], *, seconds: float = SECONDS) -> None:
    """Start all, wait for all. An exception in one is raised here; a thread that hangs fails the test."""
    actions = list(actions)
    start = threading.Barrier(len(actions), timeout=seconds)
    failures: list[BaseException] = []

    def guarded(action: Callable[[], object]) -> None:
        try:
            start.wait()
            action()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads)
    if failures:
        raise failures[0]

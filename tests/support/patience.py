"""Waiting for what other processes do: there is no clock to move on there, and nothing to be woken by."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")
BETWEEN_TRIES_SECONDS = 0.2


def retry(check: Callable[[], T], within: timedelta) -> T:
    """Until it holds; what it says at the end of the time is what the test says."""
    deadline = time.monotonic() + within.total_seconds()
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(BETWEEN_TRIES_SECONDS)

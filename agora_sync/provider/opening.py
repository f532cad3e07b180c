"""Step 3: is the service open at all. Weekly windows from the settings, stops decided by people."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterable, Iterator
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from agora_sync.faults import FaultCode, SOAPRefusal

STEP = 3
# A stop has no known end: callers come back in a few minutes.
STOPPED_RETRY_SECONDS = 300
OVERLOAD_RETRY_SECONDS = 5


_in_hand = 0
_counting = threading.Lock()


@contextlib.contextmanager
def place_in_hand() -> Iterator[None]:
    """One of the places of this process, fewer than its threads, so that some are left to say no.

    Raises SOAPRefusal (Surcharge) when all are taken.
    """
    global _in_hand  # noqa: PLW0603 - one counter for the process, behind its lock
    with _counting:
        if _in_hand >= settings.AGORA_MAX_CONCURRENT_CALLS:
            raise SOAPRefusal(
                FaultCode.OVERLOAD, STEP, f"{_in_hand} in hand", retry_after_seconds=OVERLOAD_RETRY_SECONDS
            )
        _in_hand += 1
    try:
        yield
    finally:
        with _counting:
            _in_hand -= 1


class Window(Protocol):
    """A weekly span of local time, `end` excluded, dated. `weekday`: 0 is Monday."""

    weekday: int
    start: dt.time
    end: dt.time
    zone: str
    from_day: dt.date
    until_day: dt.date | None


def require_open(*, at: dt.datetime, is_stopped: bool) -> None:
    """Raises SOAPRefusal (ServiceInterrompu) inside a window or under a stop that people decided."""
    seconds = seconds_left_in_window(settings.AGORA_MAINTENANCE_WINDOWS, at)
    if seconds is not None:
        raise SOAPRefusal(
            FaultCode.SERVICE_INTERRUPTED, STEP, "weekly window", retry_after_seconds=max(1, seconds)
        )
    if is_stopped:
        raise SOAPRefusal(
            FaultCode.SERVICE_INTERRUPTED, STEP, "stopped", retry_after_seconds=STOPPED_RETRY_SECONDS
        )


def next_window(windows: Iterable[Window], at: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """Beginning and end of the window that the instant is in, else of the next one; None when none is planned."""
    coming = [
        (dt.datetime.combine(day, window.start, zone), dt.datetime.combine(day, window.end, zone))
        for window in windows
        for zone in (ZoneInfo(window.zone),)
        for first in (max(at.astimezone(zone).date(), window.from_day),)
        for day in (first + dt.timedelta(days=ahead) for ahead in range(8))
        if _is_dated(window, day) and day.weekday() == window.weekday
    ]
    return min(((start, end) for start, end in coming if end > at), default=None)


def _is_dated(window: Window, day: dt.date) -> bool:
    return window.from_day <= day and (window.until_day is None or day <= window.until_day)


def seconds_left_in_window(windows: Iterable[Window], at: dt.datetime) -> int | None:
    """Seconds until the end of the window that the instant is in, None outside any."""
    for window in windows:
        local = at.astimezone(ZoneInfo(window.zone))
        if (
            _is_dated(window, local.date())
            and local.weekday() == window.weekday
            and window.start <= local.time() < window.end
        ):
            end = dt.datetime.combine(local.date(), window.end, local.tzinfo)
            return int((end - local).total_seconds())
    return None

"""What a child left running when it was killed: it comes to this process, which ends it."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

STOP_SECONDS = 30
# prctl(2).
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on, processes whose parent ends become children of this one. Linux alone can."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> set[int]:
    """Process identifiers; none where the system does not tell."""
    with contextlib.suppress(OSError):
        return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))
    return set()


def end_of(child: int) -> int:
    """Its exit code, negative for a signal. Orphans that end meanwhile are buried."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def end_orphans(*, kept: set[int]) -> None:
    """Ask all children but those `kept` to stop, then make sure."""
    deadline = time.monotonic() + STOP_SECONDS
    asked: set[int] = set()
    while left := children() - kept:
        killed = time.monotonic() > deadline
        for pid in left if killed else left - asked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if killed else signal.SIGTERM)
        asked |= left
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        # No call of the system waits for several children and gives up after a while.
        time.sleep(0.05)

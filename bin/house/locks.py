"""File locks that die with their process and leave no file behind."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def alone(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of that name. Raises BlockingIOError when another holds it and `wait` is false."""
    descriptor = locked(path, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def locked(path: Path, how: int) -> int:
    """A descriptor that holds the lock on the file now at that path."""
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, how)
            if is_still_at(path, descriptor):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise
        # Whoever held it removed it meanwhile: this one locks nothing any more.
        os.close(descriptor)


def is_still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False

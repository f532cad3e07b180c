"""The register of heads: one line a seal, in a file outside the database.

Whoever owns the database can remove its last traces together with their seals, and what is left still holds. The
register remembers how far the chain went. It only grows; copying it elsewhere every hour makes it stronger still.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

# Eight values, the longest an Ed25519 signature and a SHA-256.
LONGEST_LINE = 4_096


@dataclass(frozen=True, slots=True)
class Head:
    """A seal as the register knows it."""

    number: int
    digest: str
    key_id: str
    signature: str
    rows: int
    first_id: int
    last_id: int
    # When the seal was made, in microseconds since 1970; 0 in lines of before it was noted.
    sealed_at: int = 0


def read_heads(register: Path) -> list[Head]:
    """In the order of their writing, none when there is no register. Raises ValueError on a line that is no head.

    A last line without its end is one that a killed process left: it is not read, the next writing replaces it.
    """
    if not register.exists():
        return []
    *whole, _torn = register.read_bytes().split(b"\n")
    return [_head(line, register) for line in whole]


def last_head_number(register: Path) -> int:
    """How far the register goes, 0 when there is none. Reads the last whole line. Raises ValueError as above."""
    if not register.exists():
        return 0
    with register.open("rb") as file:
        line = _last_whole_line(file)[0]
    return _head(line, register).number if line else 0


def append_heads(register: Path, heads: list[Head]) -> None:
    """Add those that the register does not hold yet, on disk when this returns. Safe to run twice, at once, killed."""
    register.parent.mkdir(parents=True, exist_ok=True)
    with register.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line, end = _last_whole_line(file)
        file.truncate(end)
        known = _head(line, register).number if line else 0
        file.writelines(json.dumps(asdict(head)).encode() + b"\n" for head in heads if head.number > known)
        file.flush()
        os.fsync(file.fileno())


def _last_whole_line(file: BinaryIO) -> tuple[bytes, int]:
    """The last line that has its end, empty when there is none, and the length of the file up to that end."""
    size = file.seek(0, os.SEEK_END)
    # Two lines at least: a torn one, and the whole one before it.
    start = max(0, size - 2 * LONGEST_LINE)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"\n") + 1
    return tail[tail.rfind(b"\n", 0, max(end - 1, 0)) + 1 : end], start + end


def _head(line: bytes, register: Path) -> Head:
    try:
        return Head(**json.loads(line))
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{register.name}: {problem}") from None

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


def read_heads(register: Path) -> list[Head]:
    """In the order of their writing, none when there is no register. Raises ValueError on a line that is no head."""
    if not register.exists():
        return []
    lines = register.read_text(encoding="ascii").splitlines()
    try:
        return [Head(**json.loads(line)) for line in lines]
    except (TypeError, json.JSONDecodeError) as problem:
        raise ValueError(f"{register.name}: {problem}") from None


def append_heads(register: Path, heads: list[Head]) -> None:
    """Add those that the register does not hold yet, on disk when this returns. Safe to run twice and at once."""
    register.parent.mkdir(parents=True, exist_ok=True)
    with register.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = {head.number for head in read_heads(register)}
        for head in heads:
            if head.number not in known:
                file.write(json.dumps(asdict(head)) + "\n")
        file.flush()
        os.fsync(file.fileno())

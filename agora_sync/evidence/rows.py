"""One trace as evidence sees it: its content as stored, its authentication code, the digest that a seal keeps."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from uuid import UUID

from cpa_portal.kernel.encryption.hashing import hash_under
from cpa_portal.kernel.encryption.keys import keys_for

ENTRY_BYTES = 48


@dataclass(frozen=True, slots=True)
class TraceContent:
    """What a trace says, as stored. `content_sha256` is the digest of the stored, encrypted bytes."""

    kind: str
    direction: str
    exchange_id: UUID
    request_id: UUID | None
    partner_code: str
    operation: str
    http_status: int | None
    content_sha256: bytes
    content_length: int
    sha256: str
    diagnostic: str
    vector_id: str = ""

    def canonical(self) -> bytes:
        """One unambiguous writing of all of it: JSON quotes, so that no value can run into the next."""
        values = [
            self.kind,
            self.direction,
            str(self.exchange_id),
            str(self.request_id) if self.request_id else None,
            self.partner_code,
            self.operation,
            self.http_status,
            self.content_sha256.hex(),
            self.content_length,
            self.sha256,
            self.diagnostic,
        ]
        if self.vector_id:
            # Rows of before vectors were noted keep the writing, hence the code and digest, that they had.
            values.append(self.vector_id)
        return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A stored trace: its key, the instant of its writing in microseconds since 1970, its content and its code."""

    id: int
    at_microseconds: int
    content: TraceContent
    code: str

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the order of evidence."""
        return self.at_microseconds, self.id

    def digest(self) -> bytes:
        """SHA-256 of the content and its code: 32 bytes."""
        return hashlib.sha256(self.content.canonical() + b"|" + self.code.encode()).digest()


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """What a seal keeps of one trace."""

    id: int
    at_microseconds: int
    digest: bytes

    @property
    def place(self) -> tuple[int, int]:
        return self.at_microseconds, self.id

    def packed(self) -> bytes:
        return self.id.to_bytes(8) + self.at_microseconds.to_bytes(8) + self.digest

    @classmethod
    def of(cls, row: TraceRow) -> SealedEntry:
        return cls(row.id, row.at_microseconds, row.digest())


def unpacked(entries: bytes) -> list[SealedEntry]:
    """Raises ValueError when the bytes are no whole number of entries."""
    if len(entries) % ENTRY_BYTES:
        raise ValueError("entries of a seal are cut short")
    return [
        SealedEntry(
            int.from_bytes(entries[start : start + 8]),
            int.from_bytes(entries[start + 8 : start + 16]),
            entries[start + 16 : start + ENTRY_BYTES],
        )
        for start in range(0, len(entries), ENTRY_BYTES)
    ]


def authentication_code(content: TraceContent) -> str:
    """`<key id>:<hex HMAC-SHA-256>` of the content under the current key.

    The key is not in the database: whoever may write there, its owner included, cannot make a trace that we wrote.
    """
    return hash_under(content.canonical(), keys_for("trace-code")[0])


def is_authentic(row: TraceRow) -> bool:
    """The code is right under one of the keys in force."""
    said = row.content.canonical()
    return any(hmac.compare_digest(row.code, hash_under(said, key)) for key in keys_for("trace-code"))

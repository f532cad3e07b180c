"""The chain of seals: each one holds the digest of the one before and is signed. Pure but for the keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cpa_portal.kernel.encryption.keys import keys_for

# What the first seal has before it.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class SealContent:
    """What a seal commits to: its rank, the span of instants it covers (end excluded) and its entries."""

    number: int
    from_microseconds: int
    to_microseconds: int
    entries: bytes
    previous_digest: str

    def digest(self) -> str:
        head = f"{self.number}|{self.from_microseconds}|{self.to_microseconds}|{self.previous_digest}|"
        return hashlib.sha256(head.encode() + hashlib.sha256(self.entries).digest()).hexdigest()


def signed(digest: str, *, subject: str = "seal") -> tuple[str, str]:
    """The name of the current key and the Ed25519 signature, in hexadecimal, of the digest of a subject."""
    key = keys_for("trace-seal")[0]
    return key.id, _private_key(key.material).sign(_message(subject, digest)).hex()


def is_signed(digest: str, *, key_id: str, signature: str, subject: str = "seal") -> bool:
    """The signature is that of a key in force."""
    for key in keys_for("trace-seal"):
        if key.id == key_id:
            try:
                _private_key(key.material).public_key().verify(
                    bytes.fromhex(signature), _message(subject, digest)
                )
            except (InvalidSignature, ValueError):
                return False
            return True
    return False


def _message(subject: str, digest: str) -> bytes:
    # What is signed of one subject says nothing of another.
    return f"cpa-portal trace {subject} {digest}".encode()


@lru_cache(maxsize=8)
def _private_key(material: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(material)

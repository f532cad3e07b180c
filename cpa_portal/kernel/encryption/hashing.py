"""Keyed hash: finds an encrypted value by equality, without letting who reads the table try numbers.

A plain hash of a NIR falls to an afternoon of enumeration; the key, kept out of the database, prevents it.
"""

import hmac

from cpa_portal.kernel.encryption.keys import KEY_ID_LENGTH, Key, keys_for

KEYED_HASH_LENGTH = KEY_ID_LENGTH + 1 + 64


def keyed_hash(value: str) -> str:
    """`<key id>:<hex HMAC-SHA-256>` under the current key: what is stored.

    The caller normalises the value first.
    """
    return hash_under(value.encode(), keys_for("keyed-hash")[0])


def keyed_hashes(value: str) -> list[str]:
    """The hash under every key, current one first: what is searched (`nir_hash__in=…`) while keys rotate."""
    return [hash_under(value.encode(), key) for key in keys_for("keyed-hash")]


def needs_rehash(stored: str) -> bool:
    """True for a stored hash that was not made with the current key."""
    return not stored.startswith(current_hash_prefix())


def current_hash_prefix() -> str:
    """What every hash stored now begins with."""
    return f"{keys_for('keyed-hash')[0].id}:"


def hash_under(value: bytes, key: Key) -> str:
    """`<key id>:<hex HMAC-SHA-256>` under a key of any usage."""
    return f"{key.id}:{hmac.digest(key.material, value, 'sha256').hex()}"

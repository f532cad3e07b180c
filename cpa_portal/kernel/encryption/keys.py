"""From the secrets of the settings to keys: one derivation per usage, so that no key serves two purposes."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MINIMUM_SECRET_LENGTH = 32
KEY_ID_LENGTH = 8

Usage = Literal["field-encryption", "keyed-hash", "trace-code", "trace-seal"]
SETTING_NAMES: dict[Usage, str] = {
    "field-encryption": "FIELD_ENCRYPTION_KEYS",
    "keyed-hash": "NIR_HASH_KEYS",
    # Kept as long as the traces that they encrypted, so that these can be read and checked.
    "trace-code": "FIELD_ENCRYPTION_KEYS",
    "trace-seal": "FIELD_ENCRYPTION_KEYS",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A 256-bit key and its public name; the name says which secret to use, nothing about its content."""

    id: str
    material: bytes = field(repr=False)


def generate_secret() -> str:
    """A new random secret, 256 bits, ready to be written in the environment."""
    return secrets.token_urlsafe(32)


def check_secrets(values: Iterable[str | bytes]) -> None:
    """Refuse a list of secrets that is empty, holds a short one, or holds the same one twice.

    Raises ValueError, whose message never quotes a secret.
    """
    encoded = [_as_bytes(value) for value in values]
    if not encoded:
        raise ValueError("at least one key is needed")
    if any(len(value) < MINIMUM_SECRET_LENGTH for value in encoded):
        raise ValueError(f"each key needs at least {MINIMUM_SECRET_LENGTH} characters")
    if len(set(encoded)) != len(encoded):
        raise ValueError("the same key is given twice")


def keys_for(usage: Usage) -> tuple[Key, ...]:
    """The keys of one usage, current one first. Read at each call: a test or a restart may change them.

    Raises ImproperlyConfigured with the name of the setting.
    """
    name = SETTING_NAMES[usage]
    values: Sequence[str | bytes] = getattr(settings, name, ())
    return _derive_all(usage, name, tuple(_as_bytes(value) for value in values))


@lru_cache(maxsize=16)
def _derive_all(usage: Usage, setting_name: str, values: tuple[bytes, ...]) -> tuple[Key, ...]:
    try:
        check_secrets(values)
    except ValueError as error:
        raise ImproperlyConfigured(f"{setting_name}: {error}") from None
    return tuple(
        Key(id=_derive(value, f"{usage} id").hex()[:KEY_ID_LENGTH], material=_derive(value, usage))
        for value in values
    )


def _derive(secret: bytes, info: str) -> bytes:
    # HKDF and not the secret itself: a pass phrase of any length becomes 256 even bits, and the same
    # secret put by mistake in two settings still gives two unrelated keys.
    derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"cpa-portal {info}".encode())
    return derivation.derive(secret)


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value

"""AES-256-GCM tokens: `v1.<key id>.<base64url of nonce and ciphertext>`.

The key's name stands in the token, so that a row written under an old key is found by SQL alone, and a
missing key is told apart from a damaged value.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cpa_portal.kernel.encryption.keys import Key, keys_for

VERSION = "v1"
# 96 bits, the size for which GCM is defined without a further hash (NIST SP 800-38D §8.2.2).
NONCE_BYTES = 12


class UnreadableToken(Exception):
    """The stored token is no token, was altered, or was written with a key that is no longer configured."""


def encrypt(value: str) -> str:
    """The token of a text under the current key. Two calls give two different tokens."""
    key = keys_for("field-encryption")[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key.material).encrypt(nonce, value.encode(), token_prefix(key).encode())
    return token_prefix(key) + urlsafe_b64encode(nonce + sealed).decode()


def decrypt(token: str) -> str:
    """The text of a token written under any configured key. Raises UnreadableToken, without the token."""
    prefix, key, sealed = _parse(token)
    try:
        clear = AESGCM(key.material).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], prefix.encode())
    except (InvalidTag, ValueError):
        # From None: the chained error would show the token in a traceback with local variables.
        raise UnreadableToken("the encrypted value was altered") from None
    return clear.decode()


def needs_reencryption(token: str) -> bool:
    """True for a token written under another key than the current one; the empty text needs nothing."""
    return bool(token) and not token.startswith(current_prefix())


def reencrypt(token: str) -> str:
    """The same value under the current key; a token that is already under it is given back as it is."""
    return encrypt(decrypt(token)) if needs_reencryption(token) else token


def is_token(value: str) -> bool:
    """Whether a text has the form of a token of this module (it says nothing about its key)."""
    parts = value.split(".")
    return len(parts) == 3 and parts[0] == VERSION


def current_prefix() -> str:
    """What every token written now begins with."""
    return token_prefix(keys_for("field-encryption")[0])


def token_prefix(key: Key) -> str:
    return f"{VERSION}.{key.id}."


def _parse(token: str) -> tuple[str, Key, bytes]:
    if not is_token(token):
        raise UnreadableToken("the stored value is not an encrypted value")
    _, key_id, body = token.split(".")
    key = next((key for key in keys_for("field-encryption") if key.id == key_id), None)
    if key is None:
        raise UnreadableToken(f"the key {key_id[:8]} is not among FIELD_ENCRYPTION_KEYS")
    try:
        return token_prefix(key), key, urlsafe_b64decode(body.encode())
    except (Base64Error, ValueError):
        raise UnreadableToken("the encrypted value was altered") from None

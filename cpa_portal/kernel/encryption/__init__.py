"""Encryption of single columns, and the keyed hash by which an encrypted column is searched.

Both use a list of secrets from the settings: the first one writes, every one reads. A secret is changed
without a stop by putting the new one in front, restarting, running the re-encryption, then removing the
old one.
"""

from cpa_portal.kernel.encryption.cipher import (
    UnreadableToken,
    decrypt,
    encrypt,
    needs_reencryption,
    reencrypt,
)
from cpa_portal.kernel.encryption.fields import EncryptedCharField, SensitiveStr
from cpa_portal.kernel.encryption.hashing import (
    KEYED_HASH_LENGTH,
    keyed_hash,
    keyed_hashes,
    needs_rehash,
)
from cpa_portal.kernel.encryption.keys import MINIMUM_SECRET_LENGTH, check_secrets, generate_secret
from cpa_portal.kernel.encryption.rotation import RotationReport, outdated_rows, reencrypt_rows

__all__ = [
    "KEYED_HASH_LENGTH",
    "MINIMUM_SECRET_LENGTH",
    "EncryptedCharField",
    "RotationReport",
    "SensitiveStr",
    "UnreadableToken",
    "check_secrets",
    "decrypt",
    "encrypt",
    "generate_secret",
    "keyed_hash",
    "keyed_hashes",
    "needs_reencryption",
    "needs_rehash",
    "outdated_rows",
    "reencrypt",
    "reencrypt_rows",
]

"""A security key in software: makes a credential and signs challenges as a real one does (WebAuthn level 2)."""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT_AND_VERIFIED = 0x05
WITH_CREDENTIAL = 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class SecurityKey:
    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.rp_hash = hashlib.sha256((urlsplit(origin).hostname or "").encode()).digest()
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)
        self.used = 0

    def create(self, options: dict[str, Any]) -> str:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private_key.public_key())))
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._authenticator_data(PRESENT_AND_VERIFIED | WITH_CREDENTIAL) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["publicKey"]["challenge"])
        return self._answer({"clientDataJSON": b64(client_data), "attestationObject": b64(attestation)})

    def get(self, options: dict[str, Any]) -> str:
        data = self._authenticator_data(PRESENT_AND_VERIFIED)
        client_data = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        signature = self.private_key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": b64(client_data),
                "authenticatorData": b64(data),
                "signature": b64(signature),
            }
        )

    def _authenticator_data(self, flags: int) -> bytes:
        self.used += 1
        return self.rp_hash + bytes([flags]) + self.used.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        identifier = b64(self.credential_id)
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )

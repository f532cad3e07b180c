"""An OpenID provider that lies, over real HTTP with real keys: one lie at a time, everything else as it should be."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.identity_provider import CLIENT_ID, PEOPLE

SUBJECT = "sujet-de-vanina"


@dataclass
class ForgingProvider:
    """`lie` names what is false in the next answers; `nonce` and `level` are those of the request under way."""

    issuer: str = ""
    lie: str = ""
    nonce: str = ""
    level: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    other_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    posted: dict[str, str] = field(default_factory=dict)

    # Answers ----------------------------------------------------------------------------------
    def discovery(self) -> dict[str, Any]:
        issuer = "https://ailleurs.test" if self.lie == "discovery_issuer" else self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks.json",
            "end_session_endpoint": f"{self.issuer}/logout",
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        kid = "three" if self.lie == "rotated" else "one"
        return {"keys": [{**public_jwk(self.key), "kid": kid, "use": "sig", "alg": "ES256"}]}

    def tokens(self) -> dict[str, Any]:
        given = {
            "access_token": "jeton",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(),
        }
        if self.lie == "tokens_missing":
            del given["id_token"]
        return given

    def id_token(self) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT_ID, "iat": now, "exp": now + 60,
            "nonce": self.nonce, "acr": self.level,
        }  # fmt: skip
        claims |= {
            "nonce": {"nonce": "un-autre-nonce"},
            "issuer": {"iss": "https://ailleurs.test"},
            "audience": {"aud": "un-autre-portail"},
            "audience_shared": {"aud": [CLIENT_ID, "un-autre-portail"]},
            "expired": {"iat": now - 400, "exp": now - 300},
            "too_old": {"iat": now - 4000},
            "issued_in_the_future": {"iat": now + 3600},
            "level": {"acr": "eidas1"},
            "acr": {"acr": "n'importe quoi"},
        }.get(self.lie, {})
        for name in ("nonce", "acr", "exp"):
            if self.lie == f"without_{name}":
                del claims[name]
        return self.signed(claims, "id_token")

    def userinfo(self) -> str:
        person = {name: value for name, value in PEOPLE["vanina"].items() if name != "given_name_array"}
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": int(time.time()), "sub": SUBJECT, **person}
        if self.lie == "subject":
            claims["sub"] = "sujet-d-une-autre"
        if self.lie == "identity_incomplete":
            del claims["birthdate"]
        if self.lie == "userinfo_issuer":
            claims["iss"] = "https://ailleurs.test"
        return self.signed(claims, "userinfo")

    def signed(self, claims: dict[str, Any], what: str) -> str:
        header = {"kid": {"key": "two", "rotated": "three"}.get(self.lie, "one")}
        if self.lie == f"{what}_signature":
            return jwt.encode(claims, self.other_key, algorithm="ES256", headers=header)
        if self.lie == f"{what}_none":
            return jwt.encode(claims, None, algorithm="none", headers=header)
        if self.lie == f"{what}_confusion":
            # The published key taken for a shared secret: PyJWT itself would refuse to make such a token.
            return hand_made(claims, {**header, "alg": "HS256"}, public_pem(self.key))
        if self.lie == f"{what}_rsa":
            stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return jwt.encode(claims, stranger, algorithm="RS256", headers=header)
        if self.lie == f"{what}_altered":
            head, _body, signature = jwt.encode(claims, self.key, algorithm="ES256", headers=header).split(
                "."
            )
            altered = json.dumps({**claims, "sub": "sujet-d-une-autre"}).encode()
            return ".".join((head, base64url(altered), signature))
        return jwt.encode(claims, self.key, algorithm="ES256", headers=header)


def hand_made(claims: dict[str, Any], header: dict[str, Any], secret: bytes) -> str:
    signed = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{signed}.{base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def public_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return dict(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


@contextmanager
def running_forging_provider() -> Iterator[ForgingProvider]:
    provider = ForgingProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/userinfo" and provider.lie == "userinfo_unsigned":
                return self.answer("application/json", json.dumps(PEOPLE["vanina"]))
            if self.path == "/userinfo":
                return self.answer("application/jwt", provider.userinfo())
            documents = {"/.well-known/openid-configuration": provider.discovery, "/jwks.json": provider.keys}
            return self.answer("application/json", json.dumps(documents[self.path]()))

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            provider.posted = dict(parse_qsl(self.rfile.read(size).decode()))
            if provider.lie == "call_refused":
                return self.answer("application/json", '{"error": "invalid_grant"}', 400)
            return self.answer("application/json", json.dumps(provider.tokens()))

        def answer(self, content_type: str, body: str, status: int = 200) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

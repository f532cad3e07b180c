"""The checks of what FranceConnect answers: OpenID Connect Core §3.1.3.7 and §5.3, and its own technical manual.

Pure: keys and the hour come as arguments. Every refusal names what failed in its code.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt

from accounts.enums import AssuranceLevel
from accounts.franceconnect.exceptions import LevelTooLow, WrongAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

# What FranceConnect v2 signs with. Symmetric algorithms and "none" are not in the list: a public key must never
# be taken for a shared secret (RFC 8725 §3.1).
SIGNATURES = {"ES256": "EC", "RS256": "RSA"}
# Two honest clocks may differ by that much; a token older than its journey is somebody else's.
CLOCK_SKEW_SECONDS = 30
TOKEN_AGE_SECONDS = 600
REQUIRED_IN_ID_TOKEN = ("iss", "sub", "aud", "exp", "iat", "nonce", "acr")
REQUIRED_IN_USERINFO = ("iss", "sub", "aud", "iat")
REASONS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "issued_in_the_future"),
    (jwt.InvalidIssuedAtError, "issued_at"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.MissingRequiredClaimError, "missing_claim"),
    (jwt.InvalidSignatureError, "signature"),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What this answer must say: our provider, ourselves, the nonce of our request and the level we asked for."""

    issuer: str
    client_id: str
    nonce: str
    level: AssuranceLevel


@dataclass(frozen=True, slots=True)
class VerifiedAnswer:
    """The claims of an answer that passed every check. `level` is the one reached, at least the one asked."""

    subject: str
    level: AssuranceLevel
    userinfo: Mapping[str, Any]


def verify_id_token(
    token: str, *, keys: Sequence[Mapping[str, Any]], expected: Expected, now: datetime
) -> dict[str, Any]:
    """The claims of the identity token. Raises WrongAnswer, LevelTooLow."""
    claims = _verified(token, keys, expected, REQUIRED_IN_ID_TOKEN)
    if not hmac.compare_digest(str(claims["nonce"]), expected.nonce):
        raise WrongAnswer("nonce")
    if now.timestamp() - claims["iat"] > TOKEN_AGE_SECONDS:
        raise WrongAnswer("too_old")
    if not reached(claims).is_at_least(expected.level):
        raise LevelTooLow
    return claims


def verify_userinfo(
    token: str,
    *,
    keys: Sequence[Mapping[str, Any]],
    expected: Expected,
    id_token: Mapping[str, Any],
) -> VerifiedAnswer:
    """The identity, signed like the token and about the same person. Raises WrongAnswer."""
    claims = _verified(token, keys, expected, REQUIRED_IN_USERINFO)
    if not hmac.compare_digest(str(claims["sub"]).encode(), str(id_token["sub"]).encode()):
        raise WrongAnswer("subject")
    return VerifiedAnswer(subject=str(id_token["sub"]), level=reached(id_token), userinfo=claims)


def reached(claims: Mapping[str, Any]) -> AssuranceLevel:
    """The level of the authentication. Raises WrongAnswer for one we do not know."""
    try:
        return AssuranceLevel(claims["acr"])
    except ValueError:
        raise WrongAnswer("acr") from None


def _verified(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected, required: Sequence[str]
) -> dict[str, Any]:
    algorithm, key = _signing_key(token, keys)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=[algorithm],
            issuer=expected.issuer,
            audience=expected.client_id,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": list(required), "strict_aud": False},
        )
    except jwt.PyJWTError as problem:
        raise WrongAnswer(_reason(problem)) from None
    # One audience, ours: a token made for several parties may be presented by any of them.
    if claims["aud"] not in (expected.client_id, [expected.client_id]) or not claims["sub"]:
        raise WrongAnswer("audience")
    return claims


def _signing_key(token: str, keys: Sequence[Mapping[str, Any]]) -> tuple[str, Any]:
    """The algorithm of the header when we accept it, with the published key that it names."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise WrongAnswer("not_a_token") from None
    algorithm = str(header.get("alg", ""))
    if algorithm not in SIGNATURES:
        raise WrongAnswer("algorithm")
    for key in keys:
        if key.get("kid") == header.get("kid") and _is_usable(key, algorithm):
            return algorithm, jwt.PyJWK(dict(key), algorithm=algorithm).key
    raise UnknownKey


def _is_usable(key: Mapping[str, Any], algorithm: str) -> bool:
    return (
        key.get("kty") == SIGNATURES[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _reason(problem: jwt.PyJWTError) -> str:
    return next((reason for kind, reason in REASONS if isinstance(problem, kind)), "token")


class UnknownKey(WrongAnswer):
    """Signed with a key that is not published: forged, or published since we last looked."""

    code = "key"

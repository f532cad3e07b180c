"""Where FranceConnect answers and with which keys it signs, as it publishes them; kept ten minutes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import httpx
from django.conf import settings
from django.core.cache import cache

from accounts.franceconnect.exceptions import NotConfigured, Unavailable, WrongAnswer
from cpa_portal.kernel.http import Limits, http_session

# A person waits behind each of these calls.
LIMITS = Limits(connect_seconds=3, read_seconds=5, total_seconds=8, body_bytes=200_000)
KEPT_SECONDS = 600
# Keys are published anew at a rotation: an unknown one is looked for again, but not at the rhythm of forgeries.
KEYS_ASKED_AGAIN_AFTER_SECONDS = 30
_ENDPOINTS, _KEYS, _JUST_ASKED = "franceconnect:endpoints", "franceconnect:keys", "franceconnect:just-asked"


@dataclass(frozen=True, slots=True)
class Endpoints:
    authorization: str
    token: str
    userinfo: str
    keys: str
    logout: str
    offers_pkce: bool


def is_configured() -> bool:
    return bool(settings.FRANCECONNECT_ISSUER)


def endpoints() -> Endpoints:
    """Raises NotConfigured, Unavailable, WrongAnswer when the document is another provider's."""
    if not is_configured():
        raise NotConfigured
    kept = cache.get(_cache_key(_ENDPOINTS))
    if kept is None:
        kept = asdict(_read_endpoints())
        cache.set(_cache_key(_ENDPOINTS), kept, KEPT_SECONDS)
    return Endpoints(**kept)


def signing_keys(*, again: bool = False) -> list[dict[str, Any]]:
    """The published keys, as JWK. `again`: one that signed is not among those kept; asked once in a while."""
    kept: list[dict[str, Any]] | None = cache.get(_cache_key(_KEYS))
    may_ask = cache.add(_cache_key(_JUST_ASKED), 1, KEYS_ASKED_AGAIN_AFTER_SECONDS) if again else kept is None
    if kept is None or may_ask:
        kept = list(fetch_json(endpoints().keys).get("keys", []))
        cache.set(_cache_key(_KEYS), kept, KEPT_SECONDS)
    return kept


def fetch_json(url: str) -> dict[str, Any]:
    return _json_object(call("GET", url))


def post_form(url: str, data: dict[str, str]) -> dict[str, Any]:
    return _json_object(call("POST", url, data=data))


def call(method: str, url: str, **options: Any) -> httpx.Response:
    """One call within its limits. Raises Unavailable, WrongAnswer for a refusal."""
    try:
        with http_session(purpose="franceconnect", limits=LIMITS) as session:
            answer = session.request(method, url, **options)
    except httpx.TransportError:
        raise Unavailable from None
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Unavailable
    if answer.status_code != httpx.codes.OK:
        raise WrongAnswer("call_refused")
    return answer


def _json_object(answer: httpx.Response) -> dict[str, Any]:
    try:
        value = answer.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise WrongAnswer("not_json")
    return value


def _read_endpoints() -> Endpoints:
    document = fetch_json(f"{settings.FRANCECONNECT_ISSUER}/.well-known/openid-configuration")
    # OpenID Connect Discovery §4.3: what answers under another name is another provider.
    if document.get("issuer") != settings.FRANCECONNECT_ISSUER:
        raise WrongAnswer("discovery_issuer")
    try:
        return Endpoints(
            authorization=document["authorization_endpoint"],
            token=document["token_endpoint"],
            userinfo=document["userinfo_endpoint"],
            keys=document["jwks_uri"],
            logout=document["end_session_endpoint"],
            offers_pkce="S256" in document.get("code_challenge_methods_supported", []),
        )
    except KeyError:
        raise WrongAnswer("discovery") from None


def _cache_key(name: str) -> str:
    return f"{name}:{settings.FRANCECONNECT_ISSUER}"

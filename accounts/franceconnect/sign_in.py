"""The two ends of a sign-in inside allauth: it keeps the state, this module checks the answer."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AssuranceLevel
from accounts.franceconnect.answers import (
    Expected,
    UnknownKey,
    VerifiedAnswer,
    verify_id_token,
    verify_userinfo,
)
from accounts.franceconnect.endpoints import call, endpoints, post_form, signing_keys
from accounts.franceconnect.exceptions import (
    Cancelled,
    FranceConnectRefused,
    StateUnknown,
    WrongAnswer,
)
from accounts.selectors.identity import PivotIdentity

if TYPE_CHECKING:
    from collections.abc import Callable

    from allauth.socialaccount.models import SocialLogin, SocialToken
    from django.http import HttpRequest, HttpResponse

PROVIDER_ID = "franceconnect"
IDENTITY_CLAIMS = ("given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry")

logger = logging.getLogger(__name__)


class FranceConnectAdapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter with the checks it leaves out: signatures, nonce, level, signed user information."""

    def __init__(self, request: HttpRequest, provider_id: str = PROVIDER_ID) -> None:
        super().__init__(request, provider_id)
        # What the session kept of the request that this answer answers.
        self.state: dict[str, Any] = {}

    @property
    def authorize_url(self) -> str:
        return endpoints().authorization

    @property
    def access_token_url(self) -> str:
        return endpoints().token

    @property
    def basic_auth(self) -> bool:
        return False

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        # Registered at FranceConnect to the letter: the origin is the site's, not the one the request names.
        return settings.SITE_URL + reverse("accounts:franceconnect_callback")

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": request.GET["code"],
            "redirect_uri": self.get_callback_url(request, app),
            "client_id": app.client_id,
            "client_secret": app.secret,
        }
        if pkce_code_verifier:
            form["code_verifier"] = pkce_code_verifier
        given = post_form(endpoints().token, form)
        if not isinstance(given.get("access_token"), str) or not isinstance(given.get("id_token"), str):
            raise WrongAnswer("tokens_missing")
        return given

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        given = kwargs["response"]
        answer = self._verified(app.client_id, given)
        # Kept with the state, in the session alone, until the sign-in is over.
        self.state["identity"] = asdict(pivot_identity(answer.userinfo))
        self.state["reached"] = answer.level.value
        self.state["id_token"] = given["id_token"]
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, dict(answer.userinfo))
        return login

    def _verified(self, client_id: str, given: dict[str, Any]) -> VerifiedAnswer:
        expected = Expected(
            issuer=settings.FRANCECONNECT_ISSUER,
            client_id=client_id,
            nonce=self.state["nonce"],
            level=AssuranceLevel(self.state["level"]),
        )
        id_token = with_published_keys(
            lambda keys: verify_id_token(given["id_token"], keys=keys, expected=expected, now=timezone.now())
        )
        answer = call(
            "GET", endpoints().userinfo, headers={"Authorization": f"Bearer {given['access_token']}"}
        )
        # Unsigned JSON is what FranceConnect v1 answered: v2 signs, and we take nothing less.
        if answer.headers.get("content-type", "").partition(";")[0].strip() != "application/jwt":
            raise WrongAnswer("userinfo_unsigned")
        return with_published_keys(
            lambda keys: verify_userinfo(answer.text, keys=keys, expected=expected, id_token=id_token)
        )


def with_published_keys(check: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """The check with the keys we kept and, when one is unknown, with those published now."""
    try:
        return check(signing_keys())
    except UnknownKey:
        return check(signing_keys(again=True))


def pivot_identity(userinfo: Any) -> PivotIdentity:
    """Raises WrongAnswer when what names a person is missing."""
    if not all(isinstance(userinfo.get(claim), str) for claim in ("given_name", "family_name", "birthdate")):
        raise WrongAnswer("identity_incomplete")
    return PivotIdentity(**{claim: str(userinfo.get(claim) or "") for claim in IDENTITY_CLAIMS})


class FranceConnectCallback(OAuth2CallbackView):
    """allauth's callback, which takes the state out of the session once; the adapter needs it for the nonce."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[dict[str, Any] | None, Any]:
        state, refused = super()._get_state(request, provider)
        if state is not None:
            self.adapter.state = state  # type: ignore[attr-defined]
        return state, refused


def refusal_of(
    request: HttpRequest, error: str | None, exception: Exception | None, context: dict[str, Any] | None
) -> FranceConnectRefused:
    """The refusal behind what allauth reports: ours as it is, its own translated."""
    if isinstance(exception, FranceConnectRefused):
        return exception
    if error == AuthError.CANCELLED:
        return Cancelled()
    if exception is None and "state_id" in (context or {}):
        return StateUnknown()
    return WrongAnswer("provider_error" if exception is None else "library")


def refusal_page(request: HttpRequest, refusal: FranceConnectRefused) -> HttpResponse:
    """A page that says what happened and what to do; one line in the log, which names nobody."""
    logger.warning("franceconnect_refused", extra={"reason": refusal.code})
    context = {"refusal": refusal, "signed_in": request.user.is_authenticated}
    return render(request, "accounts/franceconnect_refused.html", context, status=refusal.status)

"""What allauth asks about people who come through another system's sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.urls import reverse

from accounts.franceconnect.sign_in import PROVIDER_ID, refusal_of, refusal_page
from accounts.selectors.identity import PivotIdentity
from accounts.services.franceconnect import check_same_person, user_of_identity
from accounts.services.sign_in_proofs import keep_franceconnect_proof

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest

    from accounts.models import User


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.account.provider == PROVIDER_ID:
            recognise(request, sociallogin)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        if provider.id == PROVIDER_ID:
            refusal = refusal_of(request, error, exception, extra_context)
            raise ImmediateHttpResponse(refusal_page(request, refusal))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("accounts:franceconnect_link")

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Never: an address says where to write, not who someone is."""
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        # The person says where we may write to them; FranceConnect is not asked for it.
        return False


def recognise(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Whose sign-in this is: by the subject already linked, else by the identity. Raises FranceConnectRefused."""
    identity = PivotIdentity(**sociallogin.state["identity"])
    linked = sociallogin.user if sociallogin.is_existing else None
    if sociallogin.state["process"] in (AuthProcess.CONNECT, AuthProcess.REDIRECT):
        user = cast("User", request.user)
        check_same_person(user=user, linked=linked, subject=sociallogin.account.uid, identity=identity)
        keep_franceconnect_proof(request, user, sociallogin.state)
    elif linked is None:
        known = user_of_identity(identity)
        if known is not None:
            sociallogin.connect(request, known)

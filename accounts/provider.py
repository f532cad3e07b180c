"""The provider that allauth finds by the name of this module: FranceConnect, with what its own one leaves out."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import (
    OpenIDConnectProvider,
    OpenIDConnectProviderAccount,
)

from accounts.enums import AssuranceLevel
from accounts.franceconnect.endpoints import endpoints
from accounts.franceconnect.sign_in import PROVIDER_ID, FranceConnectAdapter

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# The identity and nothing else: no e-mail, by which nobody is recognised here (minimisation, GDPR article 5).
SCOPES = ("openid", "given_name", "family_name", "gender", "birthdate", "birthplace", "birthcountry")
# FranceConnect refuses a state or a nonce shorter than 32 characters.
RANDOM_BYTES = 32


class FranceConnectAccount(OpenIDConnectProviderAccount):
    def to_str(self) -> str:
        return "FranceConnect"


class FranceConnectProvider(OpenIDConnectProvider):
    id = PROVIDER_ID
    name = "FranceConnect"
    account_class = FranceConnectAccount
    oauth2_adapter_class = FranceConnectAdapter
    # Only the code flow with its state and nonce is open.
    supports_token_authentication = False

    def get_default_scope(self) -> list[str]:
        return list(SCOPES)

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        # What is asked is ours to say, not the query string's.
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return {}

    def get_pkce_params(self) -> dict[str, str]:
        return generate_code_challenge() if endpoints().offers_pkce else {}

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Send the person to FranceConnect. `level`: the assurance asked, kept with the nonce in the session."""
        level = AssuranceLevel(kwargs.pop("level", AssuranceLevel.EIDAS1))
        nonce = secrets.token_urlsafe(RANDOM_BYTES)
        kwargs["auth_params"] = {"nonce": nonce, "acr_values": level.value}
        response: HttpResponse = super().redirect(
            request, process, next_url, data,
            state_id=secrets.token_urlsafe(RANDOM_BYTES), nonce=nonce, level=level.value, **kwargs,
        )  # fmt: skip
        return response

    def extract_uid(self, data: Any) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing: the link keeps the subject alone. The identity is the holder's, not a second copy's."""
        return {}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {"first_name": data.get("given_name"), "last_name": data.get("family_name")}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


provider_classes = [FranceConnectProvider]

"""The OpenID Connect server itself: idpyoidc, configured as FranceConnect v2 behaves.

Code flow with PKCE, identity token and user information both signed with ES256, levels eidas1 and eidas2, a single
client, logout by a redirect with the identity token.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from idpyoidc.message.oidc import verified_claim_name
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.oidc.session import Session
from idpyoidc.server.user_authn.user import UserAuthnMethod, create_signed_jwt

LEVELS = ("eidas1", "eidas2")
SIGNATURE = "ES256"
IDENTITY_CLAIMS = (
    "given_name", "given_name_array", "family_name", "gender", "birthdate", "birthplace", "birthcountry",
)  # fmt: skip
SCOPES = {
    "openid": ["sub"],
    **{claim: [claim] for claim in IDENTITY_CLAIMS},
    "given_name": ["given_name", "given_name_array"],
}
CODE_SECONDS, TOKEN_SECONDS = 60, 300
# It must still be valid as a hint when the person leaves.
ID_TOKEN_SECONDS = 12 * 3600


@dataclass(frozen=True)
class ProviderSettings:
    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    logout_uri: str
    # What makes the subject of a person the same from one start to the next.
    salt: str
    # Where the signing key is kept, so that tokens outlive a restart; empty: a new key at each start.
    key_file: str = ""


class PersonChoice(UserAuthnMethod):
    """Instead of a password, the page asks who one wants to be. Each request asks again: no single sign-on."""

    url_endpoint = "/personne"

    def __init__(self, page: Any, level: str, upstream_get: Any = None) -> None:
        super().__init__(upstream_get=upstream_get)
        self.page, self.level = page, level

    def authenticated_as(self, client_id: str, cookie: Any = None, **_: Any) -> tuple[None, int]:
        return None, 0

    def __call__(self, **request: Any) -> str:
        context = self.upstream_get("context")
        token = create_signed_jwt(
            context.issuer, self.upstream_get("attribute", "keyjar"), sign_alg=SIGNATURE, **request
        )
        return str(self.page(token=token, level=self.level))

    def verify(self, **form: Any) -> str:
        return str(form["person"])


class Logout(Session):
    """A redirected browser cannot prove that it is a client: the identity token that it brings tells who asks."""

    def client_authentication(self, request: Any, http_info: Any = None, **_: Any) -> dict[str, Any]:
        return {}

    def process_request(self, request: Any = None, http_info: Any = None, **_: Any) -> dict[str, str]:
        # The library would look for the session under a cookie that it writes in another form than it reads.
        context = self.upstream_get("context")
        hint = request[verified_claim_name("id_token_hint")]
        registered = context.cdb[hint["aud"][0]]["post_logout_redirect_uri"][0]
        if request["post_logout_redirect_uri"] != registered:
            raise ValueError("this address is not registered for the return after logout")
        context.session_manager.revoke_client_session(hint["sid"])
        return {"redirect_location": f"{registered}?{urlencode({'state': request['state']})}"}


def new_server(settings: ProviderSettings, people: dict[str, dict[str, Any]], page: Any) -> Server:
    """A server that knows these people and one client. `page(token, level)` gives the HTML of the choice."""
    server = Server(OPConfiguration(conf=configuration(settings, people, page), base_path="."), cwd=".")
    server.context.cdb[settings.client_id] = {
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "redirect_uris": [(settings.redirect_uri, {})],
        "post_logout_redirect_uri": (settings.logout_uri, {}),
        "response_types": ["code"],
        "response_types_supported": ["code"],
        "token_endpoint_auth_method": "client_secret_post",
        "allowed_scopes": list(SCOPES),
        "id_token_signed_response_alg": SIGNATURE,
        "userinfo_signed_response_alg": SIGNATURE,
    }
    server.keyjar.add_symmetric(settings.client_id, settings.client_secret)
    return server


def configuration(settings: ProviderSettings, people: dict[str, Any], page: Any) -> dict[str, Any]:
    return {
        "issuer": settings.issuer,
        "httpc_params": {"verify": True, "timeout": 4},
        "subject_types_supported": ["public"],
        "scopes_to_claims": SCOPES,
        "key_conf": {
            "uri_path": "jwks.json",
            "key_defs": [{"type": "EC", "crv": "P-256", "use": ["sig"]}],
            **({"private_path": settings.key_file, "read_only": False} if settings.key_file else {}),
        },
        "cookie_handler": {
            "class": "idpyoidc.server.cookie_handler.CookieHandler",
            "kwargs": {
                "keys": {"key_defs": [{"type": "OCT", "kid": use, "use": [use]} for use in ("enc", "sig")]},
                "name": {
                    "session": "idp-session",
                    "register": "idp-client",
                    "session_management": "idp-sman",
                },
                "flags": {"samesite": "Lax", "httponly": True},
            },
        },
        "session_params": {
            "sub_func": {
                "public": {
                    "class": "idpyoidc.server.session.manager.PublicID",
                    "kwargs": {"salt": settings.salt},
                }
            }
        },
        "token_handler_args": {
            "code": {"lifetime": CODE_SECONDS},
            "token": {
                "class": "idpyoidc.server.token.jwt_token.JWTToken",
                "kwargs": {"lifetime": TOKEN_SECONDS},
            },
            "id_token": {
                "class": "idpyoidc.server.token.id_token.IDToken",
                "kwargs": {
                    "lifetime": ID_TOKEN_SECONDS,
                    "id_token_signing_alg_values_supported": [SIGNATURE],
                    "base_claims": {"acr": {"essential": True}, "auth_time": None},
                },
            },
        },
        "endpoint": endpoints(),
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_method": "S256"},
            }
        },
        "authentication": {
            level: {"acr": level, "class": PersonChoice, "kwargs": {"page": page, "level": level}}
            for level in LEVELS
        },
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": people}},
        "authz": {
            "class": "idpyoidc.server.authz.AuthzHandling",
            "kwargs": {
                "grant_config": {
                    "usage_rules": {
                        "authorization_code": {
                            "supports_minting": ["access_token", "id_token"],
                            "max_usage": 1,
                        },
                        "access_token": {},
                    },
                    "expires_in": TOKEN_SECONDS,
                }
            },
        },
    }


def endpoints() -> dict[str, Any]:
    module = "idpyoidc.server.oidc"
    return {
        "provider_config": {
            "path": ".well-known/openid-configuration",
            "class": f"{module}.provider_config.ProviderConfiguration",
            "kwargs": {"client_authn_method": None},
        },
        "authorization": {
            "path": "authorize",
            "class": f"{module}.authorization.Authorization",
            "kwargs": {
                "client_authn_method": None,
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
            },
        },
        "token": {
            "path": "token",
            "class": f"{module}.token.Token",
            "kwargs": {"client_authn_method": ["client_secret_post", "client_secret_basic"]},
        },
        "userinfo": {
            "path": "userinfo",
            "class": f"{module}.userinfo.UserInfo",
            "kwargs": {
                "client_authn_method": ["bearer_header"],
                "userinfo_signing_alg_values_supported": [SIGNATURE],
            },
        },
        "session": {
            "path": "logout",
            "class": Logout,
            "kwargs": {
                "client_authn_method": None,
                "signing_alg": SIGNATURE,
                "frontchannel_logout_supported": False,
                "backchannel_logout_supported": False,
            },
        },
    }

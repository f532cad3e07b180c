"""What we say of ourselves (service provider), and the requests that we sign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.settings import OneLogin_Saml2_Settings

if TYPE_CHECKING:
    from accounts.models import SAMLConnection


def address(connection: SAMLConnection, page: str) -> str:
    """From the site's own origin, never from what the request says of itself."""
    return f"{settings.SITE_URL}{reverse(f'accounts:saml_{page}', args=[connection.slug])}"


def configuration(connection: SAMLConnection) -> dict[str, Any]:
    """python3-saml's settings for one organisation: strict, requests signed, assertions signed."""
    return {
        "strict": True,
        "sp": {
            "entityId": address(connection, "metadata"),
            "assertionConsumerService": {
                "url": address(connection, "answer"),
                "binding": Constants.BINDING_HTTP_POST,
            },
            "NameIDFormat": Constants.NAMEID_PERSISTENT,
            "x509cert": _text(settings.SAML_SP_CERTIFICATE),
            "privateKey": _text(settings.SAML_SP_KEY),
            # Published beside the other while organisations take note of the next key.
            "x509certNew": _text(settings.SAML_SP_NEXT_CERTIFICATE),
        },
        "idp": {
            "entityId": connection.entity_id,
            "singleSignOnService": {"url": connection.sso_url, "binding": Constants.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": list(connection.certificates)},
        },
        "security": {
            "authnRequestsSigned": True,
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": True,
            "signatureAlgorithm": Constants.RSA_SHA256,
            "digestAlgorithm": Constants.SHA256,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowRepeatAttributeName": True,
        },
    }


def toolkit(connection: SAMLConnection, *, posted: dict[str, str] | None = None) -> OneLogin_Saml2_Auth:
    """python3-saml, told our own address instead of the Host header."""
    answer = urlsplit(address(connection, "answer"))
    request = {
        "https": "on" if answer.scheme == "https" else "off",
        "http_host": answer.netloc,
        "script_name": answer.path,
        "get_data": {},
        "post_data": posted or {},
    }
    return OneLogin_Saml2_Auth(request, configuration(connection))


def sign_in_address(connection: SAMLConnection) -> tuple[str, str]:
    """Where to send the browser, and the identifier of the signed request that the answer must name."""
    auth = toolkit(connection)
    return auth.login(return_to=""), auth.get_last_request_id()


def sp_metadata(connection: SAMLConnection) -> bytes:
    """Our metadata for that organisation, with both certificates during a change of key."""
    metadata = OneLogin_Saml2_Settings(configuration(connection), sp_validation_only=True).get_sp_metadata()
    return metadata if isinstance(metadata, bytes) else metadata.encode()


def _text(path: str) -> str:
    return Path(path).read_text(encoding="ascii") if path else ""

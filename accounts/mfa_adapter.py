from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings

from cpa_portal.kernel.encryption import decrypt, encrypt

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


class MFAAdapter(DefaultMFAAdapter):
    """Seeds of the second factor are stored encrypted: who reads the table cannot make codes."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys belong to the site's own address, whatever name the request used."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": str(settings.MFA_TOTP_ISSUER)}


def remember_proof(*, request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    """Giving oneself a second factor shows it: the session need not ask for it again at once."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)

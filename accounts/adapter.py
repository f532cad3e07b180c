"""How allauth behaves here: where people land, and how its messages leave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.shortcuts import resolve_url

from accounts.permissions import is_holder, may_activate
from accounts.ports import RenderedMessage
from accounts.selectors.staff import current_roles
from accounts.services.notifications import notify
from cpa_portal.kernel.encryption import decrypt, encrypt

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

SIGN_IN_MESSAGE = "sign_in_message"


class AccountAdapter(DefaultAccountAdapter):
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(landing_page(request.user))  # type: ignore[arg-type]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the message instead of sending it.

        The mail server's answer time would tell a known address from an unknown one, and its failure would
        lose the message. The body holds a link that opens the account: it is stored encrypted.
        """
        request = allauth_context.request
        mail = self.render_mail(template_prefix, email, {"request": request, "email": email, **context})
        html = next((part for part, kind in getattr(mail, "alternatives", ()) if kind == "text/html"), "")
        sealed = encrypt(json.dumps({"subject": mail.subject, "text": mail.body, "html": html}))
        notify(
            kind=SIGN_IN_MESSAGE,
            recipient=email,
            dedup_key=f"{SIGN_IN_MESSAGE}:{uuid4()}",
            context={"sealed": sealed},
        )


def landing_page(user: User) -> str:
    """The path or URL name where a person begins: the first role of settings.LANDING_PAGES that is theirs."""
    roles = current_roles(user)
    for role, page in settings.LANDING_PAGES.items():
        if role in roles or (role == "holder" and is_holder(user)):
            return str(page)
    return "accounts:activation_start" if may_activate(user) else "/"


def render_sign_in_message(context: dict[str, Any]) -> RenderedMessage:
    """The renderer of the messages above, named in settings.NOTIFICATION_RENDERERS."""
    parts = json.loads(decrypt(context["sealed"]))
    return RenderedMessage(subject=parts["subject"], text=parts["text"], html=parts["html"])

"""How allauth behaves here: where people land, and how its messages leave."""

from __future__ import annotations

import json
import logging
import secrets
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, resolve_url
from django.urls import reverse

from accounts.exceptions import TooManyContactChanges
from accounts.franceconnect.endpoints import endpoints, is_configured
from accounts.franceconnect.exceptions import FranceConnectRefused
from accounts.franceconnect.sign_in import PROVIDER_ID
from accounts.permissions import is_holder, may_activate
from accounts.ports import RenderedMessage
from accounts.selectors.diploma import asks_diploma_first
from accounts.selectors.identity import PivotIdentity
from accounts.selectors.staff import current_roles
from accounts.services.contact_changes import apply_email_change, ask_email_change, is_agreed
from accounts.services.devices import recognise_device
from accounts.services.franceconnect import link_holder_of_identity
from accounts.services.notifications import notify
from accounts.services.sign_in_proofs import (
    ID_TOKEN_KEY,
    franceconnect_logout_url,
    keep_franceconnect_proof,
)
from cpa_portal.kernel.encryption import decrypt, encrypt

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

logger = logging.getLogger(__name__)

SIGN_IN_MESSAGE = "sign_in_message"


class AccountAdapter(DefaultAccountAdapter):
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(landing_page(request.user))  # type: ignore[arg-type]

    def post_login(self, request: HttpRequest, user: User, **arguments: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **arguments)
        sociallogin = (arguments.get("signal_kwargs") or {}).get("sociallogin")
        if sociallogin is not None and sociallogin.account.provider == PROVIDER_ID:
            attach_holder(request, user, PivotIdentity(**sociallogin.state["identity"]))
            keep_franceconnect_proof(request, user, sociallogin.state)
        recognise_device(request=request, response=response, user=user)
        return response

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """The former address is asked first: the new one hears of the change once the former agreed."""
        address = emailconfirmation.email_address
        former = former_address(address)
        if former is None or is_agreed(user=address.user, new_email=address.email):
            super().send_confirmation_mail(request, emailconfirmation, signup)
            return
        try:
            token = ask_email_change(user=address.user, new_email=address.email)
        except TooManyContactChanges as refusal:
            messages.error(request, refusal.message)
            raise ImmediateHttpResponse(redirect("account_email")) from None
        link = f"{settings.SITE_URL}{reverse('accounts:contact_change')}?jeton={token}"
        context = {"user": address.user, "new_email": address.email, "confirm_url": link}
        self.send_mail("account/email/email_change_agreement", former.email, context)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        user, former = email_address.user, former_address(email_address)
        if former is not None and not is_agreed(user=user, new_email=email_address.email):
            return False
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed and former is not None:
            apply_email_change(user=user, new_email=email_address.email, former_email=former.email)
        return confirmed

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """FranceConnect's logout first, for a session that came from there; it sends the browser back here."""
        try:
            return logout_at_franceconnect(request) or super().get_logout_redirect_url(request)
        except FranceConnectRefused:
            # Leaving must work whatever happens there: the session of this site is closed all the same.
            return super().get_logout_redirect_url(request)

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


def former_address(address: EmailAddress) -> EmailAddress | None:
    """The verified address that this one would replace, None at sign-up."""
    others = EmailAddress.objects.filter(user_id=address.user_id, verified=True)
    former: EmailAddress | None = others.exclude(email__iexact=address.email).first()
    return former


def attach_holder(request: HttpRequest, user: User, identity: PivotIdentity) -> None:
    """A new user receives the holder that FranceConnect's identity designates; a doubt leaves them without one."""
    try:
        link_holder_of_identity(user=user, identity=identity)
    except FranceConnectRefused as refusal:
        logger.warning("franceconnect_refused", extra={"reason": refusal.code})
        messages.warning(request, refusal.message)


def logout_at_franceconnect(request: HttpRequest) -> str:
    """Raises FranceConnectRefused when it does not say where one logs out."""
    if ID_TOKEN_KEY not in request.session or not is_configured():
        return ""
    return franceconnect_logout_url(
        request,
        endpoint=endpoints().logout,
        return_url=settings.SITE_URL + reverse("accounts:franceconnect_logged_out"),
        state=secrets.token_urlsafe(32),
    )


FIRST_QUESTION = "accounts:diploma_question"


def landing_page(user: User) -> str:
    """The path or URL name where a person begins: the first role of settings.LANDING_PAGES that is theirs."""
    roles = current_roles(user)
    for role, page in settings.LANDING_PAGES.items():
        if role in roles:
            return str(page)
        if role == "holder" and is_holder(user):
            return FIRST_QUESTION if asks_diploma_first(user) else str(page)
    return "accounts:activation_start" if may_activate(user) else "/"


def render_sign_in_message(context: dict[str, Any]) -> RenderedMessage:
    """The renderer of the messages above, named in settings.NOTIFICATION_RENDERERS."""
    parts = json.loads(decrypt(context["sealed"]))
    return RenderedMessage(subject=parts["subject"], text=parts["text"], html=parts["html"])

"""What this room writes to people: rows here, rendered when they are sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.ports import RenderedMessage
from accounts.selectors.holders import holder_of
from accounts.services.notifications import notify
from cpa_portal.kernel.encryption import decrypt, encrypt
from cpa_portal.kernel.theme import current_portal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import ContactChange, Holder, IdentityProof, User

ACCOUNT_LINKED: Final = "accounts.account_linked"
SECURITY_EVENT: Final = "accounts.security_event"
RESTRICTION_END: Final = "accounts.restriction_end"
CONTACT_CHANGE: Final = "accounts.contact_change"


def announce_linked_account(*, holder: Holder, user: User) -> None:
    """Tell the person, at the address known before and at the user's, that a web user has opened their account."""
    for recipient in sorted({holder.email, user.email} - {""}):
        notify(
            kind=ACCOUNT_LINKED,
            recipient=recipient,
            holder=holder,
            dedup_key=f"{ACCOUNT_LINKED}:{holder.pk}:{user.pk}:{recipient}",
            context={"name": holder.display_name, "on": date_format(timezone.localtime(), "j F Y à G \\h i")},
        )


def render_account_linked(context: Mapping[str, Any]) -> RenderedMessage:
    subject = "Votre compte est ouvert"
    variables = {**context, "subject": subject, "portal": current_portal(), "site": settings.SITE_URL}
    return RenderedMessage(
        subject=subject,
        text=render_to_string("emails/accounts/account_linked.txt", variables),
        html=render_to_string("emails/accounts/account_linked.html", variables),
    )


def announce_identity_proof(*, holder: Holder, proof: IdentityProof) -> None:
    """Tell the person that their rights may now be spent: whoever did not ask for it must block the account."""
    announce_security_event(
        holder=holder,
        key=f"proof:{proof.pk}",
        subject="Votre identité a été vérifiée",
        what=f"Votre identité a été vérifiée ({proof.get_kind_display().lower()}) : vos droits peuvent être utilisés.",
    )


def announce_new_device(*, user: User, key: str) -> None:
    """Tell the person that their account was opened from a browser that was never seen with it."""
    _write_event(
        recipients={user.email},
        holder=holder_of(user),
        name=user.get_full_name(),
        key=f"device:{key}",
        subject="Nouvelle connexion à votre compte",
        what="Votre compte a été ouvert depuis un appareil ou un navigateur que nous ne connaissions pas.",
    )


def announce_security_event(*, holder: Holder, key: str, subject: str, what: str) -> None:
    """A message that says what happened to the account, to every address that we know, with the way to block it."""
    recipients = {holder.email, holder.user.email if holder.user else ""}
    _write_event(
        recipients=recipients - {""},
        holder=holder,
        name=holder.display_name,
        key=key,
        subject=subject,
        what=what,
    )


def _write_event(
    *, recipients: set[str], holder: Holder | None, name: str, key: str, subject: str, what: str
) -> None:
    for recipient in sorted(recipients):
        notify(
            kind=SECURITY_EVENT,
            recipient=recipient,
            holder=holder,
            dedup_key=f"{SECURITY_EVENT}:{key}:{recipient}",
            context={
                "name": name,
                "subject": subject,
                "what": what,
                "on": date_format(timezone.localtime(), "j F Y à G \\h i"),
            },
        )


def render_security_event(context: Mapping[str, Any]) -> RenderedMessage:
    variables = {**context, "portal": current_portal(), "site": settings.SITE_URL}
    return RenderedMessage(
        subject=context["subject"],
        text=render_to_string("emails/accounts/security_event.txt", variables),
        html=render_to_string("emails/accounts/security_event.html", variables),
    )


def ask_agreement_to_contact_change(*, holder: Holder, change: ContactChange, token: str) -> None:
    """Send the link that agrees to the change, to the e-mail in force. Stored encrypted: it is worth the change."""
    link = f"{settings.SITE_URL}{reverse('accounts:contact_change')}?jeton={token}"
    facts = {"name": holder.display_name, "kind": change.get_what_display().lower(), "link": link}
    recipient = holder.user.email if holder.user else holder.email
    notify(
        kind=CONTACT_CHANGE,
        recipient=recipient,
        holder=holder,
        dedup_key=f"{CONTACT_CHANGE}:{change.pk}",
        context={"sealed": encrypt(json.dumps({**facts, "new_value": change.new_value}))},
    )


def render_contact_change(context: Mapping[str, Any]) -> RenderedMessage:
    facts = json.loads(decrypt(context["sealed"]))
    subject = "Acceptez-vous ce changement de coordonnées ?"
    variables = {**facts, "subject": subject, "portal": current_portal(), "site": settings.SITE_URL}
    return RenderedMessage(
        subject=subject,
        text=render_to_string("emails/accounts/contact_change.txt", variables),
        html=render_to_string("emails/accounts/contact_change.html", variables),
    )


def announce_restriction_end(*, holder: Holder, key: str, recipient: str, what: str) -> None:
    """The notice that the law asks for before a restriction ends, or the word that it ended as asked."""
    notify(
        kind=RESTRICTION_END,
        recipient=recipient,
        holder=holder,
        dedup_key=f"{RESTRICTION_END}:{key}",
        context={"name": holder.display_name, "what": what},
    )


def render_restriction_end(context: Mapping[str, Any]) -> RenderedMessage:
    subject = "La limitation de l’usage de vos données prend fin"
    variables = {**context, "subject": subject, "portal": current_portal(), "site": settings.SITE_URL}
    return RenderedMessage(
        subject=subject,
        text=render_to_string("emails/accounts/restriction_end.txt", variables),
        html=render_to_string("emails/accounts/restriction_end.html", variables),
    )

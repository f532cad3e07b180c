"""What is written to staff: invitations, ended habilitations, alarms. None says anything of a holder."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Invitation
from accounts.ports import RenderedMessage
from accounts.services.habilitations import invitation_link
from cpa_portal.kernel.theme import current_portal

if TYPE_CHECKING:
    from collections.abc import Mapping


def render_invitation(context: Mapping[str, Any]) -> RenderedMessage:
    """The link is made when the message leaves: no table holds it."""
    invitation = Invitation.objects.select_related("invited_by").get(pk=context["invitation"])
    return _render(
        "invitation",
        "Vous êtes invité à rejoindre l’espace de travail",
        {"invitation": invitation, "address": invitation_link(invitation)},
    )


def render_closed(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("habilitation_closed", "Une de vos habilitations est fermée", {"scope": context["scope"]})


def render_alarm(context: Mapping[str, Any]) -> RenderedMessage:
    facts = {
        "day": date.fromisoformat(context["day"]),
        "count": context["count"],
        "address": f"{settings.SITE_URL}{reverse('accounts:alarm_list')}",
    }
    return _render("alarm_raised", "Consultations à vérifier", facts)


def _render(template: str, subject: str, facts: dict[str, Any]) -> RenderedMessage:
    variables = {**facts, "subject": subject, "portal": current_portal()}
    return RenderedMessage(
        subject=subject,
        text=render_to_string(f"emails/accounts/{template}.txt", variables),
        html=render_to_string(f"emails/accounts/{template}.html", variables),
    )

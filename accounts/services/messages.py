"""What this room writes to people: rows here, rendered when they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from accounts.ports import RenderedMessage
from accounts.services.notifications import notify
from cpa_portal.kernel.theme import current_portal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Holder, User

ACCOUNT_LINKED: Final = "accounts.account_linked"


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

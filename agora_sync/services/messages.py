"""What is written to those who work with the flows. None of it says anything of a person: the pages do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string

from accounts.ports import RenderedMessage
from accounts.services.notifications import notify
from cpa_portal.kernel.theme import current_portal

STAFF_NOTICE: Final = "agora_sync.staff_notice"


def tell_staff(*, recipients: Iterable[str], key: str, subject: str, what: str, path: str) -> None:
    """Write to each address, in the caller's transaction. The same key writes once to each. `path`: of our site."""
    for recipient in sorted(set(recipients) - {""}):
        notify(
            kind=STAFF_NOTICE,
            recipient=recipient,
            dedup_key=f"{STAFF_NOTICE}:{key}:{recipient}"[:200],
            context={"subject": subject, "what": what, "address": f"{settings.SITE_URL}{path}"},
        )


def render_staff_notice(context: Mapping[str, Any]) -> RenderedMessage:
    variables = {**context, "portal": current_portal()}
    return RenderedMessage(
        subject=context["subject"],
        text=render_to_string("emails/agora_sync/staff_notice.txt", variables),
        html=render_to_string("emails/agora_sync/staff_notice.html", variables),
    )

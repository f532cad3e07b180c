"""The values sent back to those who wrote them, as each side sees them."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q

from accounts.enums import StaffRole
from accounts.models import User
from accounts.selectors.staff import scope_codes
from agora_sync.models import Exchange, SendingBack
from agora_sync.models.handling import SendingBackQuerySet

SHOWN = 100


def sendings_for(user: User) -> SendingBackQuerySet:
    """What was sent back to the user, or to the organisation that they act for."""
    own = scope_codes(user, StaffRole.TRAINING_ORGANISATION) - {""}
    return SendingBack.objects.filter(Q(colleague=user) | Q(organisation_siret__in=own))


def sendings_shown(user: User, *, today: date) -> list[tuple[SendingBack, bool]]:
    """The last ones with whether they are overdue, those that wait first, by date. One query."""
    found = sendings_for(user).filter(withdrawn_at__isnull=True).select_related("exchange__training_file")
    rows = found.order_by(F("answered_at").desc(nulls_first=True), "due_on", "pk")[:SHOWN]
    return [(row, row.is_overdue(today)) for row in rows]


def sendings_of(exchange: Exchange) -> list[SendingBack]:
    """Those of one exchange, the last first. One query."""
    rows = exchange.sendings_back.select_related("sent_by", "colleague", "answered_by", "withdrawn_by")
    return list(rows.order_by("-sent_at", "-pk"))


def answered_values(exchange: Exchange) -> dict[str, str]:
    """By field, the value that its author said is right; the last answer counts. One query."""
    answered = exchange.sendings_back.filter(answered_at__isnull=False).exclude(right_value="")
    return dict(answered.order_by("answered_at").values_list("field", "right_value"))

"""Finding that a trace exists. What it says stays closed: opening one is for a fraud or audit case (later work)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from agora_sync.models import Trace

SHOWN = ("id", "at", "kind", "direction", "exchange_id", "request_id", "partner_code", "operation", "sha256")
MOST_SHOWN = 200


def traces_matching(
    *,
    identifier: UUID | None = None,
    partner_code: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Trace]:
    """Traces without their content, in the order of their writing. `identifier`: of the trace or of the request."""
    asked: dict[str, Any] = {"partner_code": partner_code, "at__date__gte": since, "at__date__lte": until}
    found = Trace.objects.filter(**{name: value for name, value in asked.items() if value})
    if identifier:
        found = found.filter(Q(exchange_id=identifier) | Q(request_id=identifier))
    return found.only(*SHOWN).order_by("at", "pk")

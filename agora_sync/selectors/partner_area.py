"""What a partner may know of its own exchanges with AGORA. Nothing here looks at another partner's rows."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agora_sync.enums import Direction
from agora_sync.models import Exchange, Partner

# The last vectors tell of the clock of today.
MEASURED_OVER = timedelta(days=1)
MOST_MEASURED = 20


@dataclass(frozen=True)
class Skew:
    """How far the caller's clock is from ours: seconds ahead (behind below zero), median of its last vectors.

    Making, signing and sending a vector takes time, which counts as being behind.
    """

    seconds: float
    vectors: int
    last_at: datetime


def own_exchange(partner: Partner, trace_id: UUID) -> Exchange | None:
    """The call of that partner which bears this trace identifier; None for unknown ones and those of others alike."""
    return Exchange.objects.filter(pk=trace_id, partner=partner, direction=Direction.INCOMING).first()


def measured_skew(partner: Partner, *, at: datetime) -> Skew | None:
    """From IssueInstant and the reception of the last vectors whose signature held. None without any. One query."""
    seen = Exchange.objects.filter(
        partner=partner,
        direction=Direction.INCOMING,
        created_at__gt=at - MEASURED_OVER,
        vector_issued_at__isnull=False,
    ).order_by("-created_at")
    measured = [
        (received, (issued - received).total_seconds())
        for issued, received in seen.values_list("vector_issued_at", "last_attempt_at")[:MOST_MEASURED]
        if issued is not None and received is not None
    ]
    if not measured:
        return None
    median = statistics.median(seconds for _, seconds in measured)
    return Skew(round(median, 1), len(measured), measured[0][0])

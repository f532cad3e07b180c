"""Each page that a partner opens in its own area is written down before it is shown, and counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from agora_sync.exceptions import TooManyVisits
from agora_sync.models import Partner, PartnerVisit

COUNTED_OVER = timedelta(minutes=1)


def record_visit(
    *, partner: Partner, now: datetime, trace_id: UUID | None = None, was_found: bool = False
) -> None:
    """Write one visit. Raises TooManyVisits beyond settings.PARTNER_VISITS a minute for one partner."""
    limit = settings.PARTNER_VISITS
    if limit and PartnerVisit.objects.filter(partner=partner, at__gt=now - COUNTED_OVER).count() >= limit:
        raise TooManyVisits
    PartnerVisit.objects.create(partner=partner, trace_id=trace_id, was_found=was_found)

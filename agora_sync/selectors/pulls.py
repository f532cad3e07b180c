"""Whose files are worth reading from AGORA now."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from accounts.models import Holder

# People who came in the last two days may be looking at their page.
ABOUT = timedelta(days=2)
PULLED_EVERY = timedelta(minutes=10)


def holders_to_pull(*, at: datetime, limit: int) -> list[UUID]:
    """Living holders who signed in lately and were not read for a while, or asked and were not served."""
    never = Q(agora_pull__isnull=True) | Q(agora_pull__pulled_at__isnull=True)
    stale = never | Q(agora_pull__pulled_at__lte=at - PULLED_EVERY)
    asked = Q(agora_pull__requested_at__isnull=False) & (
        never | Q(agora_pull__requested_at__gt=F("agora_pull__pulled_at"))
    )
    free = Q(agora_pull__lease_until__isnull=True) | Q(agora_pull__lease_until__lte=at)
    return list(
        Holder.objects.filter(
            free,
            asked | (stale & Q(user__last_login__gte=at - ABOUT)),
            deceased_on__isnull=True,
        )
        .order_by(F("agora_pull__pulled_at").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)[:limit]
    )

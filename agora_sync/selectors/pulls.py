"""Whose files are worth reading from AGORA now."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Holder, HolderNIR

# Signed in since, read again after: who just came in is looking at the page, who came yesterday may come back to it.
RHYTHMS = (
    (timedelta(minutes=15), timedelta(seconds=20)),
    (timedelta(hours=1), timedelta(minutes=2)),
    (timedelta(days=2), timedelta(minutes=15)),
)


def holders_to_pull(*, at: datetime, limit: int) -> list[UUID]:
    """Living holders who signed in lately and were not read for a while, or asked and were not served."""
    never = Q(agora_pull__isnull=True) | Q(agora_pull__pulled_at__isnull=True)
    about = Q()
    for signed_in, again in RHYTHMS:
        stale = never | Q(agora_pull__pulled_at__lte=at - again)
        about |= Q(user__last_login__gte=at - signed_in) & stale
    asked = Q(agora_pull__requested_at__isnull=False) & (
        never | Q(agora_pull__requested_at__gt=F("agora_pull__pulled_at"))
    )
    # AGORA knows people by their NIR: without one there is nothing to ask.
    known = HolderNIR.objects.filter(holder=OuterRef("pk"), until__isnull=True)
    free = Q(agora_pull__lease_until__isnull=True) | Q(agora_pull__lease_until__lte=at)
    return list(
        Holder.objects.filter(free, asked | about, Exists(known), deceased_on__isnull=True)
        .order_by(F("agora_pull__pulled_at").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)[:limit]
    )

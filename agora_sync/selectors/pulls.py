"""Whose files are worth reading from AGORA now."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Holder, HolderNIR

# Who just signed in is looking at their page; who came in the last two days may come back to it.
LOOKING, LOOKING_PULLED_EVERY = timedelta(hours=1), timedelta(minutes=1)
ABOUT, ABOUT_PULLED_EVERY = timedelta(days=2), timedelta(minutes=15)


def holders_to_pull(*, at: datetime, limit: int) -> list[UUID]:
    """Living holders who signed in lately and were not read for a while, or asked and were not served."""
    never = Q(agora_pull__isnull=True) | Q(agora_pull__pulled_at__isnull=True)
    looking = Q(user__last_login__gte=at - LOOKING) & _older(at - LOOKING_PULLED_EVERY, never)
    about = Q(user__last_login__gte=at - ABOUT) & _older(at - ABOUT_PULLED_EVERY, never)
    asked = Q(agora_pull__requested_at__isnull=False) & (
        never | Q(agora_pull__requested_at__gt=F("agora_pull__pulled_at"))
    )
    # AGORA knows people by their NIR: without one there is nothing to ask.
    known = HolderNIR.objects.filter(holder=OuterRef("pk"), until__isnull=True)
    free = Q(agora_pull__lease_until__isnull=True) | Q(agora_pull__lease_until__lte=at)
    return list(
        Holder.objects.filter(free, asked | looking | about, Exists(known), deceased_on__isnull=True)
        .order_by(F("agora_pull__pulled_at").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)[:limit]
    )


def _older(instant: datetime, never: Q) -> Q:
    return never | Q(agora_pull__pulled_at__lte=instant)

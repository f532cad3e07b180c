from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from accounts.enums import DataRequestKind, DataRequestState
from accounts.models import DataRequest

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import Holder


def restrictions_holding(now: datetime) -> QuerySet[DataRequest]:
    """The restrictions of the use of data that hold at that instant: asked, accepted, and not over yet."""
    return DataRequest.objects.filter(
        Q(restriction_lifted_at__isnull=True) | Q(restriction_lifted_at__gt=now),
        kind=DataRequestKind.RESTRICTION,
        state=DataRequestState.ACCEPTED,
    )


def is_restricted(holder: Holder) -> bool:
    """Whether the use of the person's data is restricted: asked, accepted, and not over. One query.

    Their data is then kept and shown to them, to the officer and to whoever answers for security; advisers,
    mandataries and third parties see nothing more of it (GDPR, article 18, paragraph 2).
    """
    return restrictions_holding(timezone.now()).filter(holder=holder).exists()


def all_restrictions(now: datetime) -> list[DataRequest]:
    """Every restriction that holds, for the officer, the oldest first. One query."""
    rows = restrictions_holding(now).select_related("holder", "answered_by", "restriction_lifted_by")
    return list(rows.order_by("answered_at"))

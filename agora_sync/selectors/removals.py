"""The months of traces that were lawfully removed, each statement checked before it excuses anything."""

from __future__ import annotations

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from agora_sync.evidence.removals import RemovedMonth
from agora_sync.models import TraceRemoval
from agora_sync.selectors.retention import holds_on, longest_duration


def removed_months() -> list[RemovedMonth]:
    """In order. Raises ValueError, with what is wrong, for one that is not ours or that was not lawful."""
    return [_checked(row) for row in TraceRemoval.objects.order_by("month")]


def _checked(row: TraceRemoval) -> RemovedMonth:
    said = RemovedMonth(row.month, row.rows, row.ground, row.removed_at)
    if not said.is_signed(key_id=row.key_id, signature=row.signature):
        raise ValueError(f"le retrait du mois {row} n’est pas signé par le portail")
    kept = holds_on(row.month).filter(
        Q(lifted_at__isnull=True) | Q(lifted_at__gt=row.removed_at), placed_at__lte=row.removed_at
    )
    if kept.exists():
        raise ValueError(f"le mois {row} a été retiré malgré une retenue")
    least = longest_duration([], row.removed_at.date()).number
    if row.removed_at < said.until + relativedelta(months=least):
        raise ValueError(f"le mois {row} a été retiré avant la fin de sa durée")
    return said

"""The flows of a region at a glance: by state, day after day, and what has waited longest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from agora_sync.enums import Direction, ExchangeState
from agora_sync.selectors.exchanges import exchanges_for
from agora_sync.selectors.rejects import STOPPED, rejected_exchanges
from cpa_portal.kernel.charts import Chart, ChartKind, draw_chart

DAYS = 14
# What became of the exchanges, in the words of the chart.
SERIES: dict[str, tuple[str, Sequence[ExchangeState]]] = {
    "done": ("Aboutis", (ExchangeState.DONE,)),
    "stopped": ("Refusés ou illisibles", STOPPED),
    "pending": ("En attente", (ExchangeState.PENDING,)),
    "abandoned": ("Sans objet", (ExchangeState.ABANDONED,)),
}


@dataclass(frozen=True)
class Waiting:
    """Since when the oldest waits, None when nothing does."""

    to_send: datetime | None
    to_correct: datetime | None


def oldest_waiting(user: User) -> Waiting:
    """Two queries."""
    pending = exchanges_for(user).filter(state=ExchangeState.PENDING, direction=Direction.OUTGOING)
    return Waiting(
        to_send=pending.order_by().aggregate(since=Min("created_at"))["since"],
        to_correct=rejected_exchanges(user).order_by().aggregate(since=Min("created_at"))["since"],
    )


def daily_flows(user: User, *, today: date) -> dict[date, dict[str, int]]:
    """By day of creation (Paris), the last DAYS days, how many exchanges are in each state now. One query."""
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    since = timezone.make_aware(datetime.combine(days[0], datetime.min.time()))
    rows = (
        exchanges_for(user)
        .filter(created_at__gte=since)
        .order_by()
        .values(day=TruncDate("created_at"))
        .annotate(**{name: Count("pk", filter=Q(state__in=states)) for name, (_, states) in SERIES.items()})
    )
    found = {row.pop("day"): row for row in rows}
    return {day: found.get(day, dict.fromkeys(SERIES, 0)) for day in days}


def flow_chart(flows: dict[date, dict[str, int]]) -> Chart | None:
    """The same figures drawn and as a table; None when nothing was exchanged, which a sentence says better."""
    if not any(count for counts in flows.values() for count in counts.values()):
        return None
    return draw_chart(
        kind=ChartKind.LINES,
        caption=f"Échanges des {DAYS} derniers jours, selon leur état aujourd’hui",
        label_header="Jour",
        labels=[f"{day:%d/%m}" for day in flows],
        series={label: [counts[name] for counts in flows.values()] for name, (label, _) in SERIES.items()},
    )

"""How long each month of traces is kept, under which text, and what holds it back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.db.models import Q, QuerySet

from agora_sync.enums import TraceKind
from agora_sync.evidence.removals import first_instant, next_month
from agora_sync.models import Trace, TraceCase, TraceHold, TraceSeal
from agora_sync.selectors.cases import covered_keys
from rights.parameters import DatedValue, value_on

# What the law asks, kind by kind; the agreement with AGORA asks for its own duration of all of them.
LEGAL_DURATION: dict[str, str] = {
    TraceKind.VECTOR_CREATED: "technical_trace_months",
    TraceKind.REQUEST_RECEIVED: "application_trace_months",
    TraceKind.ANSWER_SENT: "application_trace_months",
    TraceKind.REQUEST_SENT: "application_trace_months",
    TraceKind.ANSWER_RECEIVED: "application_trace_months",
}
AGREED_DURATION = "agreed_trace_months"
_PARTITION = re.compile(r"^agora_sync_trace_(\d{4})_(\d{2})$")
_PARTITIONS = """
SELECT relname FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace
WHERE space.nspname = 'partitions' AND relkind = 'r' ORDER BY relname
"""


@dataclass(frozen=True)
class MonthStanding:
    """A month of traces: until when it is kept and why. `held_by` is empty when it may go."""

    month: date
    rows: int
    kept_until: date
    ground: str
    held_by: str


def months_of_traces() -> list[date]:
    """The months that have their partition, detached or not, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS)
        found = [_PARTITION.match(name) for (name,) in cursor.fetchall()]
    return [date(int(name[1]), int(name[2]), 1) for name in found if name]


def longest_duration(kinds: Iterable[str], today: date) -> DatedValue:
    """The longest lawful duration, in months, of the law for these kinds and of the agreement."""
    names = {AGREED_DURATION, *(LEGAL_DURATION[kind] for kind in kinds)}
    return max((value_on(name, today) for name in sorted(names)), key=lambda value: value.number)


def standing_of_month(month: date, today: date) -> MonthStanding:
    """Whether a month may go on that day. Reads the month once."""
    since, until = first_instant(month), first_instant(next_month(month))
    traces = Trace.objects.filter(at__gte=since, at__lt=until)
    kinds = traces.order_by("kind").values_list("kind", flat=True).distinct()
    duration = longest_duration(kinds, today)
    kept_until = next_month(month) + relativedelta(months=duration.number)
    return MonthStanding(
        month=month,
        rows=traces.count(),
        kept_until=kept_until,
        ground=f"{duration.number} mois. {duration.source}",
        held_by=_held_by(month, since, until, kept_until, today),
    )


def _held_by(month: date, since: datetime, until: datetime, kept_until: date, today: date) -> str:
    if today < kept_until:
        return f"conservé jusqu’au {kept_until:%d/%m/%Y}"
    hold = holds_on(month).filter(lifted_at__isnull=True).first()
    if hold is not None:
        return f"retenue : {hold}"
    case = _open_case_on(since, until)
    if case is not None:
        return f"affaire ouverte : {case}"
    last = TraceSeal.objects.defer("entries").order_by("number").last()
    unsealed = Trace.objects.filter(at__gte=max(since, last.to_at) if last else since, at__lt=until)
    return "traces pas encore scellées" if unsealed.exists() else ""


def holds_on(month: date) -> QuerySet[TraceHold]:
    """Holds, lifted or not, on a day of the month."""
    return TraceHold.objects.filter(Q(first_day__lt=next_month(month)) & Q(last_day__gte=month)).order_by(
        "pk"
    )


def _open_case_on(since: datetime, until: datetime) -> TraceCase | None:
    for case in TraceCase.objects.open().select_related("partner").order_by("opened_at"):
        if Trace.objects.filter(exchange_id__in=covered_keys(case), at__gte=since, at__lt=until).exists():
            return case
    return None

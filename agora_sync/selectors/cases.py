"""Cases of fraud or audit, what each covers, and who looked at what under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from agora_sync.models import Trace, TraceCase, TraceConsultation, TraceDelivery, TraceDeliveryAccess

MOST_KEYS = 500


@dataclass(frozen=True)
class CoveredExchange:
    """An exchange that a case covers, without its messages. `vectors`: as announced, in the order of the tries."""

    exchange_id: UUID
    at: datetime
    operation: str
    partner_code: str
    vectors: tuple[str, ...]
    traces: int


def trace_cases() -> QuerySet[TraceCase]:
    """The latest first, with how much each names."""
    cases = TraceCase.objects.select_related("opened_by", "validated_by", "closed_by", "partner")
    return cases.annotate(key_count=Count("keys")).order_by("-opened_at")


def openings_of(case: TraceCase) -> QuerySet[TraceConsultation]:
    """Who opened what under the case, the latest first."""
    return TraceConsultation.objects.filter(case=case).select_related("user").order_by("-at", "-pk")


def deliveries_of(case: TraceCase) -> QuerySet[TraceDelivery]:
    """What was delivered or is being made, the latest first, with each visit of whoever held the link."""
    deliveries = TraceDelivery.objects.filter(case=case).select_related("job", "requested_by")
    visits = Prefetch("accesses", TraceDeliveryAccess.objects.order_by("at", "pk"), to_attr="visits")
    return deliveries.prefetch_related(visits).order_by("-created_at")


def covered_exchanges(case: TraceCase, only: UUID | None = None) -> list[CoveredExchange]:
    """What the case covers, in the order of time; of the partner that asked alone, if one did."""
    keys = covered_keys(case)
    if only is not None:
        keys &= {only}
    traces: dict[UUID, list[Trace]] = {}
    named = ("id", "at", "exchange_id", "operation", "partner_code", "vector_id")
    for trace in Trace.objects.filter(exchange_id__in=keys).only(*named).order_by("at", "pk"):
        traces.setdefault(trace.exchange_id, []).append(trace)
    return [_covered(exchange_id, rows) for exchange_id, rows in traces.items()]


def covered_keys(case: TraceCase) -> set[UUID]:
    values = list(case.keys.values_list("value", flat=True))
    found = set(Trace.objects.filter(vector_id__in=values).values_list("exchange_id", flat=True))
    found |= {key for value in values if (key := as_key(value)) is not None}
    if case.partner is None:
        return found
    # A partner's request opens nothing of another's, whatever it names.
    own = Trace.objects.filter(exchange_id__in=found, partner_code=case.partner.code)
    return set(own.values_list("exchange_id", flat=True))


def as_key(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def _covered(exchange_id: UUID, rows: list[Trace]) -> CoveredExchange:
    return CoveredExchange(
        exchange_id=exchange_id,
        at=rows[0].at,
        operation=next((row.get_operation_display() for row in rows if row.operation), ""),
        partner_code=next((row.partner_code for row in rows if row.partner_code), ""),
        vectors=tuple(dict.fromkeys(row.vector_id for row in rows if row.vector_id)),
        traces=len(rows),
    )

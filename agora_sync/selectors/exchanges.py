"""The exchange log of daily work: states, faults and times, within the reader's region. Never a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.enums import StaffRole
from accounts.models import Holder, User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.enums import Direction, ExchangeState
from agora_sync.models import Exchange

LATE_AFTER = timedelta(minutes=15)
RECENT = timedelta(days=7)
MOST_OF_A_FILE = 50


@dataclass(frozen=True)
class ExchangeCounts:
    """What asks for somebody's attention. `late`: pending for longer than LATE_AFTER; the rest over RECENT."""

    pending: int
    late: int
    refused: int
    done: int


def exchanges_for(user: User) -> QuerySet[Exchange]:
    """The exchanges that the user may follow, latest first. An agent without region sees none."""
    exchanges = Exchange.objects.select_related("training_file", "partner").order_by("-created_at", "-pk")
    if is_cdc(user):
        return exchanges
    return exchanges.filter(region_code__in=scope_codes(user, StaffRole.REGIONAL_AGENT))


def exchange_of(user: User, key: UUID) -> Exchange | None:
    """One exchange that the user may follow, with the person it is about; None for any other."""
    found = exchanges_for(user).select_related("holder", "training_file__holder", "resent_by")
    return found.filter(pk=key).first()


def exchanges_of_file(user: User, exchange: Exchange) -> list[Exchange]:
    """What was told of the same file, in order, as far as the user may follow it. One query."""
    return exchanges_of_training_file(user, exchange.training_file_id)


def exchanges_of_training_file(user: User, training_file_id: UUID | None) -> list[Exchange]:
    """The same, of a file; none when there is no file."""
    if training_file_id is None:
        return []
    found = exchanges_for(user).filter(training_file_id=training_file_id)
    return list(found.order_by("created_at", "event_id", "operation")[:MOST_OF_A_FILE])


def person_of(exchange: Exchange) -> Holder | None:
    """Whom the exchange is about: named by it, or by its file."""
    if exchange.holder is not None or exchange.training_file is None:
        return exchange.holder
    return exchange.training_file.holder


def exchange_counts(user: User, *, now: datetime) -> ExchangeCounts:
    """One query."""
    recent = Q(created_at__gte=now - RECENT)
    pending = Q(state=ExchangeState.PENDING, direction=Direction.OUTGOING)
    counts = (
        exchanges_for(user)
        .order_by()
        .aggregate(
            pending=Count("pk", filter=pending),
            late=Count("pk", filter=pending & Q(created_at__lt=now - LATE_AFTER)),
            refused=Count(
                "pk", filter=recent & Q(state__in=[ExchangeState.REFUSED, ExchangeState.MALFORMED])
            ),
            done=Count("pk", filter=recent & Q(state=ExchangeState.DONE)),
        )
    )
    return ExchangeCounts(**counts)

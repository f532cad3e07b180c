"""What AGORA refused and still waits for somebody, by cause, within the reader's region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from accounts.models import User
from agora_sync.contract import Operation
from agora_sync.enums import CorrectionOutcome, Direction, ExchangeState
from agora_sync.faults import BUSINESS_STEP
from agora_sync.models import CorrectionBatch, Exchange
from agora_sync.selectors.correction_rules import rules_for
from agora_sync.selectors.exchanges import exchanges_for
from rights.enums import TrainingFileState, Transmission

STOPPED = (ExchangeState.REFUSED, ExchangeState.MALFORMED)


@dataclass(frozen=True)
class Cause:
    """A code of refusal, its sentence, how many exchanges it stops and since when the oldest waits."""

    code: str
    label: str
    count: int
    oldest: datetime


def rejected_exchanges(user: User, cause: str | None = None) -> QuerySet[Exchange]:
    """The refused exchanges that the user may follow, the oldest first."""
    return refused_among(exchanges_for(user), cause)


def refused_among(exchanges: QuerySet[Exchange], cause: str | None = None) -> QuerySet[Exchange]:
    """Of some exchanges, those of the journal that AGORA refused and that wait for a correction, the oldest first.

    A creation that was told again since is over: what became of it is on the later one. So is one whose file was
    reopened, or is with somebody who examines it.
    """
    later = Exchange.objects.filter(
        training_file=OuterRef("training_file"),
        operation=Operation.CREATE_FILE,
        event_id__gt=OuterRef("event_id"),
    )
    stopped = exchanges.filter(
        direction=Direction.OUTGOING, state__in=STOPPED, event__isnull=False, training_file__isnull=False
    )
    if cause is not None:
        stopped = stopped.filter(fault_code=cause)
    is_business = Q(operation=Operation.CREATE_FILE, state=ExchangeState.REFUSED, failed_step=BUSINESS_STEP)
    still_refused = Q(
        training_file__state=TrainingFileState.REFUSED, training_file__transmission=Transmission.REFUSED
    )
    return stopped.filter(~Exists(later), ~is_business | still_refused).order_by("created_at", "pk")


def is_rejected(user: User, exchange: Exchange) -> bool:
    """Whether it waits for a correction. No query for one that was not refused."""
    return exchange.state in STOPPED and rejected_exchanges(user).filter(pk=exchange.pk).exists()


def reject_causes(rejects: QuerySet[Exchange]) -> list[Cause]:
    """The causes of some refused exchanges, the most frequent first. One query."""
    groups = (
        rejects.order_by()
        .values("fault_code")
        .annotate(label=Max("fault_label"), count=Count("pk"), oldest=Min("created_at"))
        .order_by("-count", "fault_code")
    )
    return [Cause(row["fault_code"], row["label"], row["count"], row["oldest"]) for row in groups]


def batch_of(user: User, key: UUID) -> CorrectionBatch | None:
    """A batch of the user's own, or one that a rule of their region prepared: nobody sends what another prepared."""
    own = Q(made_by=user, rule__isnull=True) | Q(rule__in=rules_for(user).values("pk"))
    return CorrectionBatch.objects.filter(own, pk=key).select_related("job", "rule").first()


def count_by_outcome(batch: CorrectionBatch) -> dict[str, int]:
    """How many corrections of the batch are in each state. One query."""
    counted = dict(batch.corrections.values_list("outcome").annotate(Count("pk")).order_by())
    return {str(outcome): counted.get(outcome, 0) for outcome in CorrectionOutcome}

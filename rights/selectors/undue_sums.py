"""Sums that the account paid without owing them, and what was kept back of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from accounts.models import Holder
from rights.enums import Scheme
from rights.models import Entry, Repayment, RepaymentReceipt, UndueSum

# Keys of the entries that keep a sum back: `retain:<id>:<rank>`, and their opposites when the decision is cancelled.
RETENTION, REVERSAL = "retain:", "reverse:"
# Commitment is left alone: the law speaks of the rights of the account, and missions have no other payer.
RETAINED_SCHEMES = (Scheme.CPF, Scheme.DIF, Scheme.SUPPLEMENT)


@dataclass(frozen=True)
class DueLine:
    """A sum with what was kept back of it and what the person paid back, in cents; `is_cancelled`: everything that
    was kept was given back.
    """

    due: UndueSum
    kept_cents: int
    repaid_cents: int
    is_cancelled: bool

    @property
    def left_cents(self) -> int:
        return 0 if self.is_cancelled else int(self.due.amount_cents) - self.kept_cents - self.repaid_cents


def undue_sums() -> QuerySet[UndueSum]:
    """The decisions, the latest first; what cancels one is not one."""
    rows = UndueSum.objects.filter(cancels__isnull=True).select_related("holder", "cancelled_by")
    return rows.order_by("-ordered_on", "-pk")


def lines_of(dues: Sequence[UndueSum]) -> list[DueLine]:
    """Each with what was kept back and paid back. Two queries, whatever their number."""
    kept: dict[int, int] = {}
    for key, amount in _retentions(dues).values_list("key", "amount"):
        due_id = int(key.split(":")[1])
        kept[due_id] = kept.get(due_id, 0) - amount
    repaid = repaid_of(dues)
    return [
        DueLine(due, kept.get(due.pk, 0), repaid.get(due.pk, 0), hasattr(due, "cancelled_by")) for due in dues
    ]


def repaid_of(dues: Sequence[UndueSum]) -> dict[int, int]:
    """Cents received of each sum that was paid back. One query."""
    received = RepaymentReceipt.objects.filter(repayment__due__in=dues).order_by()
    return dict(received.values_list("repayment__due").annotate(total=Sum("amount_cents")))


def own_undue_sums(holder: Holder) -> QuerySet[UndueSum]:
    return undue_sums().filter(holder=holder)


def repayments_of(due: UndueSum) -> QuerySet[Repayment]:
    """What the person announced, the last first, each with its receipt when the money came."""
    return Repayment.objects.filter(due=due).select_related("receipt").order_by("-at", "-pk")


def movements_of(due: UndueSum) -> list[Entry]:
    """What was kept back, then what was given back, as the ledger has it."""
    entries = Entry.objects.filter(counter__holder_id=due.holder_id, counter__scheme__in=RETAINED_SCHEMES)
    own = (f"{RETENTION}{due.pk}:", f"{REVERSAL}{RETENTION}{due.pk}:")
    found = entries.filter(key__startswith=own[0]) | entries.filter(key__startswith=own[1])
    return list(found.select_related("counter").order_by("pk"))


def _retentions(dues: Sequence[UndueSum]) -> QuerySet[Entry]:
    # By the counters of the people first: keys have no index of their own in the table of entries.
    return Entry.objects.filter(
        counter__holder_id__in={due.holder_id for due in dues},
        counter__scheme__in=RETAINED_SCHEMES,
        key__startswith=RETENTION,
    )

"""Sums that the account paid without owing them, and what was kept back of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from rights.enums import Scheme
from rights.models import Entry, UndueSum

# Keys of the entries that keep a sum back: `retain:<id>:<rank>`, and their opposites when the decision is cancelled.
RETENTION, REVERSAL = "retain:", "reverse:"
# Commitment is left alone: the law speaks of the rights of the account, and missions have no other payer.
RETAINED_SCHEMES = (Scheme.CPF, Scheme.DIF, Scheme.SUPPLEMENT)


@dataclass(frozen=True)
class DueLine:
    """A sum with what was kept back of it, in cents; `is_cancelled`: everything was given back."""

    due: UndueSum
    kept_cents: int
    is_cancelled: bool

    @property
    def left_cents(self) -> int:
        return 0 if self.is_cancelled else int(self.due.amount_cents) - self.kept_cents


def undue_sums() -> QuerySet[UndueSum]:
    """The decisions, the latest first; what cancels one is not one."""
    rows = UndueSum.objects.filter(cancels__isnull=True).select_related("holder", "cancelled_by")
    return rows.order_by("-ordered_on", "-pk")


def lines_of(dues: Sequence[UndueSum]) -> list[DueLine]:
    """Each with what was kept back. One query, whatever their number."""
    kept: dict[int, int] = {}
    for key, amount in _retentions(dues).values_list("key", "amount"):
        due_id = int(key.split(":")[1])
        kept[due_id] = kept.get(due_id, 0) - amount
    return [line_of(due, kept.get(due.pk, 0)) for due in dues]


def line_of(due: UndueSum, kept_cents: int) -> DueLine:
    return DueLine(due, kept_cents, hasattr(due, "cancelled_by"))


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

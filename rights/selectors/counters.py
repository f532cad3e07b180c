"""A holder's counters and their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Holder
from rights.enums import Scheme
from rights.models import Counter, Entry
from rights.schemes import SCHEMES, SchemeDescription


@dataclass(frozen=True)
class CounterLine:
    """A counter with what it is; `balance` and `reserved` in the counter's unit."""

    counter: Counter
    description: SchemeDescription

    @property
    def balance(self) -> int:
        return int(self.counter.balance)

    @property
    def reserved(self) -> int:
        return int(self.counter.reserved)

    @property
    def unit(self) -> str:
        return self.counter.unit


@dataclass(frozen=True)
class BalancePoint:
    """The balance at the end of a month (`month` is its first day), in the counter's unit."""

    month: date
    balance: int


def counters_of(holder: Holder) -> list[CounterLine]:
    """All counters of the holder, in the order of the schemes. One query."""
    counters = {counter.scheme: counter for counter in Counter.objects.filter(holder=holder)}
    return [line_of(counters[scheme]) for scheme in Scheme if scheme in counters]


def counter_of(holder: Holder, scheme: Scheme) -> CounterLine | None:
    """The holder's counter of that scheme, None when it was never opened. One query."""
    counter = Counter.objects.filter(holder=holder, scheme=scheme).first()
    return line_of(counter) if counter else None


def line_of(counter: Counter) -> CounterLine:
    return CounterLine(counter=counter, description=SCHEMES[Scheme(counter.scheme)])


def entries_of(counter: Counter) -> QuerySet[Entry]:
    """The history of a counter, the last entry first."""
    return Entry.objects.filter(counter=counter).select_related("training_file").order_by("-position")


def balance_over_time(counter: Counter) -> list[BalancePoint]:
    """The balance at the end of each month in which something counted, by value date. One query, one row a month."""
    moves = (
        Entry.objects.filter(counter=counter)
        .annotate(month=TruncMonth("value_date"))
        .values("month")
        .annotate(moved=Sum("amount"))
        .order_by("month")
        .values_list("month", "moved")
    )
    points = []
    balance = 0
    for month, moved in moves:
        balance += moved
        points.append(BalancePoint(month, balance))
    return points

"""What was posted by mistake, and what was paid without being due: opposite entries and retentions, never a change."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from accounts.models import Holder
from rights.enums import KINDS_THAT_RESERVE, EntryKind, Scheme
from rights.exceptions import AccountClosed, NotReversible
from rights.models import Counter, Entry, UndueSum
from rights.parameters import legal_values
from rights.rules.endings import retained
from rights.rules.funding import in_order
from rights.selectors.undue_sums import RETAINED_SCHEMES, RETENTION, REVERSAL, repaid_of
from rights.services.ledger import ensure_counter, lock_counters, post_entry

SOURCE = "Décision de la Caisse des dépôts"


def reverse_entry(*, entry: Entry, value_date: date, reason: str, source: str) -> Entry:
    """Post the opposite of an entry, once: the same again returns it. `reason` is read by the person.

    Raises NotReversible for what is set aside (its file ends it) and for an opposite entry itself, InsufficientBalance
    when the counter no longer holds what should be taken back: then record an undue sum.
    """
    if entry.kind in KINDS_THAT_RESERVE or entry.key.startswith(REVERSAL):
        raise NotReversible
    return post_entry(
        counter=entry.counter,
        kind=EntryKind.CORRECTION,
        amount=-entry.amount,
        value_date=value_date,
        label=reason,
        source=source,
        key=f"{REVERSAL}{entry.key}",
        training_file=entry.training_file,
    )


def record_undue_sum(
    *, holder: Holder, amount_cents: int, reason: str, reference: str, ordered_on: date
) -> UndueSum:
    """Write down a sum that was paid without being due, and keep back what the account holds; the same again is one.

    Raises AccountClosed, ValueError for an amount that is not above zero or another sum of that reference.
    Source: article L. 6323-45 du code du travail.
    """
    if amount_cents <= 0:
        raise ValueError("an undue sum is above zero")
    if holder.deceased_on is not None:
        raise AccountClosed
    known = _recorded(reference, holder, amount_cents)
    if known is not None:
        return known
    with transaction.atomic():
        due = _created(holder, amount_cents, reason, reference, ordered_on)
        _retain(due, ordered_on)
    return due


def _created(
    holder: Holder,
    amount_cents: int,
    reason: str,
    reference: str,
    ordered_on: date,
    cancels_id: int | None = None,
) -> UndueSum:
    try:
        # A savepoint: the unique reference decides between two at once.
        with transaction.atomic():
            return UndueSum.objects.create(
                holder=holder,
                amount_cents=amount_cents,
                reason=reason,
                reference=reference,
                ordered_on=ordered_on,
                cancels_id=cancels_id,
            )
    except IntegrityError:
        known = _recorded(reference, holder, amount_cents)
        if known is None:
            raise
        return known


def _recorded(reference: str, holder: Holder, amount_cents: int) -> UndueSum | None:
    known = UndueSum.objects.filter(reference=reference).first()
    if known is not None and (known.holder_id, known.amount_cents) != (holder.pk, amount_cents):
        raise ValueError("this reference is that of another sum")
    return known


def cancel_undue_sum(*, due: UndueSum, reason: str, reference: str, today: date) -> UndueSum:
    """The sum was due after all: everything kept back returns by opposite entries. The same again changes nothing.

    Raises ValueError when the reference is that of another decision.
    """
    with transaction.atomic():
        lock_retained_counters(due.holder)
        known = UndueSum.objects.filter(cancels=due).first()
        if known is not None:
            return known
        cancelling = _created(due.holder, due.amount_cents, reason, reference, today, cancels_id=due.pk)
        if cancelling.cancels_id != due.pk:
            raise ValueError("this reference is that of another sum")
        for entry in _retentions(due).select_related("counter"):
            reverse_entry(entry=entry, value_date=today, reason=reason, source=SOURCE)
    return cancelling


def retain_undue_sums(*, today: date, after: int = 0) -> int:
    """Keep back what is still owed from what has come since. Returns how many entries were posted; restartable."""
    posted = 0
    standing = UndueSum.objects.filter(
        cancels__isnull=True, cancelled_by__isnull=True, holder__deceased_on__isnull=True, pk__gt=after
    ).order_by("pk")
    for due in standing.select_related("holder").iterator():
        with transaction.atomic():
            posted += _retain(due, today)
    return posted


def _retain(due: UndueSum, today: date) -> int:
    """In the order in which the rights of the day are used; nothing when all is kept back, or nothing is there."""
    counters = {counter.scheme: counter for counter in lock_retained_counters(due.holder)}
    if UndueSum.objects.filter(cancels=due).exists():
        return 0
    own = _retentions(due)
    kept = repaid_of([due]).get(due.pk, 0) - (own.aggregate(kept=Sum("amount"))["kept"] or 0)
    rank, posted = own.count(), 0
    for scheme in in_order([Scheme(name) for name in counters], today, legal_values()):
        counter = counters[scheme]
        derivation = retained(
            due=due.amount_cents, kept_before=kept, available=counter.balance, values=legal_values()
        )
        if derivation.result == 0:
            continue
        posted += 1
        kept += derivation.result
        post_entry(
            counter=counter,
            kind=EntryKind.CORRECTION,
            amount=-derivation.result,
            value_date=today,
            label=f"Retenue d’une somme qui n’était pas due : {due.reason}",
            source=SOURCE,
            key=f"{RETENTION}{due.pk}:{rank + posted}",
            derivation=derivation.as_json(),
        )
    return posted


def _retentions(due: UndueSum) -> QuerySet[Entry]:
    # By the counters of the person first: keys have no index of their own in the table of entries.
    return Entry.objects.filter(
        counter__holder_id=due.holder_id, counter__scheme__in=RETAINED_SCHEMES,
        key__startswith=f"{RETENTION}{due.pk}:",
    ).order_by("pk")  # fmt: skip


def lock_retained_counters(holder: Holder) -> list[Counter]:
    """The counters on which undue sums are kept back, locked: what touches a sum begins so, and one at a time.

    A person without any gets an empty one: a lock on nothing would keep nobody out.
    """
    ids = list(
        Counter.objects.filter(holder=holder, scheme__in=RETAINED_SCHEMES).values_list("pk", flat=True)
    )
    return lock_counters(ids or [ensure_counter(holder=holder, scheme=Scheme.CPF).pk])

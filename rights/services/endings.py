"""Rights that end without a training: dated dotations go back to their payer, an account closes at death."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.models import DeathRecord
from rights.enums import KINDS_THAT_RESERVE, DeclarationKind, EntryKind, Scheme
from rights.models import Counter, Declaration, Entry, YearlyFeeding
from rights.parameters import legal_values
from rights.rules.declared import Declared, supplement_of
from rights.rules.derivation import Measure
from rights.rules.endings import closed, unused_dotation
from rights.rules.supplements import goes_back_on
from rights.selectors.undue_sums import REVERSAL
from rights.services.corrections import reverse_entry
from rights.services.ledger import lock_counters, post_entry

EXPIRY, CLOSING = "expiry:", "closing:"


def expire_dotations(*, today: date) -> int:
    """Give back what dated dotations still hold after their deadline (R. 6323-42-1). Returns the entries posted.

    What a file has set aside waits for the end of the file, and goes back then if it was not used. Restartable.
    """
    dated = Declaration.objects.filter(
        kind=DeclarationKind.SUPPLEMENT, facts__has_key="deadline", facts__deadline__lt=today.isoformat()
    )
    in_force = dated.order_by("year", "holder", "reference", "-version").distinct(
        "year", "holder", "reference"
    )
    return sum(_expire(row, today) for row in in_force.iterator())


def _expire(declaration: Declaration, today: date) -> int:
    declared = Declared(DeclarationKind.SUPPLEMENT, declaration.reference, declaration.facts)
    if declared.is_cancelled:
        return 0
    supplement, received_on = supplement_of(declared)
    back_on = goes_back_on(supplement, received_on, legal_values())
    if back_on is None or back_on > today:
        return 0
    with transaction.atomic():
        counter = _supplements(declaration)
        if counter is None:
            return 0
        fed = YearlyFeeding.objects.filter(
            counter=counter, year=declaration.year, part=f"supplement:{declaration.reference}"
        ).first()
        return _give_back(counter, declaration, fed, back_on, today) if fed else 0


def _supplements(declaration: Declaration) -> Counter | None:
    ids = Counter.objects.filter(holder_id=declaration.holder_id, scheme=Scheme.SUPPLEMENT)
    return next(iter(lock_counters(list(ids.values_list("pk", flat=True)))), None)


def _give_back(
    counter: Counter, declaration: Declaration, fed: YearlyFeeding, back_on: date, today: date
) -> int:
    deadline = back_on - timedelta(days=1)
    prefix = f"{EXPIRY}{counter.pk}:{declaration.year}:{declaration.reference}:"
    own = Entry.objects.filter(counter=counter, key__startswith=prefix)
    derivation = unused_dotation(
        received=fed.posted,
        left_at_deadline=max(0, _held_on(counter, deadline)),
        gone_since=_sum(own) + _used_since(counter, deadline),
        available=counter.balance,
        values=legal_values(),
    )
    if derivation.result == 0:
        return 0
    post_entry(
        counter=counter,
        kind=EntryKind.EXPIRY,
        amount=-derivation.result,
        value_date=max(back_on, today),
        label="Dotation datée, rendue à celui qui l’avait versée",
        source=f"Date limite du {deadline:%d/%m/%Y} fixée par le financeur",
        key=f"{prefix}{own.count() + 1}",
        derivation=derivation.as_json(),
    )
    return 1


def _held_on(counter: Counter, day: date) -> int:
    """What the counter held that day, what was set aside included."""
    moved = Entry.objects.filter(counter=counter, value_date__lte=day).exclude(kind__in=KINDS_THAT_RESERVE)
    return -_sum(moved)


def _used_since(counter: Counter, day: date) -> int:
    """What files set aside by that day took later."""
    opened = Entry.objects.filter(counter=counter, kind=EntryKind.HOLD, value_date__lte=day)
    debits = Entry.objects.filter(
        counter=counter,
        kind=EntryKind.DEBIT,
        value_date__gt=day,
        training_file__in=opened.values("training_file"),
    )
    return _sum(debits)


def _sum(entries: QuerySet[Entry]) -> int:
    """What these entries took."""
    return -(entries.aggregate(moved=Sum("amount"))["moved"] or 0)


def close_accounts(*, today: date) -> int:
    """Empty the counters of dead persons (L. 5151-2); what a file holds follows when the file ends. Restartable."""
    waiting = Counter.objects.filter(holder__deceased_on__isnull=False, balance__gt=0).values_list(
        "pk", flat=True
    )
    return sum(_close(pk, today) for pk in list(waiting))


def _close(counter_id: int, today: date) -> int:
    with transaction.atomic():
        (counter,) = lock_counters([counter_id])
        # Read again under the lock: the death may have been corrected meanwhile.
        if counter.holder.deceased_on is None or counter.balance == 0:
            return 0
        rank = Entry.objects.filter(counter=counter, key__startswith=f"{CLOSING}{counter.pk}:").count()
        post_entry(
            counter=counter,
            kind=EntryKind.EXPIRY,
            amount=-counter.balance,
            value_date=max(counter.holder.deceased_on, today),
            label="Fermeture du compte au décès",
            source="Décès enregistré",
            key=f"{CLOSING}{counter.pk}:{rank + 1}",
            derivation=closed(
                balance=counter.balance, unit=Measure(counter.unit), values=legal_values()
            ).as_json(),
        )
    return 1


def reopen_accounts(*, today: date) -> int:
    """Give back, by opposite entries, what a death recorded by mistake closed. Restartable."""
    corrected = DeathRecord.objects.filter(deceased_on__isnull=True, holder__deceased_on__isnull=True)
    closings = Entry.objects.filter(
        counter__holder__in=corrected.values("holder"), kind=EntryKind.EXPIRY, key__startswith=CLOSING
    ).select_related("counter")
    reopened = 0
    for entry in closings:
        if not Entry.objects.filter(counter=entry.counter, key=f"{REVERSAL}{entry.key}").exists():
            reverse_entry(
                entry=entry,
                value_date=today,
                reason="Compte rouvert : le décès avait été enregistré par erreur",
                source="Rectification de l’enregistrement du décès",
            )
            reopened += 1
    return reopened

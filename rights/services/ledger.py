"""The only writes on counters: entries are posted, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.models import Holder
from rights.enums import KINDS_THAT_RESERVE, UNIT_OF_SCHEME, EntryKind, Scheme
from rights.exceptions import InsufficientBalance, KeyReused
from rights.models import Counter, Entry, EntryKey, TrainingFile
from rights.rules.derivation import Derivation

NEVER_NEGATIVE = "rights_counter_never_negative"


def ensure_counter(*, holder: Holder, scheme: Scheme) -> Counter:
    """The holder's counter of that scheme, opened empty when there is none."""
    # Two openings at the same instant: the unique constraint keeps one, both read it.
    Counter.objects.bulk_create(
        [Counter(holder=holder, scheme=scheme, unit=UNIT_OF_SCHEME[scheme])], ignore_conflicts=True
    )
    return Counter.objects.get(holder=holder, scheme=scheme)


def open_counter(
    *, holder: Holder, scheme: Scheme, amount: int, value_date: date, source: str, key: str
) -> Counter:
    """Open a counter with what it held on that date, in the scheme's unit; zero opens it without an entry.

    The same key again changes nothing. Raises KeyReused when the key posted another entry, ValueError for a negative
    amount.
    """
    if amount < 0:
        raise ValueError("an opening balance is never negative")
    with transaction.atomic():
        counter = ensure_counter(holder=holder, scheme=scheme)
        if amount:
            post_entry(
                counter=counter,
                kind=EntryKind.OPENING,
                amount=amount,
                value_date=value_date,
                label="Solde repris à l’ouverture du compteur",
                source=source,
                key=key,
            )
            counter.refresh_from_db()
    return counter


def post_entry(
    *,
    counter: Counter,
    kind: EntryKind,
    amount: int,
    value_date: date,
    label: str,
    source: str,
    key: str,
    derivation: dict[str, Any] | None = None,
    training_file: TrainingFile | None = None,
) -> Entry:
    """Post one movement in the counter's unit (positive adds, negative takes) and return it with its balance.

    The same key with the same counter, kind and amount returns the entry already posted. Raises KeyReused when the
    key posted something else, InsufficientBalance when the counter would go below zero. Locks the counter until the
    transaction ends.
    """
    with transaction.atomic():
        lock_counters([counter.pk])
        posted = _entry_of_key(key)
        if posted is not None:
            if (posted.counter_id, posted.kind, posted.amount) != (counter.pk, kind, amount):
                raise KeyReused
            return posted
        entry = Entry(
            counter=counter,
            kind=kind,
            amount=amount,
            value_date=value_date,
            label=label,
            source=source,
            key=key,
            derivation=derivation or {},
            training_file=training_file,
        )
        _insert(entry)
    return entry


def _entry_of_key(key: str) -> Entry | None:
    known = EntryKey.objects.filter(pk=key).first()
    return Entry.objects.get(counter=known.counter_id, position=known.position) if known else None


def lock_counters(ids: list[int]) -> list[Counter]:
    """The counters, locked until the transaction ends, always in the order of their keys: no two can deadlock."""
    return list(Counter.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _insert(entry: Entry) -> None:
    try:
        # A savepoint, so that the caller's transaction survives what the database refuses.
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        constraint = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
        if constraint == NEVER_NEGATIVE:
            raise InsufficientBalance from error
        if constraint == "rights_entrykey_pkey":
            raise KeyReused from error
        raise


def hold(
    *,
    counter: Counter,
    amount: int,
    training_file: TrainingFile,
    value_date: date,
    derivation: dict[str, Any],
) -> Entry:
    """Set an amount aside for a file: it leaves the balance and stands as reserved. `amount` is positive."""
    return post_entry(
        counter=counter,
        kind=EntryKind.HOLD,
        amount=-amount,
        value_date=value_date,
        label=f"Votre demande de formation « {shortened(training_file.title)} »",
        source="Votre demande de formation",
        key=_key_of_round("hold", training_file, counter),
        derivation=derivation,
        training_file=training_file,
    )


def reserved_for(training_file: TrainingFile) -> dict[Counter, int]:
    """What is still set aside for the file, counter by counter (locked), in the unit of each; zeros left out."""
    sums = dict(
        Entry.objects.filter(training_file=training_file, kind__in=KINDS_THAT_RESERVE)
        .values_list("counter")
        .annotate(moved=Sum("amount"))
        .order_by("counter")
    )
    return {counter: -sums[counter.pk] for counter in lock_counters(list(sums)) if sums[counter.pk]}


def release_holds(
    *, training_file: TrainingFile, value_date: date, source: str, label: str = ""
) -> list[Entry]:
    """Give back, counter by counter, all that is still reserved for the file. Nothing reserved posts nothing."""
    label = label or f"Votre formation « {shortened(training_file.title)} » n’aura pas lieu"
    with transaction.atomic():
        return [
            post_entry(
                counter=counter,
                kind=EntryKind.RELEASE,
                amount=amount,
                value_date=value_date,
                label=label,
                source=source,
                key=_key_of_round("release", training_file, counter),
                training_file=training_file,
            )
            for counter, amount in reserved_for(training_file).items()
        ]


def use_holds(
    *,
    training_file: TrainingFile,
    value_date: date,
    source: str,
    label: str,
    used: Callable[[int], Derivation],
) -> list[Entry]:
    """End what is reserved for the file and take what `used` gives of each amount; the rest is available again.

    Returns the debits. Done once: nothing is reserved any more the second time.
    """
    debits = []
    with transaction.atomic():
        held = reserved_for(training_file)
        release_holds(
            training_file=training_file,
            value_date=value_date,
            source=source,
            label="La mise de côté prend fin : ce qui est dû est utilisé juste après",
        )
        for counter, amount in held.items():
            derivation = used(amount)
            if derivation.result:
                debits.append(
                    post_entry(
                        counter=counter,
                        kind=EntryKind.DEBIT,
                        amount=-int(derivation.result),
                        value_date=value_date,
                        label=label,
                        source=source,
                        key=f"debit:{training_file.pk}:{counter.scheme}",
                        derivation=derivation.as_json(),
                        training_file=training_file,
                    )
                )
    return debits


def restore_debits(*, training_file: TrainingFile, value_date: date, source: str, label: str) -> list[Entry]:
    """Give back by opposite entries what was taken for the file. The same call again changes nothing."""
    with transaction.atomic():
        debits = Entry.objects.filter(training_file=training_file, kind=EntryKind.DEBIT).select_related(
            "counter"
        )
        return [
            post_entry(
                counter=debit.counter,
                kind=EntryKind.CORRECTION,
                amount=-debit.amount,
                value_date=value_date,
                label=label,
                source=source,
                key=f"restore:{debit.key}",
                training_file=training_file,
            )
            for debit in debits
        ]


def _key_of_round(verb: str, training_file: TrainingFile, counter: Counter) -> str:
    """One hold and one release by round: a file set aside anew (price changed, reopened) has several."""
    kind = {"hold": EntryKind.HOLD, "release": EntryKind.RELEASE}[verb]
    done = Entry.objects.filter(training_file=training_file, counter=counter, kind=kind).count()
    key = f"{verb}:{training_file.pk}:{counter.scheme}"
    return f"{key}:{done + 1}" if done else key


def shortened(title: str, longest: int = 200) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1]}…"

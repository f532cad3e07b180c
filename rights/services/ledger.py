"""The only writes on counters: entries are posted, never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Holder
from rights.enums import UNIT_OF_SCHEME, EntryKind, Scheme
from rights.exceptions import InsufficientBalance, KeyReused
from rights.models import Counter, Entry, EntryKey, TrainingFile

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
        key=f"hold:{training_file.pk}:{counter.scheme}",
        derivation=derivation,
        training_file=training_file,
    )


def release_holds(*, training_file: TrainingFile, value_date: date, source: str) -> list[Entry]:
    """Give back, counter by counter, all that is still reserved for the file. Nothing reserved posts nothing."""
    with transaction.atomic():
        held = Entry.objects.filter(training_file=training_file, kind=EntryKind.HOLD).select_related(
            "counter"
        )
        lock_counters([entry.counter_id for entry in held])
        return [
            post_entry(
                counter=entry.counter,
                kind=EntryKind.RELEASE,
                amount=-entry.amount,
                value_date=value_date,
                label=f"Votre formation « {shortened(training_file.title)} » n’aura pas lieu",
                source=source,
                key=f"release:{training_file.pk}:{entry.counter.scheme}",
                training_file=training_file,
            )
            for entry in held
        ]


def shortened(title: str, longest: int = 200) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1]}…"

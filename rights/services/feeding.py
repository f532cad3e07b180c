"""The yearly feeding: declarations become entries, by batches of people, each batch whole or not at all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rights.enums import UNIT_OF_SCHEME, DeclarationKind, EntryKind, Scheme
from rights.models import Counter, YearlyFeeding
from rights.parameters import LegalValues, legal_values
from rights.rules.declared import Declared
from rights.rules.derivation import Derivation
from rights.rules.feeding import (
    Fed,
    Holding,
    PlannedCredit,
    correction_derivation,
    planned_credits,
    withdrawn_credit,
)
from rights.selectors.feeding import (
    Person,
    acquired_commitments,
    fed_parts,
    holders_declared,
    people_to_feed,
    profile_of,
)
from rights.services.ledger import lock_counters

HOLDERS_PER_BATCH = 1_000
SOURCE = "Déclarations annuelles"


@dataclass
class FeedingTally:
    """What a feeding did, or would do: people looked at, entries by kind, parts whose day has not come."""

    holders: int = 0
    credits: int = 0
    corrections: int = 0
    not_due: int = 0
    closed: int = 0

    def add(self, other: FeedingTally) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Posting:
    """An entry to write and the state of its part after it."""

    counter: Counter
    credit: PlannedCredit
    kind: EntryKind
    amount: int
    value_date: date
    rounds: int
    posted: int
    year: int

    @property
    def derivation(self) -> Derivation:
        if self.kind is EntryKind.CREDIT:
            return self.credit.derivation
        return correction_derivation(self.credit, before=self.posted - self.amount, after=self.posted)

    @property
    def key(self) -> str:
        return f"feed:{self.counter.pk}:{self.year}:{self.credit.part}:{self.rounds}"


def feed_rights(
    *, year: int, today: date, write: bool, progress: Callable[[int], None] = lambda done: None
) -> FeedingTally:
    """Post what the declarations of a year of activity bring, and correct what changed since the last time.

    Restartable: each batch commits alone, and what it posted is known to the next run, which adds nothing. Nothing is
    posted before its day, nor on a closed account. Without `write` nothing is changed. Raises LookupError for a year
    that the rules do not know.
    """
    values, tally, last = legal_values(), FeedingTally(), None
    while ids := holders_declared(year, after=last, limit=HOLDERS_PER_BATCH):
        with transaction.atomic():
            tally.add(_feed_batch(ids, year, today, values))
            if not write:
                transaction.set_rollback(True)
        progress(tally.holders)
        last = ids[-1]
    return tally


def _feed_batch(ids: list[UUID], year: int, today: date, values: LegalValues) -> FeedingTally:
    people = people_to_feed(ids, year)
    counters = _locked_counters(people.values())
    counter_ids = [counter.pk for own in counters.values() for counter in own.values()]
    fed = fed_parts(counter_ids, year)
    committed = acquired_commitments(counter_ids)
    postings: list[Posting] = []
    tally = FeedingTally(holders=len(people))
    for person in people.values():
        own = counters[person.holder.pk]
        if not person.holder.is_alive:
            tally.closed += 1
            continue
        postings += _postings_of(person, own, fed, committed, year, today, values, tally)
    _insert_entries(postings)
    _record(postings)
    tally.credits += sum(posting.kind is EntryKind.CREDIT for posting in postings)
    tally.corrections += sum(posting.kind is EntryKind.CORRECTION for posting in postings)
    return tally


def _locked_counters(people: Iterable[Person]) -> dict[UUID, dict[Scheme, Counter]]:
    """The counters that these people may be fed on, opened when missing and locked in one order."""
    wanted = [
        Counter(holder=person.holder, scheme=scheme, unit=UNIT_OF_SCHEME[scheme])
        for person in people
        for scheme in _schemes_of(person.declared)
    ]
    Counter.objects.bulk_create(wanted, ignore_conflicts=True)
    holders = [person.holder.pk for person in people]
    ids = list(Counter.objects.filter(holder_id__in=holders).values_list("pk", flat=True))
    found: dict[UUID, dict[Scheme, Counter]] = defaultdict(dict)
    for counter in lock_counters(ids):
        found[counter.holder_id][Scheme(counter.scheme)] = counter
    return found


def _schemes_of(declared: Iterable[Declared]) -> set[Scheme]:
    found = set()
    for item in declared:
        if item.kind in (DeclarationKind.ACTIVITY, DeclarationKind.SELF_EMPLOYMENT):
            found.add(Scheme.PUBLIC_HOURS if item.facts.get("sector") == "public" else Scheme.CPF)
        else:
            found.add(_SCHEME_OF_KIND[item.kind])
    return found


_SCHEME_OF_KIND = {
    DeclarationKind.COMMITMENT: Scheme.CEC,
    DeclarationKind.EXPOSURE: Scheme.C2P,
    DeclarationKind.SUPPLEMENT: Scheme.SUPPLEMENT,
}


def _postings_of(
    person: Person,
    own: dict[Scheme, Counter],
    fed: dict[tuple[int, str], YearlyFeeding],
    committed: dict[int, int],
    year: int,
    today: date,
    values: LegalValues,
    tally: FeedingTally,
) -> list[Posting]:
    scheme_of_counter = {counter.pk: scheme for scheme, counter in own.items()}
    states = {
        (scheme_of_counter[counter_id], part): Fed(row.posted, row.balance_before)
        for (counter_id, part), row in fed.items()
        if counter_id in scheme_of_counter
    }
    profile = profile_of(person.holder, person.situations)
    holding = Holding(
        balances={scheme: counter.balance for scheme, counter in own.items()},
        committed=committed.get(own[Scheme.CEC].pk, 0) if Scheme.CEC in own else 0,
        fed=states,
    )
    planned = planned_credits(year, person.declared, profile, holding, values)
    due = [credit for credit in planned if credit.posted_on <= today]
    tally.not_due += len(planned) - len(due)
    seen = {(credit.scheme, credit.part) for credit in planned}
    dropped = [
        withdrawn_credit(*key, state, today, values) for key, state in states.items() if key not in seen
    ]
    return [
        posting
        for credit in (*due, *dropped)
        if (posting := _posting(credit, own, fed, year, today)) is not None
    ]


def _posting(
    credit: PlannedCredit,
    own: dict[Scheme, Counter],
    fed: dict[tuple[int, str], YearlyFeeding],
    year: int,
    today: date,
) -> Posting | None:
    """The entry that brings the part to what it should be; None when it is there already, or nothing can be taken."""
    counter = own[credit.scheme]
    known = fed.get((counter.pk, credit.part))
    difference = credit.amount - (known.posted if known else 0)
    # What was spent cannot be taken back from a counter: it stays due, and the next run asks for it again.
    difference = max(difference, -counter.balance)
    if difference == 0:
        return None
    counter.balance += difference
    return Posting(
        counter=counter,
        credit=credit,
        kind=EntryKind.CORRECTION if known else EntryKind.CREDIT,
        amount=difference,
        value_date=today if known else credit.posted_on,
        rounds=known.rounds + 1 if known else 1,
        posted=(known.posted if known else 0) + difference,
        year=year,
    )


def _insert_entries(postings: list[Posting]) -> None:
    """One statement for the batch: the trigger writes each balance, the key refuses a second posting."""
    if not postings:
        return
    columns: list[list[Any]] = [
        [posting.counter.pk for posting in postings],
        [posting.kind.value for posting in postings],
        [posting.amount for posting in postings],
        [posting.value_date for posting in postings],
        [posting.credit.estimated and posting.kind is EntryKind.CREDIT for posting in postings],
        [posting.credit.label for posting in postings],
        [posting.key for posting in postings],
        [json.dumps(posting.derivation.as_json(), ensure_ascii=False) for posting in postings],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO rights_entry (counter_id, kind, amount, value_date, date_is_estimated, label, key, derivation,
                                      source, position, balance_after, at)
            SELECT fed.counter_id, fed.kind, fed.amount, fed.value_date, fed.estimated, fed.label, fed.key,
                   fed.derivation::jsonb, %s, 0, 0, statement_timestamp()
            FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::date[], %s::boolean[], %s::text[], %s::text[],
                        %s::text[])
                 AS fed(counter_id, kind, amount, value_date, estimated, label, key, derivation)
            """,
            [SOURCE, *columns],
        )


def _record(postings: list[Posting]) -> None:
    """Say how far each part is, in the same transaction as its entry."""
    YearlyFeeding.objects.bulk_create(
        [
            YearlyFeeding(
                counter=posting.counter,
                year=posting.year,
                part=posting.credit.part,
                posted=posting.posted,
                balance_before=posting.credit.balance_before,
                rounds=posting.rounds,
            )
            for posting in postings
        ],
        update_conflicts=True,
        unique_fields=["counter", "year", "part"],
        update_fields=["posted", "rounds"],
    )

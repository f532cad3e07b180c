"""The yearly feeding: declarations become entries, by batches of people, each batch whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from threading import Lock
from uuid import UUID

from django.db import connection, transaction

from cpa_portal.kernel.database.statistics import measure
from rights.enums import EntryKind, Scheme
from rights.models import Counter, YearlyFeeding
from rights.parameters import LegalValues, legal_values
from rights.rules.feeding import Fed, withdrawn_credit
from rights.selectors.feeding import FedPart, Person, holders_declared, people_to_feed
from rights.services.bulk_copy import copy_field, copy_rows
from rights.services.corrections import retain_undue_sums
from rights.services.feeding_plans import Plan, planned_for
from rights.services.side_by_side import work_side_by_side

HOLDERS_PER_BATCH = 2_000
SOURCE = "Déclarations annuelles"


@dataclass
class FeedingTally:
    """What a feeding did, or would do: people looked at, entries by kind, parts whose day has not come."""

    holders: int = 0
    credits: int = 0
    corrections: int = 0
    not_due: int = 0
    closed: int = 0
    retained: int = 0

    def add(self, other: FeedingTally) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to write and the state of its part after it; texts are ready for COPY."""

    counter_id: int
    year: int
    plan: Plan
    amount: int
    value_date: date
    rounds: int
    posted: int
    derivation: str

    @property
    def kind(self) -> EntryKind:
        return EntryKind.CREDIT if self.rounds == 1 else EntryKind.CORRECTION

    def entry_line(self) -> str:
        key = f"feed:{self.counter_id}:{self.year}:{copy_field(self.plan.part)}:{self.rounds}"
        estimated = "t" if self.plan.estimated and self.rounds == 1 else "f"
        return (
            f"{self.counter_id}\t{self.kind.value}\t{self.amount}\t{self.value_date}\t{estimated}\t"
            f"{copy_field(self.plan.label)}\t{SOURCE}\t{key}\t{copy_field(self.derivation)}\n"
        )

    def part_line(self) -> str:
        return (
            f"{self.counter_id}\t{self.year}\t{copy_field(self.plan.part)}\t{self.posted}\t"
            f"{self.plan.balance_before}\t{self.rounds}\n"
        )


def feed_rights(
    *,
    year: int,
    today: date,
    write: bool,
    progress: Callable[[int], None] = lambda done: None,
    holders_per_batch: int | None = None,
    threads: int = 1,
) -> FeedingTally:
    """Post what the declarations of a year of activity bring, and correct what changed since the last time.

    Restartable: each batch commits alone, and what it posted is known to the next run, which adds nothing. Nothing is
    posted before its day, nor on a closed account. Without `write` nothing is changed. Batches are of different people:
    `threads` of them may be worked on at once. Raises LookupError for a year that the rules do not know.
    """
    values, tally, lock, batches = legal_values(), FeedingTally(), Lock(), count(1)

    def feed(ids: list[UUID]) -> None:
        with transaction.atomic():
            fed = _feed_batch(ids, year, today, values)
            if not write:
                transaction.set_rollback(True)
        with lock:
            tally.add(fed)
            progress(tally.holders)
            batch = next(batches)
        if write and batch & (batch - 1) == 0:
            # Tables that grow from nothing: measured at each doubling, or every batch is planned for empty ones.
            measure(Counter, YearlyFeeding)

    work_side_by_side(_batches(year, holders_per_batch or HOLDERS_PER_BATCH), feed, threads=threads)
    if write:
        # What is owed is kept back from what has just come, before anybody spends it (L. 6323-45).
        tally.retained = retain_undue_sums(today=today)
    return tally


def _batches(year: int, size: int) -> Iterator[list[UUID]]:
    """Those declared for the year, in the order of their keys."""
    last = None
    while ids := holders_declared(year, after=last, limit=size):
        yield ids
        last = ids[-1]


def _feed_batch(ids: list[UUID], year: int, today: date, values: LegalValues) -> FeedingTally:
    _lock_counters(ids, year)
    people = people_to_feed(ids, year)
    tally = FeedingTally(holders=len(people))
    postings: list[Posting] = []
    for person in people:
        if person.alive:
            postings += _postings_of(person, year, today, values, tally)
        else:
            tally.closed += 1
    _write(postings)
    corrections = sum(posting.kind is EntryKind.CORRECTION for posting in postings)
    tally.corrections += corrections
    tally.credits += len(postings) - corrections
    return tally


_OPEN_COUNTERS = """
INSERT INTO rights_counter (holder_id, scheme, unit, balance, reserved, last_position)
SELECT wanted.holder_id, wanted.scheme,
       CASE wanted.scheme WHEN 'c2p' THEN 'points' WHEN 'public_hours' THEN 'minutes' ELSE 'cents' END, 0, 0, 0
FROM (SELECT DISTINCT holder_id,
             CASE kind WHEN 'commitment' THEN 'cec' WHEN 'exposure' THEN 'c2p' WHEN 'supplement' THEN 'supplement'
                       ELSE CASE WHEN kind = 'activity' AND facts ->> 'sector' = 'public' THEN 'public_hours'
                                 ELSE 'cpf' END
             END AS scheme
      FROM rights_declaration
      WHERE year = %(year)s AND holder_id BETWEEN %(first)s AND %(last)s) AS wanted
WHERE NOT EXISTS (SELECT FROM rights_counter counter
                  WHERE counter.holder_id = wanted.holder_id AND counter.scheme = wanted.scheme
                    -- Said again, or every counter of the country is read for each batch.
                    AND counter.holder_id BETWEEN %(first)s AND %(last)s)
ORDER BY wanted.holder_id, wanted.scheme
ON CONFLICT DO NOTHING
"""

# In the order of their keys, as every service locks them: no two can wait for each other.
_LOCK_COUNTERS = """
SELECT count(*) FROM (SELECT FROM rights_counter WHERE holder_id BETWEEN %(first)s AND %(last)s ORDER BY id FOR UPDATE)
AS locked
"""


def _lock_counters(ids: list[UUID], year: int) -> None:
    """The counters that these people may be fed on, opened when missing and locked before anything is read."""
    bounds: dict[str, UUID | int] = {"first": ids[0], "last": ids[-1], "year": year}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_COUNTERS, bounds)
        cursor.execute(_LOCK_COUNTERS, bounds)


def _postings_of(
    person: Person, year: int, today: date, values: LegalValues, tally: FeedingTally
) -> list[Posting]:
    plans = planned_for(person, year, values)
    fed = person.fed_parts() if person.fed else {}
    postings: list[Posting] = []
    for plan in plans:
        if plan.posted_on > today:
            tally.not_due += 1
        else:
            _post(postings, person, plan, fed.get((plan.scheme, plan.part)), year, today)
    for withdrawn in _withdrawn(fed, plans, today, values):
        _post(postings, person, withdrawn, fed[withdrawn.scheme, withdrawn.part], year, today)
    return postings


def _withdrawn(
    fed: dict[tuple[Scheme, str], FedPart], plans: Iterable[Plan], today: date, values: LegalValues
) -> Iterator[Plan]:
    """The parts that no declaration supports any more."""
    known = {(plan.scheme, plan.part) for plan in plans}
    for (scheme, part), state in fed.items():
        if (scheme, part) not in known:
            yield Plan.of(
                withdrawn_credit(scheme, part, Fed(state.posted, state.balance_before), today, values)
            )


def _post(
    postings: list[Posting], person: Person, plan: Plan, known: FedPart | None, year: int, today: date
) -> None:
    """Add the entry that brings the part to what it should be; none when it is there, or nothing can be taken."""
    counter = person.counters[plan.scheme.value]
    counter_id, balance, _ = counter
    posted, rounds = (known.posted, known.rounds) if known else (0, 0)
    # What was spent cannot be taken back from a counter: it stays due, and the next run asks for it again.
    difference = max(plan.amount - posted, -balance)
    if difference == 0:
        return
    counter[1] = balance + difference
    postings.append(
        Posting(
            counter_id=counter_id,
            year=year,
            plan=plan,
            amount=difference,
            value_date=today if known else plan.posted_on,
            rounds=rounds + 1,
            posted=posted + difference,
            derivation=plan.corrected(before=posted, after=posted + difference) if known else plan.derivation,
        )
    )


def _write(postings: list[Posting]) -> None:
    """The entries of the batch in one COPY, whose trigger writes each balance and refuses a key known already; then
    how far each part is, in the same transaction.
    """
    copy_rows(
        "rights_entry (counter_id, kind, amount, value_date, date_is_estimated, label, source, key, derivation)",
        (posting.entry_line() for posting in postings),
    )
    copy_rows(
        "rights_yearlyfeeding (counter_id, year, part, posted, balance_before, rounds)",
        (posting.part_line() for posting in postings if posting.rounds == 1),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rights_yearlyfeeding SET posted = %s, rounds = %s"
            " WHERE counter_id = %s AND year = %s AND part = %s",
            [
                (posting.posted, posting.rounds, posting.counter_id, posting.year, posting.plan.part)
                for posting in postings
                if posting.rounds > 1
            ],
        )

"""Euros of a private account and hours of a public one, into each other, on the person's request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.models import Holder
from rights.enums import EntryKind, Scheme
from rights.exceptions import ConversionRefused
from rights.models import Counter, Entry
from rights.rules.conversion import MainActivity, what_leaves
from rights.rules.derivation import Measure
from rights.selectors.conversions import CONVERTED, PREFIX, Move, accounts_of, moves_of
from rights.services.ledger import ensure_counter, lock_counters, post_entry
from rights.services.training_files.guards import check_account

SOURCE = "Conversion que vous avez demandée"
LABELS = {
    Scheme.PUBLIC_HOURS: "Conversion de vos euros en heures",
    Scheme.CPF: "Conversion de vos heures en euros",
}
CHANGED = (
    "Vos compteurs ont changé depuis l’affichage de cette page : le calcul ci-dessous est à jour. Vérifiez-le, puis "
    "confirmez."
)


def convert_rights(
    *, holder: Holder, toward: MainActivity, key: UUID, today: date, expected_given: int | None = None
) -> list[Entry]:
    """Convert the whole of the origin counters: `toward` PUBLIC makes hours, PRIVATE makes euros.

    Two entries a counter, one out and one in, each with how it was reached. The same key again returns what it posted.
    `expected_given`: what the target counter receives in all, in its unit, as the person read it.
    Raises AccountClosed; ConversionRefused: before 2020, against the main activity, nothing that may be converted,
    another amount than the one that was read.
    Sources: articles L. 6323-3, R. 6323-43 and D. 6323-44 du code du travail; décret n° 2019-1392, article 1.
    """
    check_account(holder)
    with transaction.atomic():
        counters = _locked(holder)
        posted = Entry.objects.filter(counter__in=counters.values(), key__startswith=f"{PREFIX}{key}:")
        known = list(posted.order_by("pk"))
        if known:
            return known
        moves = moves_of(accounts_of(holder, today, counters.values()), toward)
        if expected_given is not None and sum(move.given for move in moves) != expected_given:
            raise ConversionRefused(CHANGED)
        return [entry for move in moves for entry in _posted(move, counters, key, today)]


def _locked(holder: Holder) -> dict[Scheme, Counter]:
    for scheme in (Scheme.CPF, Scheme.PUBLIC_HOURS):
        ensure_counter(holder=holder, scheme=scheme)
    wanted = Counter.objects.filter(holder=holder, scheme__in=CONVERTED)
    locked = lock_counters(list(wanted.values_list("pk", flat=True)))
    return {Scheme(counter.scheme): counter for counter in locked}


def _posted(move: Move, counters: Mapping[Scheme, Counter], key: UUID, today: date) -> list[Entry]:
    done = move.conversion
    out = what_leaves(done, balance=move.balance, unit=Measure(move.origin_unit))
    sides = ((move.origin, -done.taken, out, "out"), (move.target, done.given, done.derivation, "in"))
    return [
        post_entry(
            counter=counters[scheme],
            kind=EntryKind.CONVERSION,
            amount=amount,
            value_date=today,
            label=LABELS[move.target],
            source=SOURCE,
            key=f"{PREFIX}{key}:{move.origin}:{side}",
            derivation=derivation.as_json(),
        )
        for scheme, amount, derivation, side in sides
    ]

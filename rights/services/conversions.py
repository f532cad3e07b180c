"""Euros of a private account and hours of a public one, into each other, on the person's request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.models import Holder
from rights.enums import EntryKind, Scheme
from rights.exceptions import ConversionRefused
from rights.models import Counter, Entry
from rights.parameters import legal_values
from rights.rules.activity import Profile
from rights.rules.conversion import (
    Conversion,
    MainActivity,
    convert_to_cents,
    convert_to_hours,
    counted_since,
    what_leaves,
)
from rights.rules.derivation import Measure
from rights.selectors.profiles import main_activity_of, profile_of
from rights.services.ledger import ensure_counter, lock_counters, post_entry
from rights.services.training_files.guards import check_account

PREFIX = "convert:"
INTO_HOURS = (Scheme.CPF, Scheme.DIF, Scheme.CEC)
SOURCE = "Conversion que vous avez demandée"
NOTHING = "Il n’y a rien à convertir : le compteur d’origine est vide, ou l’autre a atteint son plafond."


@dataclass
class _Account:
    """The locked counters of one person and what earlier conversions moved."""

    holder: Holder
    key: UUID
    today: date
    main: MainActivity
    profile: Profile
    counters: dict[str, Counter]
    past: list[tuple[str, int, date]]
    posted: list[Entry] = field(default_factory=list)

    def minutes_since(self) -> int:
        """Hours already obtained over the years of the limit, in minutes."""
        low = self.profile.public_low_qualified
        since = counted_since(self.today, low_qualified=low, values=legal_values())
        return sum(
            amount
            for scheme, amount, on in self.past
            if scheme == Scheme.PUBLIC_HOURS and amount > 0 and on > since
        )

    def gain_cents(self) -> int:
        """What rounding gave in all, at the value of an hour: a conversion back gives it up."""
        rate = legal_values().on("cpf_cents_per_hour", self.today).number
        minutes = sum(amount for scheme, amount, _ in self.past if scheme == Scheme.PUBLIC_HOURS)
        cents = sum(amount for scheme, amount, _ in self.past if scheme != Scheme.PUBLIC_HOURS)
        return -(-minutes * rate // 60) + cents

    def came_from_hours(self) -> bool:
        return any(scheme == Scheme.PUBLIC_HOURS and amount < 0 for scheme, amount, _ in self.past)


def convert_rights(*, holder: Holder, toward: MainActivity, key: UUID, today: date) -> list[Entry]:
    """Convert the whole of the origin counters: `toward` PUBLIC makes hours, PRIVATE makes euros.

    Two entries a counter, one out and one in, each with how it was reached. The same key again returns what it posted.
    Raises AccountClosed; ConversionRefused: before 2020, against the main activity, nothing that may be converted.
    Sources: articles L. 6323-3, R. 6323-43 and D. 6323-44 du code du travail; décret n° 2019-1392, article 1.
    """
    check_account(holder)
    with transaction.atomic():
        account = _locked(holder, key, today)
        posted = list(
            Entry.objects.filter(
                counter__in=account.counters.values(), key__startswith=f"{PREFIX}{key}:"
            ).order_by("pk")
        )
        if posted:
            return posted
        if toward is MainActivity.PUBLIC:
            for scheme in INTO_HOURS:
                _into_hours(account, scheme)
        else:
            _into_euros(account)
        if not account.posted:
            raise ConversionRefused(NOTHING)
    return account.posted


def _locked(holder: Holder, key: UUID, today: date) -> _Account:
    for scheme in (Scheme.CPF, Scheme.PUBLIC_HOURS):
        ensure_counter(holder=holder, scheme=scheme)
    wanted = Counter.objects.filter(holder=holder, scheme__in=(*INTO_HOURS, Scheme.PUBLIC_HOURS))
    counters = {
        counter.scheme: counter for counter in lock_counters(list(wanted.values_list("pk", flat=True)))
    }
    past = Entry.objects.filter(
        counter__in=counters.values(), kind=EntryKind.CONVERSION, key__startswith=PREFIX
    ).values_list("counter__scheme", "amount", "value_date")
    return _Account(
        holder=holder,
        key=key,
        today=today,
        main=main_activity_of(holder, today),
        profile=profile_of(holder, today),
        counters=counters,
        past=list(past),
    )


def _into_hours(account: _Account, scheme: Scheme) -> None:
    origin, target = account.counters.get(scheme), account.counters[Scheme.PUBLIC_HOURS]
    done = convert_to_hours(
        origin.balance if origin else 0,
        day=account.today,
        public_balance=target.balance + target.reserved,
        low_qualified=account.profile.public_low_qualified,
        main=account.main,
        values=legal_values(),
        converted_before=account.minutes_since(),
        rate_name="cec_cents_per_hour" if scheme is Scheme.CEC else "cpf_cents_per_hour",
        came_from_hours=scheme is Scheme.CPF and account.came_from_hours(),
    )
    if done.refusal:
        raise ConversionRefused(done.refusal)
    if origin is not None and done.given and done.taken:
        _post(account, origin, target, done, "Conversion de vos euros en heures")


def _into_euros(account: _Account) -> None:
    origin, target = account.counters[Scheme.PUBLIC_HOURS], account.counters[Scheme.CPF]
    year = account.today.year
    done = convert_to_cents(
        origin.balance,
        day=account.today,
        private_balance=target.balance + target.reserved,
        majored_ceiling=account.profile.low_qualified_in(year) or account.profile.oeth_in(year),
        main=account.main,
        values=legal_values(),
        surplus_cents=max(0, account.gain_cents()),
    )
    if done.refusal:
        raise ConversionRefused(done.refusal)
    if done.given and done.taken:
        _post(account, origin, target, done, "Conversion de vos heures en euros")


def _post(account: _Account, origin: Counter, target: Counter, done: Conversion, label: str) -> None:
    out = what_leaves(done, balance=origin.balance, unit=Measure(origin.unit))
    for counter, amount, derivation in ((origin, -done.taken, out), (target, done.given, done.derivation)):
        account.posted.append(
            post_entry(
                counter=counter,
                kind=EntryKind.CONVERSION,
                amount=amount,
                value_date=account.today,
                label=label,
                source=SOURCE,
                key=f"{PREFIX}{account.key}:{origin.scheme}:{'out' if amount < 0 else 'in'}",
                derivation=derivation.as_json(),
            )
        )
        account.past.append((counter.scheme, amount, account.today))
        counter.refresh_from_db(fields=["balance", "reserved", "last_position"])

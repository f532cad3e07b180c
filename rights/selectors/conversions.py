"""What a conversion between euros and hours would move: shown before it is asked for, then done under lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Holder
from rights.enums import UNIT_OF_SCHEME, EntryKind, Scheme, Unit
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
)
from rights.selectors.profiles import main_activity_of, profile_of

# Keys of the entries that conversions post.
PREFIX = "convert:"
INTO_HOURS = (Scheme.CPF, Scheme.DIF, Scheme.CEC)
CONVERTED = (*INTO_HOURS, Scheme.PUBLIC_HOURS)
NOTHING = "Il n’y a rien à convertir : le compteur d’origine est vide, ou l’autre a atteint son plafond."


@dataclass
class Accounts:
    """The counters of one person, each in its unit, and what earlier conversions moved (scheme, amount, day)."""

    today: date
    main: MainActivity
    profile: Profile
    balances: dict[Scheme, int]
    reserved: dict[Scheme, int]
    past: list[tuple[str, int, date]]

    def held(self, scheme: Scheme) -> int:
        """What a ceiling is compared with: the balance and what is set aside."""
        return self.balances.get(scheme, 0) + self.reserved.get(scheme, 0)

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


@dataclass(frozen=True)
class Move:
    """What leaves one counter for another. `balance`: what the origin held before, in its unit."""

    origin: Scheme
    target: Scheme
    balance: int
    conversion: Conversion

    @property
    def taken(self) -> int:
        return self.conversion.taken

    @property
    def given(self) -> int:
        return self.conversion.given

    @property
    def left(self) -> int:
        return self.balance - self.taken

    @property
    def origin_unit(self) -> Unit:
        return UNIT_OF_SCHEME[self.origin]

    @property
    def target_unit(self) -> Unit:
        return UNIT_OF_SCHEME[self.target]


def accounts_of(holder: Holder, today: date, counters: Iterable[Counter]) -> Accounts:
    """The accounts as these counters say, which the caller has locked or only read. Three queries."""
    kept = list(counters)
    past = Entry.objects.filter(counter__in=kept, kind=EntryKind.CONVERSION, key__startswith=PREFIX)
    return Accounts(
        today=today,
        main=main_activity_of(holder, today),
        profile=profile_of(holder, today),
        balances={Scheme(counter.scheme): counter.balance for counter in kept},
        reserved={Scheme(counter.scheme): counter.reserved for counter in kept},
        past=list(past.values_list("counter__scheme", "amount", "value_date")),
    )


def previewed_moves(holder: Holder, toward: MainActivity, today: date) -> list[Move]:
    """What a conversion asked for now would move; nothing is written. Raises ConversionRefused. Four queries."""
    counters = Counter.objects.filter(holder=holder, scheme__in=CONVERTED)
    return moves_of(accounts_of(holder, today, counters), toward)


def moves_of(accounts: Accounts, toward: MainActivity) -> list[Move]:
    """What moves from each counter in turn; `accounts` then holds what they come to. Raises ConversionRefused."""
    if toward is MainActivity.PUBLIC:
        tried = [(scheme, Scheme.PUBLIC_HOURS, _into_hours(accounts, scheme)) for scheme in INTO_HOURS]
    else:
        tried = [(Scheme.PUBLIC_HOURS, Scheme.CPF, _into_euros(accounts))]
    moves = [
        Move(origin, target, accounts.balances.get(origin, 0) + done.taken, done)
        for origin, target, done in tried
        if done.given and done.taken
    ]
    if not moves:
        raise ConversionRefused(NOTHING)
    return moves


def _into_hours(accounts: Accounts, scheme: Scheme) -> Conversion:
    done = convert_to_hours(
        accounts.balances.get(scheme, 0),
        day=accounts.today,
        public_balance=accounts.held(Scheme.PUBLIC_HOURS),
        low_qualified=accounts.profile.public_low_qualified,
        main=accounts.main,
        values=legal_values(),
        converted_before=accounts.minutes_since(),
        rate_name="cec_cents_per_hour" if scheme is Scheme.CEC else "cpf_cents_per_hour",
        came_from_hours=scheme is Scheme.CPF and accounts.came_from_hours(),
    )
    return _taken_over(accounts, scheme, Scheme.PUBLIC_HOURS, done)


def _into_euros(accounts: Accounts) -> Conversion:
    year = accounts.today.year
    done = convert_to_cents(
        accounts.balances.get(Scheme.PUBLIC_HOURS, 0),
        day=accounts.today,
        private_balance=accounts.held(Scheme.CPF),
        majored_ceiling=accounts.profile.low_qualified_in(year) or accounts.profile.oeth_in(year),
        main=accounts.main,
        values=legal_values(),
        surplus_cents=max(0, accounts.gain_cents()),
    )
    return _taken_over(accounts, Scheme.PUBLIC_HOURS, Scheme.CPF, done)


def _taken_over(accounts: Accounts, origin: Scheme, target: Scheme, done: Conversion) -> Conversion:
    """The accounts after it, which the next counter starts from."""
    if done.refusal:
        raise ConversionRefused(done.refusal)
    if done.given and done.taken:
        for scheme, amount in ((origin, -done.taken), (target, done.given)):
            accounts.balances[scheme] = accounts.balances.get(scheme, 0) + amount
            accounts.past.append((scheme, amount, accounts.today))
    return done

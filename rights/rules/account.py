"""A whole account replayed from its facts: what is credited, converted, spent and given back, in the order of dates.

Feeding, simulation, the open API and `check_rights_examples` all call this module, or the rules that it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from fractions import Fraction
from functools import partial

from rights.enums import EntryKind, Scheme
from rights.parameters.types import LegalValues
from rights.rules import conversion, engagement, supplements
from rights.rules.activity import Profile, YearOfWork
from rights.rules.conversion import MainActivity
from rights.rules.delays import first_possible_start
from rights.rules.derivation import Derivation, Measure
from rights.rules.funding import Action, FundingCase, Purse, exact_share, in_order, plan_funding
from rights.rules.funding import share_hours_of_training as shared_hours
from rights.rules.public_service import yearly_public_right
from rights.rules.yearly import private_posting_day, yearly_private_right

BEGINNING = date(1900, 1, 1)
# The account began with activities of 2015 (loi n° 2014-288).
FIRST_YEAR = 2015
PRIVATE_SCHEMES = (Scheme.CPF, Scheme.DIF, Scheme.SUPPLEMENT, Scheme.CEC)


class Rank(IntEnum):
    """What comes first on a same day: what is owed to the person before what they use."""

    OPENING = 0
    CONVERSION_2019 = 1
    EXPIRY = 2
    CREDIT = 3
    SUPPLEMENT = 4
    RECOVERY = 5
    DEBIT = 6
    CANCELLATION = 7
    CONVERSION = 8


@dataclass(frozen=True)
class Debit:
    """A training paid that day: `amount` taken as it is, or `cost` from which the participation is deducted.

    In cents; in minutes before the conversion day, and from the public counter with `public`.
    """

    on: date
    amount: int | None = None
    cost: int | None = None
    action: Action = Action.RNCP
    exempt: bool = False
    public: bool = False


@dataclass(frozen=True)
class Cancellation:
    """All trainings debited before are given up, by the holder or by the organisation. `starts_on` None: not begun."""

    on: date
    by_holder: bool
    starts_on: date | None = None


@dataclass(frozen=True)
class DatedSupplement:
    """`on` None: before the first other event."""

    supplement: supplements.Supplement
    on: date | None = None


@dataclass(frozen=True)
class Opening:
    """What a counter held before the first event, in the unit given."""

    scheme: Scheme
    unit: Measure
    amount: int


@dataclass(frozen=True)
class AccountCase:
    """The facts of an account. Undated facts come before the first dated one."""

    profile: Profile = field(default_factory=Profile)
    works: tuple[YearOfWork, ...] = ()
    openings: tuple[Opening, ...] = ()
    dif_minutes: int = 0
    dif_entered_on: date | None = None
    engagements: tuple[engagement.Declaration, ...] = ()
    supplements: tuple[DatedSupplement, ...] = ()
    accident_cents: int | None = None
    accident_incapacity: Fraction | None = None
    recovery_cents: int = 0
    debits: tuple[Debit, ...] = ()
    cancellation: Cancellation | None = None
    convert_on: date | None = None
    converts_to_hours_when_equal: bool = True


@dataclass(frozen=True)
class Movement:
    """One entry that the ledger would hold, in `unit`; positive adds."""

    on: date
    scheme: Scheme
    unit: Measure
    amount: int
    kind: EntryKind
    label: str
    derivation: Derivation | None = None
    estimated: bool = False


class Account:
    """The balances on the way, and the movements that made them. One replay, one instance."""

    def __init__(self, case: AccountCase, values: LegalValues) -> None:
        self.case = case
        self.values = values
        self.balances: dict[tuple[Scheme, Measure], int] = {}
        self.acquired: dict[Measure, int] = {}
        self.movements: list[Movement] = []
        self.owed = 0
        self.participation = 0
        self.refund_days: int | None = None

    def held(self, scheme: Scheme, unit: Measure = Measure.CENTS) -> int:
        return self.balances.get((scheme, unit), 0)

    def total_cents(self) -> int:
        """Everything in euros, on every private counter."""
        return sum(self.held(scheme) for scheme in PRIVATE_SCHEMES)

    def post(
        self,
        on: date,
        scheme: Scheme,
        unit: Measure,
        amount: int,
        kind: EntryKind,
        label: str,
        derivation: Derivation | None = None,
        *,
        estimated: bool = False,
    ) -> None:
        """Move a balance; nothing is noted when nothing moves. Raises ValueError below zero."""
        if amount == 0:
            return
        balance = self.held(scheme, unit) + amount
        if balance < 0:
            raise ValueError(f"{scheme} would go below zero")
        self.balances[scheme, unit] = balance
        self.movements.append(Movement(on, scheme, unit, amount, kind, label, derivation, estimated))
        if amount > 0 and kind is EntryKind.CREDIT and unit is Measure.CENTS and scheme is not Scheme.CEC:
            self.retain(on)

    def retain(self, on: date, ordered_on: date | None = None) -> None:
        """Undue sums are kept back from what is on the account, then from what comes (L. 6323-45)."""
        for scheme in in_order(PRIVATE_SCHEMES[:3], ordered_on or on, self.values):
            kept = min(self.owed, self.held(scheme))
            self.owed -= kept
            self.post(on, scheme, Measure.CENTS, -kept, EntryKind.CORRECTION, "Retenue d’une somme due")

    # --- Events -----------------------------------------------------------------------------------------------------

    def work_private(self, work: YearOfWork, on: date) -> None:
        converted = on >= self.values.on("conversion_day", on).day
        unit = Measure.CENTS if converted else Measure.MINUTES
        right = yearly_private_right(
            work, self.case.profile, balance=self._ceiled_balance(unit), values=self.values
        )
        if right is not None:
            label = f"Droits acquis par votre travail de {work.year}"
            self.post(
                on,
                Scheme.CPF,
                right.unit,
                right.amount,
                EntryKind.CREDIT,
                label,
                right.derivation,
                estimated=right.estimated,
            )

    def _ceiled_balance(self, unit: Measure) -> int:
        inside = (
            self.values.on("dif_in_ceiling", self.values.on("conversion_day", BEGINNING).day).choice
            == "inside"
        )
        dif = self.held(Scheme.DIF, unit) if inside and unit is Measure.CENTS else 0
        return self.held(Scheme.CPF, unit) + dif

    def work_public(self, work: YearOfWork, on: date) -> None:
        right = yearly_public_right(
            work,
            self.case.profile,
            balance=self.held(Scheme.PUBLIC_HOURS, Measure.MINUTES),
            values=self.values,
        )
        if right is not None:
            label = f"Heures acquises dans la fonction publique en {work.year}"
            self.post(
                on, Scheme.PUBLIC_HOURS, right.unit, right.amount, EntryKind.CREDIT, label, right.derivation
            )

    def engage(self, declaration: engagement.Declaration, on: date) -> None:
        converted = on >= self.values.on("conversion_day", on).day
        unit = Measure.CENTS if converted else Measure.MINUTES
        got = engagement.acquisition(
            declaration,
            acquired=self.acquired.get(unit, 0),
            balance=self.held(Scheme.CEC, unit),
            values=self.values,
        )
        self.acquired[got.unit] = self.acquired.get(got.unit, 0) + got.amount
        label = f"Engagement citoyen de {got.year}"
        self.post(
            on,
            Scheme.CEC,
            got.unit,
            got.amount,
            EntryKind.CREDIT,
            label,
            got.derivation,
            estimated=got.estimated,
        )

    def enter_dif(self, on: date) -> None:
        minutes = min(self.case.dif_minutes, self.values.on("dif_ceiling_hours", on).minutes)
        label = "Heures de DIF acquises avant 2015"
        if on < self.values.on("conversion_day", on).day:
            self.post(on, Scheme.DIF, Measure.MINUTES, minutes, EntryKind.OPENING, label)
            return
        if on > self.values.on("dif_entry_deadline", on).day:
            return
        euros = conversion.converted_to_euros(minutes, rate_name="cpf_cents_per_hour", values=self.values)
        self.post(on, Scheme.DIF, Measure.CENTS, euros.result, EntryKind.OPENING, label, euros)

    def convert_2019(self, on: date) -> None:
        rates = dict.fromkeys((Scheme.CPF, Scheme.DIF), "cpf_cents_per_hour") | {
            Scheme.CEC: "cec_cents_per_hour"
        }
        for scheme, rate in rates.items():
            minutes = self.held(scheme, Measure.MINUTES)
            euros = conversion.converted_to_euros(minutes, rate_name=rate, values=self.values)
            label = "Vos heures deviennent des euros"
            self.post(on, scheme, Measure.MINUTES, -minutes, EntryKind.CONVERSION, label)
            self.post(on, scheme, Measure.CENTS, euros.result, EntryKind.CONVERSION, label, euros)
            if scheme is Scheme.CEC:
                whole = conversion.converted_to_euros(
                    self.acquired.pop(Measure.MINUTES, 0), rate_name=rate, values=self.values
                )
                self.acquired[Measure.CENTS] = self.acquired.get(Measure.CENTS, 0) + whole.result

    def supplement(self, dated: DatedSupplement, on: date, valued_on: date) -> None:
        held = sum(self.held(scheme) for scheme in PRIVATE_SCHEMES[:3])
        credit = supplements.supplement_credit(
            dated.supplement, day=valued_on, rights_on_account=held, values=self.values
        )
        label = f"Dotation ({dated.supplement.kind})"
        self.post(on, Scheme.SUPPLEMENT, Measure.CENTS, credit.result, EntryKind.CREDIT, label, credit)

    def accident(self, on: date, valued_on: date) -> None:
        credit = supplements.accident_credit(
            self.case.accident_incapacity or Fraction(0),
            asked_cents=self.case.accident_cents,
            day=valued_on,
            values=self.values,
        )
        label = "Abondement après un accident du travail"
        self.post(on, Scheme.SUPPLEMENT, Measure.CENTS, credit.result, EntryKind.CREDIT, label, credit)

    def expire(self, supplement: supplements.Supplement, on: date) -> None:
        """What is left of a dated dotation: others were spent before it, the law giving no order within the block."""
        left = min(self.held(Scheme.SUPPLEMENT), supplement.amount or 0)
        self.post(
            on, Scheme.SUPPLEMENT, Measure.CENTS, -left, EntryKind.EXPIRY, "Dotation rendue au financeur"
        )

    def debit(self, debit: Debit) -> None:
        if debit.public:
            held = self.held(Scheme.PUBLIC_HOURS, Measure.MINUTES)
            taken = min(held, debit.amount or 0)
            self.post(debit.on, Scheme.PUBLIC_HOURS, Measure.MINUTES, -taken, EntryKind.DEBIT, "Formation")
        elif debit.on < self.values.on("conversion_day", debit.on).day:
            self._debit_hours(debit)
        elif debit.cost is not None:
            self._debit_cost(debit, debit.cost)
        else:
            self._debit_amount(debit)

    def _debit_hours(self, debit: Debit) -> None:
        dif, cpf = self.held(Scheme.DIF, Measure.MINUTES), self.held(Scheme.CPF, Measure.MINUTES)
        parts = shared_hours(debit.amount or 0, day=debit.on, dif=dif, cpf=cpf, values=self.values)
        for scheme, minutes in zip((Scheme.DIF, Scheme.CPF), parts, strict=True):
            self.post(debit.on, scheme, Measure.MINUTES, -minutes, EntryKind.DEBIT, "Formation")

    def _debit_cost(self, debit: Debit, cost: int) -> None:
        purses = tuple(Purse(scheme, self.held(scheme)) for scheme in PRIVATE_SCHEMES)
        case = FundingCase(
            day=debit.on, price_cents=cost, purses=purses, action=debit.action, exempt=debit.exempt,
            retired=self.case.profile.retired,
        )  # fmt: skip
        plan = plan_funding(case, values=self.values)
        self.participation += plan.participation_cents
        for part in plan.parts:
            self.post(
                debit.on,
                part.scheme,
                Measure.CENTS,
                -part.amount_cents,
                EntryKind.DEBIT,
                "Formation",
                part.derivation,
            )

    def _debit_amount(self, debit: Debit) -> None:
        left = debit.amount or 0
        allowed = (Scheme.CEC,) if debit.action is Action.MISSION else PRIVATE_SCHEMES
        for scheme in in_order(allowed, debit.on, self.values):
            taken = min(left, self.held(scheme))
            left -= taken
            self.post(debit.on, scheme, Measure.CENTS, -taken, EntryKind.DEBIT, "Formation")

    def cancel(self, cancellation: Cancellation) -> None:
        """Recredit what was debited, whole when it is free or the organisation's doing (conditions of use)."""
        free = not cancellation.by_holder or is_free(cancellation, self.values)
        lost = Fraction(0) if free else self.values.on("late_cancellation_loss", cancellation.on).ratio
        if free:
            self.refund_days = self.values.on("cancellation_refund_days", cancellation.on).number
            self.participation = 0
        for debit in [move for move in self.movements if move.kind is EntryKind.DEBIT]:
            back = -debit.amount - exact_share(-debit.amount, lost)
            label = "Formation annulée"
            self.post(cancellation.on, debit.scheme, debit.unit, back, EntryKind.RELEASE, label)

    def convert(self, on: date) -> None:
        main = main_activity(self.case.works, on)
        to_hours = main is MainActivity.PUBLIC or (
            main is MainActivity.EQUAL and self.case.converts_to_hours_when_equal
        )
        if to_hours:
            for scheme in (Scheme.CPF, Scheme.DIF, Scheme.CEC):
                self._into_hours(scheme, on, main)
        else:
            self._into_euros(on, main)

    def _into_hours(self, scheme: Scheme, on: date, main: MainActivity) -> None:
        done = conversion.convert_to_hours(
            self.held(scheme),
            day=on,
            public_balance=self.held(Scheme.PUBLIC_HOURS, Measure.MINUTES),
            low_qualified=self.case.profile.public_low_qualified,
            main=main,
            values=self.values,
            converted_before=self._converted_to_hours(on),
            rate_name="cec_cents_per_hour" if scheme is Scheme.CEC else "cpf_cents_per_hour",
        )
        label = "Conversion de vos euros en heures"
        self.post(on, scheme, Measure.CENTS, -done.taken, EntryKind.CONVERSION, label)
        self.post(
            on, Scheme.PUBLIC_HOURS, Measure.MINUTES, done.given, EntryKind.CONVERSION, label, done.derivation
        )

    def _converted_to_hours(self, on: date) -> int:
        since = conversion.counted_since(
            on, low_qualified=self.case.profile.public_low_qualified, values=self.values
        )
        return sum(
            move.amount
            for move in self.movements
            if move.kind is EntryKind.CONVERSION
            and move.scheme is Scheme.PUBLIC_HOURS
            and move.amount > 0
            and move.on > since
        )

    def _into_euros(self, on: date, main: MainActivity) -> None:
        profile = self.case.profile
        done = conversion.convert_to_cents(
            self.held(Scheme.PUBLIC_HOURS, Measure.MINUTES),
            day=on,
            private_balance=self.held(Scheme.CPF),
            majored_ceiling=profile.low_qualified_in(on.year) or profile.oeth_in(on.year),
            main=main,
            values=self.values,
        )
        label = "Conversion de vos heures en euros"
        self.post(on, Scheme.PUBLIC_HOURS, Measure.MINUTES, -done.taken, EntryKind.CONVERSION, label)
        self.post(on, Scheme.CPF, Measure.CENTS, done.given, EntryKind.CONVERSION, label, done.derivation)


def is_free(cancellation: Cancellation, values: LegalValues) -> bool:
    """Whether the holder cancels soon enough before the start to lose nothing."""
    if cancellation.starts_on is None:
        return True
    notice = values.on("free_cancellation_notice", cancellation.on).number
    return (
        first_possible_start(requested_on=cancellation.on, notice_working_days=notice)
        <= cancellation.starts_on
    )


def main_activity(works: tuple[YearOfWork, ...], on: date) -> MainActivity:
    """The main current activity: the last year of work known by then, private or public by their shares."""
    known = [work for work in works if work.year <= on.year and (work.public > 0 or work.private_share > 0)]
    if not known:
        return MainActivity.EQUAL
    last = max(known, key=lambda work: work.year)
    if last.public == last.private_share:
        return MainActivity.EQUAL
    return MainActivity.PUBLIC if last.public > last.private_share else MainActivity.PRIVATE


def replay(case: AccountCase, *, until: date, values: LegalValues) -> Account:
    """Apply everything posted up to that day, included."""
    account = Account(case, values)
    for on, _, event in sorted(_timeline(account, until), key=lambda item: (item[0], item[1])):
        if on <= until:
            event()
    return account


Event = tuple[date, Rank, Callable[[], None]]


def _timeline(account: Account, until: date) -> Iterator[Event]:
    """Every event with its day and rank; parameters of undated facts are those of `until`."""
    case, values = account.case, account.values
    for opening in case.openings:
        yield BEGINNING, Rank.OPENING, partial(_open, account, opening)
    if case.dif_minutes:
        entered = case.dif_entered_on or BEGINNING
        yield entered, Rank.OPENING, partial(account.enter_dif, entered)
    conversion_day = values.on("conversion_day", until).day
    yield conversion_day, Rank.CONVERSION_2019, partial(account.convert_2019, conversion_day)
    yield from _credits(account)
    yield from _supplements(account, until)
    if case.recovery_cents:
        yield BEGINNING, Rank.RECOVERY, partial(_recover, account, until)
    for debit in case.debits:
        yield debit.on, Rank.DEBIT, partial(account.debit, debit)
    if case.cancellation:
        yield case.cancellation.on, Rank.CANCELLATION, partial(account.cancel, case.cancellation)
    if case.convert_on:
        yield case.convert_on, Rank.CONVERSION, partial(account.convert, case.convert_on)


def _open(account: Account, opening: Opening) -> None:
    label = "Solde d’ouverture"
    account.post(BEGINNING, opening.scheme, opening.unit, opening.amount, EntryKind.OPENING, label)
    if opening.scheme is Scheme.CEC:
        account.acquired[opening.unit] = account.acquired.get(opening.unit, 0) + opening.amount


def _credits(account: Account) -> Iterator[Event]:
    case, values = account.case, account.values
    for work in case.works:
        if work.private_share > 0 and work.year >= FIRST_YEAR:
            day, _ = private_posting_day(work, values)
            yield day, Rank.CREDIT, partial(account.work_private, work, day)
        if work.public > 0 and values.known_in("public_yearly_hours", work.year):
            day = values.of_year("public_feeding_day", work.year).posting.of(work.year)
            yield day, Rank.CREDIT, partial(account.work_public, work, day)
    for declaration in engagement.counted(case.engagements, values):
        day, _ = engagement.posting_day(declaration, values)
        yield day, Rank.CREDIT, partial(account.engage, declaration, day)


def _supplements(account: Account, until: date) -> Iterator[Event]:
    case, values = account.case, account.values
    for dated in case.supplements:
        on = dated.on or BEGINNING
        yield on, Rank.SUPPLEMENT, partial(account.supplement, dated, on, dated.on or until)
        back = supplements.goes_back_on(dated.supplement, dated.on, values)
        if back and dated.supplement.received:
            yield back, Rank.EXPIRY, partial(account.expire, dated.supplement, back)
    if case.accident_incapacity is not None:
        yield BEGINNING, Rank.SUPPLEMENT, partial(account.accident, BEGINNING, until)


def _recover(account: Account, until: date) -> None:
    account.owed = account.case.recovery_cents
    account.retain(BEGINNING, ordered_on=until)

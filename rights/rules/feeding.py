"""What a year of declarations brings to one person, counter by counter: the plan that a feeding posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rights.enums import UNIT_OF_SCHEME, DeclarationKind, Scheme
from rights.parameters.types import LegalValues
from rights.rules import engagement, prevention, supplements
from rights.rules.activity import Profile, YearOfWork
from rights.rules.declared import Declared, commitment_of, exposure_of, supplement_of, work_of_year
from rights.rules.derivation import Derivation, Measure, Operand, Operation, Rounding
from rights.rules.public_service import yearly_public_right
from rights.rules.working import Working
from rights.rules.yearly import YearlyRight, private_posting_day, yearly_private_right

WORK, PUBLIC, EXPOSURE = "work", "public", "exposure"
# No right of a year is posted later than this many years after it (the self-employed of 2018: in 2020).
LATEST_POSTING_YEARS = 5


@dataclass(frozen=True)
class Fed:
    """What is already posted for a part, and the balance that its ceiling was compared with then."""

    posted: int
    balance_before: int


@dataclass(frozen=True)
class Holding:
    """What the counters hold before the feeding, in their units; `committed` is all that the CEC ever received."""

    balances: Mapping[Scheme, int]
    committed: int = 0
    fed: Mapping[tuple[Scheme, str], Fed] | None = None

    def before(self, scheme: Scheme, part: str) -> int:
        known = self.fed.get((scheme, part)) if self.fed else None
        return self.balances.get(scheme, 0) if known is None else known.balance_before

    def posted(self, scheme: Scheme, part: str) -> int:
        known = self.fed.get((scheme, part)) if self.fed else None
        return 0 if known is None else known.posted


@dataclass(frozen=True)
class PlannedCredit:
    """What a part should amount to in all, in the counter's unit: the entry is the difference with what is posted."""

    scheme: Scheme
    part: str
    amount: int
    posted_on: date
    estimated: bool
    label: str
    balance_before: int
    derivation: Derivation


def planned_credits(
    year: int, declared: Sequence[Declared], profile: Profile, holding: Holding, values: LegalValues
) -> list[PlannedCredit]:
    """Every part of the year, whatever the order of the declarations. Raises LookupError for a year without rules."""
    alive = sorted(
        (item for item in declared if not item.is_cancelled), key=lambda item: (item.kind, item.reference)
    )
    by_kind = {kind: [item for item in alive if item.kind is kind] for kind in DeclarationKind}
    return [
        *_work_credits(year, by_kind, profile, holding, values),
        *_commitment_credits(year, by_kind[DeclarationKind.COMMITMENT], holding, values),
        *_exposure_credits(year, by_kind[DeclarationKind.EXPOSURE], profile, holding, values),
        *_supplement_credits(by_kind[DeclarationKind.SUPPLEMENT], holding, values),
    ]


def _work_credits(
    year: int,
    by_kind: Mapping[DeclarationKind, list[Declared]],
    profile: Profile,
    holding: Holding,
    values: LegalValues,
) -> Iterator[PlannedCredit]:
    jobs = by_kind[DeclarationKind.ACTIVITY] + by_kind[DeclarationKind.SELF_EMPLOYMENT]
    if not jobs:
        return
    work = work_of_year(jobs, year, values)
    before = holding.before(Scheme.CPF, WORK)
    private = _private_right(work, profile, before, values) if work.private_share else None
    if private is not None:
        derivation, posted_on = _in_euros(
            private.derivation, private.unit, private.posted_on, "cpf_cents_per_hour", values
        )
        yield PlannedCredit(
            Scheme.CPF, WORK, derivation.result, posted_on, private.estimated,
            f"Droits acquis par votre travail de {year}", before, derivation,
        )  # fmt: skip
    before = holding.before(Scheme.PUBLIC_HOURS, PUBLIC)
    public = yearly_public_right(work, profile, balance=before, values=values)
    if public is not None:
        yield PlannedCredit(
            Scheme.PUBLIC_HOURS, PUBLIC, public.amount, public.posted_on, public.estimated,
            f"Heures acquises dans la fonction publique en {year}", before, public.derivation,
        )  # fmt: skip


def _private_right(
    work: YearOfWork, profile: Profile, before: int, values: LegalValues
) -> YearlyRight | None:
    posted_on, _ = private_posting_day(work, values)
    if posted_on < values.on("conversion_day", posted_on).day:
        before = _in_minutes(before, "cpf_cents_per_hour", values)
    return yearly_private_right(work, profile, balance=before, values=values)


def _in_minutes(cents: int, rate_name: str, values: LegalValues) -> int:
    """The hours that the euros of a counter stand for, in minutes: ceilings of before 2019 are in hours."""
    return int(Fraction(cents * 60) / values.on(rate_name, _conversion_day(values)).number)


def _conversion_day(values: LegalValues) -> date:
    return values.on("conversion_day", date.max).day


def _in_euros(
    derivation: Derivation, unit: Measure, posted_on: date, rate_name: str, values: LegalValues
) -> tuple[Derivation, date]:
    """What was acquired in hours, as the conversion of 2019 made it, and the day on which a counter in euros has it."""
    if unit is not Measure.MINUTES:
        return derivation, posted_on
    day = _conversion_day(values)
    rate = Working(derivation.name, values).law(rate_name, day)
    last = derivation.steps[-1]
    working = Working.continuing(derivation, derivation.name)
    working.step(
        "Montant en euros", Operation.AT_RATE,
        Operand(last.label, last.amount, last.unit, step=len(derivation.steps) - 1), rate,
        unit=Measure.CENTS, rounding=Rounding.CENT_UP, rule="heures × valeur de l’heure", source=rate.source,
    )  # fmt: skip
    return working.done(), max(posted_on, day)


def _commitment_credits(
    year: int, declared: list[Declared], holding: Holding, values: LegalValues
) -> Iterator[PlannedCredit]:
    counted = engagement.counted([commitment_of(item, year) for item in declared], values)
    received = holding.committed
    for declaration in counted:
        part = f"commitment:{engagement.KIND_OF_ACTIVITY[declaration.activity]}"
        # What this part already received is given again: it must not fill its own room.
        own = holding.posted(Scheme.CEC, part)
        before = received - own
        balance = max(0, holding.balances.get(Scheme.CEC, 0) - own)
        held = (before, balance)
        if engagement.posting_day(declaration, values)[0] < _conversion_day(values):
            held = (
                _in_minutes(before, "cec_cents_per_hour", values),
                _in_minutes(balance, "cec_cents_per_hour", values),
            )
        got = engagement.acquisition(declaration, acquired=held[0], balance=held[1], values=values)
        derivation, posted_on = _in_euros(
            got.derivation, got.unit, got.posted_on, "cec_cents_per_hour", values
        )
        received = before + max(own, derivation.result)
        yield PlannedCredit(
            Scheme.CEC, part, derivation.result, posted_on, got.estimated,
            f"Engagement citoyen de {year}", before, derivation,
        )  # fmt: skip


def _exposure_credits(
    year: int, declared: list[Declared], profile: Profile, holding: Holding, values: LegalValues
) -> Iterator[PlannedCredit]:
    if not declared:
        return
    before = holding.before(Scheme.C2P, EXPOSURE)
    exposure = exposure_of(declared, year, profile.birth, values)
    points = prevention.points_of_year(exposure, balance=before, values=values)
    posted_on = values.of_year("c2p_feeding_day", year).posting.of(year)
    yield PlannedCredit(
        Scheme.C2P, EXPOSURE, points.result, posted_on, False,
        f"Points de votre exposition de {year}", before, points,
    )  # fmt: skip


def _supplement_credits(
    declared: list[Declared], holding: Holding, values: LegalValues
) -> Iterator[PlannedCredit]:
    for item in declared:
        supplement, received_on = supplement_of(item)
        if received_on is None:
            continue
        part = f"supplement:{item.reference}"
        before = holding.before(Scheme.SUPPLEMENT, part)
        rights = before + holding.balances.get(Scheme.CPF, 0) + holding.balances.get(Scheme.DIF, 0)
        credit = supplements.supplement_credit(
            supplement, day=received_on, rights_on_account=rights, values=values
        )
        yield PlannedCredit(
            Scheme.SUPPLEMENT, part, credit.result, received_on, False,
            f"Dotation reçue ({supplement.kind})", before, credit,
        )  # fmt: skip


def idle_birth_years(year: int, values: LegalValues) -> range:
    """The years of birth that neither open nor close an account around that year of activity.

    So that people who differ by such an age alone may be computed once, as people without a birth; points apart,
    which depend on it.
    """
    latest = date(year + LATEST_POSTING_YEARS, 12, 31)
    return range(
        latest.year - values.on("full_rate_age", latest).number + 1,
        year - values.of_year("minimum_age", year).number,
    )


def withdrawn_credit(scheme: Scheme, part: str, fed: Fed, day: date, values: LegalValues) -> PlannedCredit:
    """A part that no declaration supports any more: all that it brought is taken back."""
    working = Working("withdrawn", values)
    working.note("Droits de la déclaration retirée", 0, Measure(UNIT_OF_SCHEME[scheme].value))
    label = "Déclaration retirée par celui qui l’avait faite"
    return PlannedCredit(scheme, part, 0, day, False, label, fed.balance_before, working.done())


def corrected(computed: Derivation, *, scheme: Scheme, before: int, after: int) -> Derivation:
    """How the part should have been computed, then the difference with what was posted."""
    unit = Measure(UNIT_OF_SCHEME[scheme].value)
    working = Working.continuing(computed, "correction")
    working.step(
        "Correction", Operation.DIFFERENCE,
        working.given("Montant après correction", after, unit),
        working.given("Déjà inscrit", before, unit),
        unit=unit, rule="le montant corrigé, moins ce qui était déjà inscrit",
    )  # fmt: skip
    return working.done()

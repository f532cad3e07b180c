"""« Et si… » : what a person would have in some years, and what a training would then cost. Reads, never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from accounts.models import Holder
from accounts.selectors.situations import is_registered_job_seeker
from rights.enums import Scheme
from rights.models import Counter
from rights.parameters import legal_values, value_on
from rights.rules.dates import add_years
from rights.rules.derivation import Derivation, Measure, Operation, Rounding
from rights.rules.funding import Action, FundingCase, FundingPlan, Offer, Payer, Purse, plan_funding
from rights.rules.working import Working


@dataclass(frozen=True)
class Supposition:
    """What the person imagines. `share`: of full time worked each year; `years`: ahead, 0 for today."""

    years: int = 0
    share: Fraction = Fraction(1)
    low_qualified: bool = False
    job_seeker: bool = False
    action: Action = Action.RNCP
    price_cents: int = 0
    employer_cents: int = 0


@dataclass(frozen=True)
class Forecast:
    """The year, what would be added for it, the balance of the main right after it, in cents, with its derivation."""

    year: int
    added_cents: int
    balance_cents: int
    derivation: Derivation


@dataclass(frozen=True)
class TopUp:
    """Who could be asked for what is left, and why."""

    who: str
    why: str


@dataclass(frozen=True)
class Simulation:
    day: date
    years: tuple[Forecast, ...]
    purses: tuple[Purse, ...]
    plan: FundingPlan | None
    top_ups: tuple[TopUp, ...]

    @property
    def total_cents(self) -> int:
        return sum(purse.available_cents for purse in self.purses)


def simulate(holder: Holder, supposed: Supposition, today: date) -> Simulation:
    """The rights after so many years of that work, then the plan of the training. Two queries."""
    balances = {Scheme(counter.scheme): counter.balance for counter in Counter.objects.filter(holder=holder)}
    day = add_years(today, supposed.years)
    forecasts = tuple(_forecasts(balances.get(Scheme.CPF, 0), supposed, today))
    if forecasts:
        balances[Scheme.CPF] = forecasts[-1].balance_cents
    order = value_on("paying_schemes", day).names
    purses = tuple(
        Purse(Scheme(name), balances[Scheme(name)]) for name in order if balances.get(Scheme(name))
    )
    job_seeker = supposed.job_seeker or is_registered_job_seeker(holder, today)
    plan = _plan(supposed, purses, day, job_seeker) if supposed.price_cents else None
    return Simulation(day, forecasts, purses, plan, _top_ups(plan, job_seeker, supposed))


@dataclass(frozen=True)
class Coming:
    """What the work of the year should bring to the CPF, in cents, and about when."""

    year: int
    about_on: date
    added_cents: int
    derivation: Derivation


def coming_to(balance_cents: int, today: date) -> Coming:
    """For someone who works at least half time this whole year; zero at the ceiling. No query."""
    derivation = _year(balance_cents, Supposition(), today.year)
    posting = value_on("private_feeding_day", date(today.year, 12, 31)).posting
    return Coming(today.year, posting.of(today.year), int(derivation.result), derivation)


def _forecasts(balance: int, supposed: Supposition, today: date) -> list[Forecast]:
    """Year after year, at the values of today's law: what the work of each would add, up to the ceiling."""
    found = []
    for year in range(today.year, today.year + supposed.years):
        derivation = _year(balance, supposed, year)
        found.append(Forecast(year, int(derivation.result), balance + int(derivation.result), derivation))
        balance = found[-1].balance_cents
    return found


def _year(balance: int, supposed: Supposition, year: int) -> Derivation:
    working = Working("simulated_year", legal_values())
    names = (
        ("cpf_low_qualified_yearly_cents", "cpf_majored_ceiling_cents")
        if supposed.low_qualified
        else ("cpf_yearly_cents", "cpf_ceiling_cents")
    )
    yearly, ceiling = (working.of_year(name, year) for name in names)
    if supposed.share >= working.of_year("cpf_full_right_ratio", year).value:
        right = working.note(
            "Droit d’une année travaillée au moins à mi-temps",
            yearly.value,
            Measure.CENTS,
            source=yearly.source,
        )
    else:
        right = working.step(
            "Droit de l’année", Operation.PRODUCT, yearly,
            working.given("Part du temps plein", supposed.share, Measure.RATIO),
            unit=Measure.CENTS, rounding=Rounding.CENT_UP, source=yearly.source,
        )  # fmt: skip
    room = working.step(
        "Place sous le plafond", Operation.ROOM, ceiling,
        working.given("Solde avant", balance, Measure.CENTS), unit=Measure.CENTS, source=ceiling.source,
    )  # fmt: skip
    working.step("Ajout de l’année", Operation.SMALLEST, right, room, unit=Measure.CENTS)
    return working.done()


def _plan(supposed: Supposition, purses: tuple[Purse, ...], day: date, job_seeker: bool) -> FundingPlan:
    offers = (Offer(Payer.EMPLOYER, supposed.employer_cents),) if supposed.employer_cents else ()
    case = FundingCase(
        day=day,
        price_cents=supposed.price_cents,
        purses=purses,
        action=supposed.action,
        job_seeker=job_seeker,
        offers=offers,
    )
    return plan_funding(case, values=legal_values())


def _top_ups(plan: FundingPlan | None, job_seeker: bool, supposed: Supposition) -> tuple[TopUp, ...]:
    if plan is None or not plan.holder_charge_cents:
        return ()
    found = []
    if job_seeker:
        found.append(
            TopUp("France Travail", "vous êtes inscrit : demandez à votre conseiller une aide individuelle")
        )
    else:
        found.append(
            TopUp(
                "Votre employeur ou son OPCO",
                "il peut payer tout ou partie du reste, ce qui vous dispense de la participation",
            )
        )
    found.append(TopUp("Votre Région", "elle aide certaines formations, selon le métier et votre situation"))
    found.append(TopUp("L’Agefiph", "si votre handicap est reconnu"))
    if supposed.low_qualified:
        found.append(TopUp("Transitions Pro", "pour un projet de transition, en priorité aux moins diplômés"))
    return tuple(found)

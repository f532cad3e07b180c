"""What a year of private work adds to the account (code du travail, articles L. 6323-11 and R. 6323-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.activity import Profile, YearOfWork, old_enough, still_fed_on
from rights.rules.conversion import cents_for_hours
from rights.rules.derivation import Derivation, Measure, Operand, Operation, Rounding
from rights.rules.working import Working


class Category(StrEnum):
    """Under which rule the year was counted."""

    EMPLOYEE = "employee"
    LOW_QUALIFIED = "low_qualified"
    OETH = "oeth"
    ESAT = "esat"
    SELF_EMPLOYED = "self_employed"
    PUBLIC_AGENT = "public_agent"
    PUBLIC_LOW_QUALIFIED = "public_low_qualified"


@dataclass(frozen=True)
class YearlyRight:
    """What one year brings: `amount` to credit in `unit` (after the ceiling), on `posted_on`, under `category`.

    `estimated` says that the posting day is ours, the law only giving a period.
    """

    year: int
    category: Category
    amount: int
    unit: Measure
    posted_on: date
    estimated: bool
    derivation: Derivation


@dataclass(frozen=True)
class Candidate:
    """One way to count the year: the entitlement and the ceiling that goes with it."""

    category: Category
    amount: Operand
    ceiling: Operand


def yearly_private_right(
    work: YearOfWork, profile: Profile, *, balance: int, values: LegalValues
) -> YearlyRight | None:
    """The right of a year of private work; None when the year brings none or the account is no longer fed.

    `balance` is that of the rights acquired by work on the posting day, in cents; for an activity before the
    conversion day posted before it, in minutes. Several categories in one year: the best amount and ceiling, once
    (R. 6323-27).
    """
    posted_on, estimated = private_posting_day(work, values)
    if not old_enough(work, profile, values) or not still_fed_on(posted_on, profile, values):
        return None
    working = Working("yearly_right", values)
    in_hours = values.known_in("cpf_yearly_hours", work.year)
    converted = posted_on >= values.on("conversion_day", posted_on).day
    if in_hours and work.self_employed <= 0:
        return _hours_year(working, work, profile, balance, converted, posted_on, estimated)
    if in_hours and work.private_share > work.self_employed:
        return _hours_year(working, work, profile, balance, converted, posted_on, estimated)
    candidates = _euro_candidates(working, work, profile)
    if not candidates:
        return None
    best = _most_favourable(working, candidates)
    credited = _within_ceiling(working, best, balance, Measure.CENTS)
    return _right(work, best.category, credited, Measure.CENTS, posted_on, estimated, working)


def private_posting_day(work: YearOfWork, values: LegalValues) -> tuple[date, bool]:
    """The day on which the year is credited, and whether it is an estimate."""
    # The activity that brings the right: the business when it takes more of the year than the jobs.
    alone = work.self_employed > work.employee_share and not work.esat
    name = "self_employed_feeding_day" if alone else "private_feeding_day"
    if alone and not values.known_in(name, work.year):
        name = "private_feeding_day"
    dated = values.of_year(name, max(work.year, 2015))
    return dated.posting.of(work.year), bool(dated.note)


def _right(
    work: YearOfWork,
    category: Category,
    credited: Operand,
    unit: Measure,
    posted_on: date,
    estimated: bool,
    working: Working,
) -> YearlyRight:
    return YearlyRight(work.year, category, int(credited.value), unit, posted_on, estimated, working.done())


# --- Hours (2015-2018) --------------------------------------------------------------------------------------------


def _hours_year(
    working: Working,
    work: YearOfWork,
    profile: Profile,
    balance: int,
    converted: bool,
    posted_on: date,
    estimated: bool,
) -> YearlyRight | None:
    minutes = _minutes_of_balance(working, balance, posted_on) if converted else balance
    candidate = _hours_candidate(working, work, profile, minutes)
    if candidate is None:
        return None
    credited = _within_ceiling(working, candidate, minutes, Measure.MINUTES)
    if not converted:
        return _right(work, candidate.category, credited, Measure.MINUTES, posted_on, estimated, working)
    cents = cents_for_hours(working, credited, "cpf_cents_per_hour", posted_on)
    return _right(work, candidate.category, cents, Measure.CENTS, posted_on, estimated, working)


def _minutes_of_balance(working: Working, cents: int, day: date) -> int:
    """The hours that the euros of the counter stand for: ceilings of that year are in hours (R. 6323-1, 2018)."""
    return int(cents * 60 / Fraction(working.values.on("cpf_cents_per_hour", day).number))


def _hours_candidate(working: Working, work: YearOfWork, profile: Profile, balance: int) -> Candidate | None:
    year, share = work.year, work.employee_share
    low_ceiling = "cpf_low_qualified_hours_ceiling"
    if work.esat and working.values.known_in("esat_yearly_hours", year):
        amount = working.of_year("esat_yearly_hours", year)
        return Candidate(Category.ESAT, amount, working.of_year(low_ceiling, year))
    if share <= 0:
        return None
    if profile.low_qualified_in(year) and working.values.known_in("cpf_low_qualified_yearly_hours", year):
        amount = _prorated_hours(working, "cpf_low_qualified_yearly_hours", work.year, share)
        return Candidate(Category.LOW_QUALIFIED, amount, working.of_year(low_ceiling, year))
    amount = hours_with_threshold(
        working,
        share,
        balance,
        names=("cpf_yearly_hours", "cpf_hours_threshold", "cpf_yearly_hours_above_threshold"),
        year=year,
    )
    return Candidate(Category.EMPLOYEE, amount, working.of_year("cpf_hours_ceiling", year))


def _prorated_hours(working: Working, name: str, year: int, share: Fraction) -> Operand:
    return working.step(
        "Heures de l’année",
        Operation.PRODUCT,
        working.of_year(name, year),
        working.given("Part du temps plein", share, Measure.RATIO),
        unit=Measure.MINUTES,
        rounding=Rounding.HOUR_UP,
        rule="heures d’une année pleine × part du temps plein",
        source="Article R. 6323-1 du code du travail",
    )


def hours_with_threshold(
    working: Working, share: Fraction, balance: int, *, names: tuple[str, str, str], year: int
) -> Operand:
    """Hours of a year whose rate falls once the counter reaches a threshold, rounded up to the hour.

    The part of the year that leads to the threshold counts at the full rate, the rest at the lower one.
    """
    full, threshold, lower = (working.of_year(name, year) for name in names)
    share_given = working.given("Part du temps plein", share, Measure.RATIO)
    room = max(0, int(threshold.value) - balance)
    rule = "heures d’une année pleine × part du temps plein"
    if Fraction(full.value) * share <= room:
        return working.step(
            "Heures de l’année", Operation.PRODUCT, full, share_given,
            unit=Measure.MINUTES, rounding=Rounding.HOUR_UP, rule=rule, source=full.source,
        )  # fmt: skip
    if room == 0:
        return working.step(
            "Heures de l’année, au-delà du seuil", Operation.PRODUCT, lower, share_given,
            unit=Measure.MINUTES, rounding=Rounding.HOUR_UP, rule=rule, source=lower.source,
        )  # fmt: skip
    reached = working.step(
        "Heures jusqu’au seuil", Operation.ROOM, threshold,
        working.given("Solde avant", balance, Measure.MINUTES),
        unit=Measure.MINUTES, rule="seuil moins solde", source=threshold.source,
    )  # fmt: skip
    whole = working.step(
        "Heures de l’année au taux plein", Operation.PRODUCT, full, share_given,
        unit=Measure.MINUTES, rule=rule, source=full.source,
    )  # fmt: skip
    beyond = working.step(
        "Heures au-delà du seuil, au taux plein", Operation.DIFFERENCE, whole, reached, unit=Measure.MINUTES
    )
    reduced = working.step(
        "Les mêmes au taux réduit", Operation.PRODUCT, beyond,
        working.given("Taux réduit sur taux plein", Fraction(lower.value) / Fraction(full.value), Measure.RATIO),
        unit=Measure.MINUTES, source=lower.source,
    )  # fmt: skip
    return working.step(
        "Heures de l’année", Operation.SUM, reached, reduced,
        unit=Measure.MINUTES, rounding=Rounding.HOUR_UP, rule="taux plein jusqu’au seuil, puis taux réduit",
    )  # fmt: skip


# --- Euros (from 2019, and 2018 for the self-employed) ---------------------------------------------------------------


def _euro_candidates(working: Working, work: YearOfWork, profile: Profile) -> list[Candidate]:
    """Every way to count the year in euros, in a fixed order."""
    ways: tuple[Callable[[Working, YearOfWork, Profile], Candidate | None], ...] = (
        _employee, _low_qualified, _oeth, _esat, _self_employed,
    )  # fmt: skip
    return [candidate for way in ways if (candidate := way(working, work, profile)) is not None]


def _employee(working: Working, work: YearOfWork, profile: Profile) -> Candidate | None:
    if work.employee_share <= 0 or not working.values.known_in("cpf_yearly_cents", work.year):
        return None
    amount = _by_share(working, "cpf_yearly_cents", work, "Droits d’un salarié")
    return Candidate(Category.EMPLOYEE, amount, working.of_year("cpf_ceiling_cents", work.year))


def _low_qualified(working: Working, work: YearOfWork, profile: Profile) -> Candidate | None:
    if work.employee_share <= 0 or not profile.low_qualified_in(work.year):
        return None
    if not working.values.known_in("cpf_low_qualified_yearly_cents", work.year):
        return None
    amount = _low_qualified_amount(working, work)
    ceiling = working.of_year("cpf_majored_ceiling_cents", work.year)
    return Candidate(Category.LOW_QUALIFIED, amount, ceiling)


def _low_qualified_amount(working: Working, work: YearOfWork) -> Operand:
    name, label = "cpf_low_qualified_yearly_cents", "Droits d’une personne peu qualifiée"
    if working.values.of_year("low_qualified_under_threshold", work.year).choice == "flat":
        return _as_written(working, name, work.year, label)
    return _by_share(working, name, work, label)


def _oeth(working: Working, work: YearOfWork, profile: Profile) -> Candidate | None:
    """500 euros by share and the whole bonus: the text gives no share of it (D. 6323-3-3)."""
    if work.employee_share <= 0 or not profile.oeth_in(work.year):
        return None
    if not working.values.known_in("oeth_yearly_bonus_cents", work.year):
        return None
    added = working.values.of_year("oeth_with_low_qualified", work.year).choice == "added"
    base = (
        _low_qualified_amount(working, work)
        if added and profile.low_qualified_in(work.year)
        else _by_share(working, "cpf_yearly_cents", work, "Droits d’un salarié, avant majoration")
    )
    bonus = working.of_year("oeth_yearly_bonus_cents", work.year)
    amount = working.step(
        "Droits d’un bénéficiaire de l’obligation d’emploi", Operation.SUM, base, bonus,
        unit=Measure.CENTS, rule="droits au prorata, plus la majoration entière", source=bonus.source,
    )  # fmt: skip
    return Candidate(Category.OETH, amount, working.of_year("cpf_majored_ceiling_cents", work.year))


def _esat(working: Working, work: YearOfWork, profile: Profile) -> Candidate | None:
    if not work.esat or not working.values.known_in("esat_yearly_cents", work.year):
        return None
    amount = _as_written(working, "esat_yearly_cents", work.year, "Droits d’un travailleur en ESAT")
    return Candidate(Category.ESAT, amount, working.of_year("cpf_majored_ceiling_cents", work.year))


def _self_employed(working: Working, work: YearOfWork, profile: Profile) -> Candidate | None:
    """By the share of the year, with no threshold, provided that the levy was paid (L. 6323-27, R. 6323-22)."""
    if work.self_employed <= 0 or not work.levy_paid:
        return None
    if not working.values.known_in("self_employed_yearly_cents", work.year):
        return None
    amount = working.step(
        "Droits d’un travailleur indépendant", Operation.PRODUCT,
        working.of_year("self_employed_yearly_cents", work.year),
        working.given("Part de l’année en activité", min(Fraction(1), work.self_employed), Measure.RATIO),
        unit=Measure.CENTS, rounding=Rounding.CENT_UP, rule="montant annuel × part de l’année",
        source="Article R. 6323-22 du code du travail",
    )  # fmt: skip
    return Candidate(
        Category.SELF_EMPLOYED, amount, working.of_year("self_employed_ceiling_cents", work.year)
    )


def _by_share(working: Working, name: str, work: YearOfWork, label: str) -> Operand:
    """The whole amount from half time on, else by the share of full time, rounded up to the cent (R. 6323-1)."""
    threshold = working.of_year("cpf_full_right_ratio", work.year)
    if work.employee_share >= Fraction(threshold.value):
        return _as_written(working, name, work.year, label)
    return working.step(
        label, Operation.PRODUCT, working.of_year(name, work.year),
        working.given("Part du temps plein", work.employee_share, Measure.RATIO),
        unit=Measure.CENTS, rounding=Rounding.CENT_UP,
        rule="moins d’un mi-temps : montant annuel × part du temps plein",
        source="Article R. 6323-1, II du code du travail",
    )  # fmt: skip


def _as_written(working: Working, name: str, year: int, label: str) -> Operand:
    value = working.of_year(name, year)
    return working.step(
        label, Operation.SUM, value, unit=Measure.CENTS, rule="montant annuel entier", source=value.source
    )


def _most_favourable(working: Working, candidates: list[Candidate]) -> Candidate:
    best = max(candidates, key=lambda item: (item.amount.value, item.ceiling.value))
    if len(candidates) == 1:
        return best
    amount = working.step(
        "Montant le plus favorable", Operation.LARGEST, *(item.amount for item in candidates),
        unit=Measure.CENTS, rule="plusieurs situations la même année : la plus favorable, une fois",
        source="Article R. 6323-27 du code du travail",
    )  # fmt: skip
    ceiling = max((item.ceiling for item in candidates), key=lambda item: item.value)
    return Candidate(best.category, amount, ceiling)


def _within_ceiling(working: Working, candidate: Candidate, balance: int, unit: Measure) -> Operand:
    """What the ceiling lets in: it is compared with the balance, and never takes back what is above it."""
    room = working.step(
        "Place sous le plafond", Operation.ROOM, candidate.ceiling,
        working.given("Solde avant", balance, unit),
        unit=unit, rule="ce qu’on peut encore ajouter : plafond moins solde", source=candidate.ceiling.source,
    )  # fmt: skip
    return working.step(
        "Droits ajoutés", Operation.SMALLEST, candidate.amount, room,
        unit=unit, rule="le plus petit des deux",
    )  # fmt: skip

"""Hours of public agents (décrets n° 2017-928 and n° 2019-1392): yearly, unfitness, anticipation, days taken."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.activity import Profile, YearOfWork, old_enough, still_fed_on
from rights.rules.derivation import Derivation, Measure, Operand, Operation, Rounding
from rights.rules.working import Working
from rights.rules.yearly import Category, YearlyRight, hours_with_threshold


def yearly_public_right(
    work: YearOfWork, profile: Profile, *, balance: int, values: LegalValues
) -> YearlyRight | None:
    """The hours of a year in public service, in minutes; None when the year brings none. `balance` in minutes."""
    if work.public <= 0 or not values.known_in("public_yearly_hours", work.year):
        return None
    dated = values.of_year("public_feeding_day", work.year)
    posted_on = dated.posting.of(work.year)
    if not old_enough(work, profile, values) or not still_fed_on(posted_on, profile, values):
        return None
    working = Working("yearly_public_right", values)
    category = Category.PUBLIC_LOW_QUALIFIED if profile.public_low_qualified else Category.PUBLIC_AGENT
    hours = _hours_of_year(working, work.year, min(Fraction(1), work.public), balance, category)
    credited = _within_ceiling(working, hours, work.year, balance, category)
    return YearlyRight(
        year=work.year,
        category=category,
        amount=int(credited.value),
        unit=Measure.MINUTES,
        posted_on=posted_on,
        estimated=bool(dated.note),
        derivation=working.done(),
    )


def _hours_of_year(working: Working, year: int, share: Fraction, balance: int, category: Category) -> Operand:
    if category is Category.PUBLIC_LOW_QUALIFIED:
        return _prorated(working, "public_low_qualified_yearly_hours", year, share)
    if working.values.known_in("public_hours_threshold", year):
        names = ("public_yearly_hours", "public_hours_threshold", "public_yearly_hours_above_threshold")
        return hours_with_threshold(working, share, balance, names=names, year=year)
    return _prorated(working, "public_yearly_hours", year, share)


def _prorated(working: Working, name: str, year: int, share: Fraction) -> Operand:
    value = working.of_year(name, year)
    return working.step(
        "Heures de l’année", Operation.PRODUCT, value,
        working.given("Part d’un temps complet", share, Measure.RATIO),
        unit=Measure.MINUTES, rounding=Rounding.HOUR_UP,
        rule="heures d’une année × part d’un temps complet ; le temps partiel compte comme un temps complet",
        source=value.source,
    )  # fmt: skip


def _within_ceiling(working: Working, hours: Operand, year: int, balance: int, category: Category) -> Operand:
    low = category is Category.PUBLIC_LOW_QUALIFIED
    ceiling = working.of_year("public_low_qualified_ceiling_hours" if low else "public_ceiling_hours", year)
    room = working.step(
        "Place sous le plafond", Operation.ROOM, ceiling, working.given("Solde avant", balance, Measure.MINUTES),
        unit=Measure.MINUTES, rule="ce qu’on peut encore ajouter : plafond moins solde", source=ceiling.source,
    )  # fmt: skip
    return working.step(
        "Heures ajoutées",
        Operation.SMALLEST,
        hours,
        room,
        unit=Measure.MINUTES,
        rule="le plus petit des deux",
    )


def unfitness_hours(asked_minutes: int, *, day: date, values: LegalValues) -> Derivation:
    """Minutes added beyond the ceiling to prevent unfitness, with a doctor's opinion (décret n° 2019-1392, art. 4)."""
    working = Working("unfitness_hours", values)
    limit = working.law("public_unfitness_hours", day)
    working.step(
        "Heures ajoutées", Operation.SMALLEST, working.given("Heures demandées", asked_minutes, Measure.MINUTES),
        limit, unit=Measure.MINUTES, rule="le plus petit des deux, sans préjudice du plafond", source=limit.source,
    )  # fmt: skip
    return working.done()


def anticipated_hours(
    years: Fraction,
    *,
    day: date,
    balance: int,
    profile: Profile,
    values: LegalValues,
    contract_years_left: Fraction | None = None,
) -> Derivation:
    """Minutes of the next years that the employer advances, within contract and ceiling (décret n° 2017-928)."""
    working = Working("anticipated_hours", values)
    allowed = min(years, Fraction(values.on("public_anticipation_years", day).number))
    if contract_years_left is not None:
        allowed = min(allowed, contract_years_left)
    low = profile.public_low_qualified
    category = Category.PUBLIC_LOW_QUALIFIED if low else Category.PUBLIC_AGENT
    value = working.of_year("public_low_qualified_yearly_hours" if low else "public_yearly_hours", day.year)
    hours = working.step(
        "Heures des années avancées", Operation.PRODUCT, value,
        working.given("Années avancées", max(Fraction(0), allowed), Measure.YEARS),
        unit=Measure.MINUTES, rounding=Rounding.HOUR_UP, source=value.source,
    )  # fmt: skip
    _within_ceiling(working, hours, day.year, balance, category)
    return working.done()


def hours_for_days(days: Fraction, *, day: date, balance: int, values: LegalValues) -> Derivation:
    """Minutes taken for days of training: six hours a day, three a half-day; never more than the balance."""
    working = Working("hours_for_days", values)
    value = working.law("public_day_hours", day)
    half_days = working.step(
        "Demi-journées", Operation.PRODUCT, working.given("Jours de formation", days, Measure.DAYS),
        working.given("Demi-journées par jour", 2, Measure.COUNT),
        unit=Measure.COUNT, rounding=Rounding.UNIT_UP,
    )  # fmt: skip
    hours = working.step(
        "Heures à prendre", Operation.PRODUCT, half_days,
        working.given("Demi-journée, en minutes", Fraction(value.value) / 2, Measure.MINUTES),
        unit=Measure.MINUTES, rule="six heures par jour, trois par demi-journée", source=value.source,
    )  # fmt: skip
    working.step(
        "Heures prises", Operation.SMALLEST, hours, working.given("Solde", balance, Measure.MINUTES),
        unit=Measure.MINUTES, rule="le plus petit des deux",
    )  # fmt: skip
    return working.done()

"""From hours to euros and back: 2019 for the private sector, on request between a public and a private counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.dates import add_years
from rights.rules.derivation import Derivation, Measure, Operand, Operation, Rounding
from rights.rules.working import Working

_ROUNDINGS = {"nearest_hour": Rounding.HOUR_NEAREST, "lower_hour": Rounding.HOUR_DOWN}


class MainActivity(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"
    EQUAL = "equal"


@dataclass(frozen=True)
class Conversion:
    """What leaves the origin counter and reaches the target one, each in its unit. Both zero when refused.

    `surplus_cents`: what rounding gave (or took, when negative), in euros; a later conversion back gives it up.
    """

    taken: int
    given: int
    surplus_cents: int
    derivation: Derivation
    refusal: str = ""


def cents_for_hours(working: Working, minutes: Operand, rate_name: str, day: date) -> Operand:
    """Minutes as cents at the rate of the day, a part of a cent going to the holder."""
    rate = working.law(rate_name, day)
    return working.step(
        "Montant en euros", Operation.AT_RATE, minutes, rate,
        unit=Measure.CENTS, rounding=Rounding.CENT_UP, rule="heures × valeur de l’heure", source=rate.source,
    )  # fmt: skip


def converted_to_euros(minutes: int, *, rate_name: str, values: LegalValues) -> Derivation:
    """The hours of a private counter at the conversion day (2019), in cents."""
    day = values.on("conversion_day", date(2019, 1, 1)).day
    working = Working("conversion_2019", values)
    cents_for_hours(working, working.given("Heures au compteur", minutes, Measure.MINUTES), rate_name, day)
    return working.done()


def refusal_of(day: date, main: MainActivity, *, to_hours: bool, values: LegalValues) -> str:
    """Why a conversion is not possible that day; empty when it is (L. 6323-3, R. 6323-43)."""
    opens = values.on("public_conversion_opens", day).day
    if day < opens:
        return f"Les conversions sont possibles depuis le {opens:%d/%m/%Y}."
    toward = MainActivity.PUBLIC if to_hours else MainActivity.PRIVATE
    if main not in (toward, MainActivity.EQUAL):
        return (
            "Le sens de la conversion est celui de votre activité principale actuelle (article R. 6323-43)."
        )
    return ""


def counted_since(day: date, *, low_qualified: bool, values: LegalValues) -> date:
    """The eve of the years over which successive conversions to hours are limited; none are before they opened."""
    try:
        years = values.on(f"public_conversion_limit_years{'_low_qualified' if low_qualified else ''}", day)
    except LookupError:
        return day
    return add_years(day, -years.number)


def convert_to_hours(
    cents: int,
    *,
    day: date,
    public_balance: int,
    low_qualified: bool,
    main: MainActivity,
    values: LegalValues,
    converted_before: int = 0,
    rate_name: str = "cpf_cents_per_hour",
    came_from_hours: bool = False,
) -> Conversion:
    """Euros of a private counter into minutes of a public one (D. 6323-44).

    The ceiling of the public counter and the limit of successive conversions (`converted_before`, minutes) hold back
    the rest, which stays on the origin counter; what fits is rounded to the nearest hour. Engagement (CEC) has its own
    rate, and neither ceiling nor limit. `came_from_hours`: hours of the person became euros before; what comes back is
    then exact, or rounding would make hours out of nothing.
    """
    refusal = refusal_of(day, main, to_hours=True, values=values)
    working = Working("conversion_to_hours", values)
    if refusal:
        working.note("Conversion refusée", 0, Measure.MINUTES, rule=refusal)
        return Conversion(0, 0, 0, working.done(), refusal)
    rate = working.law(rate_name, day)
    wanted = working.step(
        "Heures que vos euros représentent", Operation.INTO_HOURS,
        working.given("Solde en euros", cents, Measure.CENTS), rate,
        unit=Measure.MINUTES, rounding=_ROUNDINGS[values.on("public_conversion_rounding", day).choice],
        rule="euros ÷ valeur de l’heure", source=rate.source,
    )  # fmt: skip
    if came_from_hours:
        wanted = _without_rounding_gain(working, wanted, cents, rate)
    if rate_name == "cpf_cents_per_hour":
        wanted = _within_public_limits(working, wanted, day, public_balance, low_qualified, converted_before)
    given = int(wanted.value)
    worth = Fraction(given) * Fraction(rate.value) / 60
    # Everything fits: the whole balance leaves, rounding being to the hour. Else only what the hours are worth.
    fits = given == int(working_first(working).value)
    taken = cents if fits else min(cents, int(worth))
    # Hours come back at the rate of the CPF, whatever the rate at which they were given.
    back = Fraction(given) * working.values.on("cpf_cents_per_hour", day).number / 60
    return Conversion(taken, given, int(back) - taken, working.done())


def _without_rounding_gain(working: Working, wanted: Operand, cents: int, rate: Operand) -> Operand:
    exact = working.step(
        "Les mêmes, sans arrondi", Operation.INTO_HOURS, working.given("Solde en euros", cents, Measure.CENTS), rate,
        unit=Measure.MINUTES, rounding=Rounding.UNIT_DOWN,
        rule="une conversion avait déjà eu lieu dans l’autre sens : l’arrondi ne donne rien de plus",
    )  # fmt: skip
    return working.step(
        "Heures à convertir", Operation.SMALLEST, wanted, exact, unit=Measure.MINUTES,
        rule="le plus petit des deux",
    )  # fmt: skip


def what_leaves(done: Conversion, *, balance: int, unit: Measure) -> Derivation:
    """What the origin counter gives for a conversion, in its unit, after the steps that led to what the other gets."""
    working = Working.continuing(done.derivation, "conversion_origin")
    working.step(
        "Ce qui quitte le compteur d’origine", Operation.SMALLEST,
        working.given("Solde du compteur d’origine", balance, unit),
        working.given("Ce que l’autre compteur reçoit, au même taux", done.taken, unit),
        unit=unit, rule="le plus petit des deux ; le reste n’est pas converti",
    )  # fmt: skip
    return working.done()


def working_first(working: Working) -> Operand:
    """The first line of the sheet, as an operand."""
    first = working.done().steps[0]
    return Operand(first.label, first.amount, first.unit, step=0)


def _within_public_limits(
    working: Working, wanted: Operand, day: date, balance: int, low_qualified: bool, converted_before: int
) -> Operand:
    suffix = "_low_qualified" if low_qualified else ""
    ceiling_name = "public_low_qualified_ceiling_hours" if low_qualified else "public_ceiling_hours"
    ceiling, limit = (
        working.law(ceiling_name, day),
        working.law(f"public_conversion_limit_hours{suffix}", day),
    )
    room = working.step(
        "Place sous le plafond du compteur public", Operation.ROOM, ceiling,
        working.given("Heures au compteur public", balance, Measure.MINUTES),
        unit=Measure.MINUTES, source=ceiling.source,
    )  # fmt: skip
    left = working.step(
        "Heures encore convertibles", Operation.ROOM, limit,
        working.given("Heures déjà converties", converted_before, Measure.MINUTES),
        unit=Measure.MINUTES, source=limit.source,
    )  # fmt: skip
    return working.step(
        "Heures ajoutées", Operation.SMALLEST, wanted, room, left,
        unit=Measure.MINUTES, rule="le plus petit des trois ; le reste demeure en euros",
    )  # fmt: skip


def convert_to_cents(
    minutes: int,
    *,
    day: date,
    private_balance: int,
    majored_ceiling: bool,
    main: MainActivity,
    values: LegalValues,
    surplus_cents: int = 0,
) -> Conversion:
    """Minutes of a public counter into cents of a private one, within its ceiling; the rest stays (R. 6323-43).

    `surplus_cents`: what the rounding of earlier conversions gave, which does not come back as euros.
    """
    refusal = refusal_of(day, main, to_hours=False, values=values)
    working = Working("conversion_to_cents", values)
    if refusal:
        working.note("Conversion refusée", 0, Measure.CENTS, rule=refusal)
        return Conversion(0, 0, 0, working.done(), refusal)
    rate = working.law("cpf_cents_per_hour", day)
    worth = working.step(
        "Euros que vos heures représentent", Operation.AT_RATE,
        working.given("Heures au compteur public", minutes, Measure.MINUTES), rate,
        unit=Measure.CENTS, rounding=Rounding.UNIT_DOWN, rule="heures × valeur de l’heure", source=rate.source,
    )  # fmt: skip
    given_up = min(max(0, surplus_cents), int(worth.value))
    if given_up:
        worth = working.step(
            "Sans ce que l’arrondi d’une conversion avait donné", Operation.ROOM, worth,
            working.given("Gain d’arrondi", given_up, Measure.CENTS), unit=Measure.CENTS,
        )  # fmt: skip
    name = "cpf_majored_ceiling_cents" if majored_ceiling else "cpf_ceiling_cents"
    ceiling = working.law(name, day)
    room = working.step(
        "Place sous le plafond du compteur en euros", Operation.ROOM, ceiling,
        working.given("Solde en euros", private_balance, Measure.CENTS),
        unit=Measure.CENTS, source=ceiling.source,
    )  # fmt: skip
    given = working.step(
        "Euros ajoutés", Operation.SMALLEST, worth, room,
        unit=Measure.CENTS, rule="le plus petit des deux ; le reste demeure en heures",
    )  # fmt: skip
    cents = int(given.value)
    if cents == int(worth.value):
        taken = minutes
    else:
        exact = Fraction((cents + given_up) * 60) / Fraction(rate.value)
        taken = min(minutes, -(-exact.numerator // exact.denominator))
    return Conversion(taken, cents, -given_up, working.done())

"""Rights of civic commitment (CEC): which activities count, when they are declared in time, what they bring.

Source: articles L. 5151-9, D. 5151-14, D. 5151-15 and R. 5151-16 to R. 5151-18 of the code du travail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.conversion import cents_for_hours
from rights.rules.dates import add_months, add_years
from rights.rules.derivation import Derivation, Measure, Operand, Operation
from rights.rules.working import Working


class Activity(StrEnum):
    CIVIC_SERVICE = "civic_service"
    MILITARY_RESERVE = "military_reserve"
    DEFENCE_RESERVE = "defence_reserve"
    CIVIL_SAFETY_RESERVE = "civil_safety_reserve"
    HEALTH_RESERVE = "health_reserve"
    APPRENTICE_MASTER = "apprentice_master"
    VOLUNTEERING = "volunteering"
    EDUCATION_RESERVE = "education_reserve"
    FIREFIGHTER = "firefighter"
    POLICE_CIVIL_RESERVE = "police_civil_reserve"
    POLICE_CITIZEN_RESERVE = "police_citizen_reserve"
    REINTEGRATION_RESERVE = "reintegration_reserve"
    CIVIC_RESERVE = "civic_reserve"


class Kind(StrEnum):
    """One activity a year counts in each of these (service-public.fr, F34030)."""

    VOLUNTARY_SERVICE = "voluntary_service"
    VOLUNTEERING = "volunteering"
    APPRENTICE_MASTER = "apprentice_master"


KIND_OF_ACTIVITY = {
    activity: {
        Activity.VOLUNTEERING: Kind.VOLUNTEERING,
        Activity.APPRENTICE_MASTER: Kind.APPRENTICE_MASTER,
    }.get(activity, Kind.VOLUNTARY_SERVICE)
    for activity in Activity
}

# The parameter that each yearly quantity is compared with.
THRESHOLDS = {
    Activity.CIVIC_SERVICE: "cec_civic_service_months",
    Activity.MILITARY_RESERVE: "cec_military_reserve_days",
    Activity.DEFENCE_RESERVE: "cec_defence_reserve_years",
    Activity.CIVIL_SAFETY_RESERVE: "cec_civil_safety_reserve_years",
    Activity.HEALTH_RESERVE: "cec_health_reserve_days",
    Activity.APPRENTICE_MASTER: "cec_apprentice_master_months",
    Activity.EDUCATION_RESERVE: "cec_education_reserve_interventions",
    Activity.FIREFIGHTER: "cec_firefighter_years",
    Activity.POLICE_CIVIL_RESERVE: "cec_police_civil_reserve_shifts",
    Activity.POLICE_CITIZEN_RESERVE: "cec_police_citizen_reserve_hours",
    Activity.REINTEGRATION_RESERVE: "cec_reintegration_reserve_hours",
    Activity.CIVIC_RESERVE: "cec_civic_reserve_hours",
    Activity.VOLUNTEERING: "cec_volunteer_hours",
}
# Those that count by whole terms of several years, each year reaching its own threshold.
TERM_YEARS = {
    Activity.POLICE_CIVIL_RESERVE: "cec_police_reserve_years",
    Activity.POLICE_CITIZEN_RESERVE: "cec_police_reserve_years",
}
IN_ONE_BODY = {
    Activity.VOLUNTEERING: "cec_volunteer_same_association_hours",
    Activity.CIVIC_RESERVE: "cec_civic_reserve_same_body_hours",
}


@dataclass(frozen=True)
class Declaration:
    """One activity of one civil year. `quantity` in the unit of its threshold; None: known to be reached.

    `in_one_body`: the most hours in one association or body, None when all were in the same. `declared_on` and
    `attested_on` are asked of volunteering alone; None means "in time". `association_age` in years that day.
    """

    activity: Activity
    year: int
    quantity: Fraction | None = None
    in_one_body: Fraction | None = None
    declared_on: date | None = None
    attested_on: date | None = None
    association_age: Fraction | None = None


@dataclass(frozen=True)
class Acquisition:
    """A year's right for one kind of activity; `amount` in minutes or cents, on `posted_on`."""

    year: int
    kind: Kind
    activity: Activity
    amount: int
    unit: Measure
    posted_on: date
    estimated: bool
    derivation: Derivation


def shortfall(declaration: Declaration, values: LegalValues) -> str:
    """Why the activity does not count, in words for the person; empty when it counts."""
    name = THRESHOLDS[declaration.activity]
    if not values.known_in(name, declaration.year):
        return "Cette activité n’ouvrait pas encore de droits cette année-là (article D. 5151-14)."
    threshold = values.of_year(name, declaration.year)
    if declaration.quantity is not None and declaration.quantity < threshold.number:
        return f"Il en faut au moins {threshold.number} ({threshold.source})."
    if declaration.activity in IN_ONE_BODY and declaration.quantity is not None:
        least = values.of_year(IN_ONE_BODY[declaration.activity], declaration.year)
        in_one = declaration.quantity if declaration.in_one_body is None else declaration.in_one_body
        if in_one < least.number:
            return f"Il faut {least.number} heures dans un même organisme ({least.source})."
    if declaration.activity is Activity.VOLUNTEERING:
        return _late_or_too_young(declaration, values)
    return ""


def _late_or_too_young(declaration: Declaration, values: LegalValues) -> str:
    limit = values.of_year("cec_declaration_deadline", declaration.year)
    if declaration.declared_on and declaration.declared_on > limit.posting.of(declaration.year):
        return (
            f"La déclaration devait être faite au plus tard le {limit.posting.of(declaration.year):%d/%m/%Y}."
        )
    limit = values.of_year("cec_attestation_deadline", declaration.year)
    if declaration.attested_on and declaration.attested_on > limit.posting.of(declaration.year):
        return (
            f"L’attestation devait être faite au plus tard le {limit.posting.of(declaration.year):%d/%m/%Y}."
        )
    age = declaration.association_age
    day = declaration.declared_on or date(declaration.year + 1, 6, 30)
    needed = values.on("cec_association_age_years", day)
    if age is not None and age < needed.number:
        return f"L’association devait exister depuis {needed.number} an(s) ({needed.source})."
    return ""


def posting_day(declaration: Declaration, values: LegalValues) -> tuple[date, bool]:
    """The day of the credit, and whether it is an estimate."""
    if declaration.activity is not Activity.VOLUNTEERING:
        dated = values.of_year("cec_body_feeding_day", declaration.year)
        return dated.posting.of(declaration.year), True
    if declaration.attested_on:
        return declaration.attested_on, False
    dated = values.of_year("cec_volunteer_feeding_day", declaration.year)
    return dated.posting.of(declaration.year), True


def counted(declarations: Sequence[Declaration], values: LegalValues) -> list[Declaration]:
    """The declarations that bring a right: complete, in time, one by kind and year (the first posted)."""
    kept: dict[tuple[Kind, int], Declaration] = {}
    for declaration in sorted(declarations, key=lambda item: (posting_day(item, values)[0], item.activity)):
        key = (KIND_OF_ACTIVITY[declaration.activity], declaration.year)
        if key not in kept and not shortfall(declaration, values):
            kept[key] = declaration
    return sorted(kept.values(), key=lambda item: (posting_day(item, values)[0], item.activity))


def acquisition(declaration: Declaration, *, acquired: int, balance: int, values: LegalValues) -> Acquisition:
    """What a counted activity brings, within the ceiling.

    `acquired` and `balance`: all that was ever credited, and what is left, in minutes before the conversion day and in
    cents after, as the result is. Which of the two the ceiling limits is a choice (`cec_ceiling_basis`).
    """
    posted_on, estimated = posting_day(declaration, values)
    working = Working("engagement", values)
    year = declaration.year
    in_hours = values.known_in("cec_activity_hours", year)
    after = posted_on >= values.on("conversion_day", posted_on).day
    amount = working.of_year("cec_activity_hours" if in_hours else "cec_activity_cents", year)
    unit = amount.unit
    if in_hours and after:
        amount = cents_for_hours(working, amount, "cec_cents_per_hour", posted_on)
        unit = Measure.CENTS
    credited = _within_ceiling(working, amount, year, posted_on, acquired=acquired, balance=balance)
    return Acquisition(
        year=year,
        kind=KIND_OF_ACTIVITY[declaration.activity],
        activity=declaration.activity,
        amount=int(credited.value),
        unit=unit,
        posted_on=posted_on,
        estimated=estimated,
        derivation=working.done(),
    )


def _within_ceiling(
    working: Working, amount: Operand, year: int, day: date, *, acquired: int, balance: int
) -> Operand:
    unit = amount.unit
    ceiling = working.of_year("cec_ceiling_hours" if unit is Measure.MINUTES else "cec_ceiling_cents", year)
    basis = working.values.on("cec_ceiling_basis", day).choice
    held, label = (acquired, "Déjà acquis") if basis == "acquired" else (balance, "Solde avant")
    room = working.step(
        "Place sous le plafond", Operation.ROOM, ceiling, working.given(label, held, unit),
        unit=unit, rule=f"plafond moins « {label.lower()} », zéro au moins", source=ceiling.source,
    )  # fmt: skip
    return working.step(
        "Droits ajoutés", Operation.SMALLEST, amount, room, unit=unit, rule="le plus petit des deux"
    )


def room_for(cents: int, *, day: date, acquired: int, balance: int, values: LegalValues) -> Derivation:
    """How much of an amount in cents the ceiling lets in that day."""
    working = Working("engagement", values)
    wanted = working.given("Droits de l’activité", cents, Measure.CENTS)
    _within_ceiling(working, wanted, day.year, day, acquired=acquired, balance=balance)
    return working.done()


def civic_service_years(begun_on: date, ended_on: date, values: LegalValues) -> list[int]:
    """The years in which a continuous civic service reaches its months: each period counts once (N and N-1)."""
    years: list[int] = []
    start = begun_on
    while True:
        months = values.of_year("cec_civic_service_months", max(start.year, 2017)).number
        reached = add_months(start, months)
        # The last day of a six-month service is the eve of the same day six months later.
        if (reached - ended_on).days > 1:
            return years
        last_day = date.fromordinal(reached.toordinal() - 1)
        years.append(last_day.year)
        start = reached


def term_years(activity: Activity, quantities: Mapping[int, Fraction], values: LegalValues) -> list[int]:
    """The last year of each whole term: consecutive years, each above its threshold."""
    ends, run = [], 0
    for year in sorted(quantities):
        enough = quantities[year] >= values.of_year(THRESHOLDS[activity], year).number
        consecutive = year - 1 in quantities or run == 0
        run = run + 1 if enough and consecutive else int(enough)
        if run == values.of_year(TERM_YEARS[activity], year).number:
            ends.append(year)
            run = 0
    return ends


def association_age_on(created_on: date, day: date) -> int:
    """Whole years of an association that day."""
    age = day.year - created_on.year
    return age if add_years(created_on, age) <= day else age - 1

"""Points of hard work (C3P, then C2P): acquired by exposure, reserved, used (articles R. 4163-9 to R. 4163-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.dates import birthday
from rights.rules.derivation import Derivation, Exact, Measure, Operand, Operation, Rounding
from rights.rules.working import Working

QUARTERS_A_YEAR = 4
MONTHS_A_QUARTER = 3
MONTHS_A_YEAR = 12
_QUARTER_NAMES = ("1er", "2e", "3e", "4e")
QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))


@dataclass(frozen=True)
class Exposure:
    """A year of exposed work. `months` is the length of the contract; `factors` a number of factors above their
    thresholds, and `names` those known by name; `nights` and `alternating_nights` are compared with the thresholds.
    """

    year: int
    factors: int = 0
    names: tuple[str, ...] = ()
    nights: Fraction | None = None
    alternating_nights: Fraction | None = None
    months: Fraction = Fraction(12)
    born: date | None = None


def known_factors(values: LegalValues) -> frozenset[str]:
    """Every factor that the law has named since 2015."""
    return frozenset(name for dated in values.parameters["c2p_factors"].values for name in dated.names)


def factors_by_quarter(exposure: Exposure, values: LegalValues) -> list[int]:
    """How many factors count in each quarter: the list of the law changed twice within a year."""
    named = set(exposure.names)
    for name, nights, threshold in (
        ("nuit", exposure.nights, "c2p_night_threshold"),
        ("equipes_alternantes", exposure.alternating_nights, "c2p_alternating_night_threshold"),
    ):
        if nights is not None and nights >= values.of_year(threshold, exposure.year).number:
            named.add(name)
    days = [date(exposure.year, month, day) for month, day in QUARTER_ENDS]
    return [exposure.factors + len(named & set(values.on("c2p_factors", day).names)) for day in days]


def points_of_year(exposure: Exposure, *, balance: int, values: LegalValues) -> Derivation:
    """Points of the year, within the ceiling of a career where there is one. `balance`: points acquired so far."""
    working = Working("points", values)
    year = exposure.year
    if exposure.months < values.of_year("c2p_minimum_contract_months", year).number:
        working.note(
            "Points ajoutés",
            0,
            Measure.POINTS,
            rule="contrat de moins d’un mois",
            source="Article R. 4163-9, II",
        )
        return working.done()
    exposed = _factors_counted(exposure, working)
    born = exposure.born or date(year, 1, 1)
    points = working.step(
        "Points de l’année", Operation.PRODUCT, exposed, working.of_year("c2p_points_per_factor_quarter", year),
        working.law("c2p_birth_multiplier", born),
        unit=Measure.POINTS, rule="facteurs × points par trimestre × multiplicateur de naissance",
        source="Articles R. 4163-9 et R. 4163-10 du code du travail",
    )  # fmt: skip
    if values.of_year("c2p_career_ceiling", year).limit is None:
        working.step("Points ajoutés", Operation.SUM, points, unit=Measure.POINTS)
        return working.done()
    ceiling = working.of_year("c2p_career_ceiling", year)
    room = working.step(
        "Place sous le plafond", Operation.ROOM, ceiling, working.given("Points acquis", balance, Measure.POINTS),
        unit=Measure.POINTS, source=ceiling.source,
    )  # fmt: skip
    working.step(
        "Points ajoutés", Operation.SMALLEST, points, room, unit=Measure.POINTS, rule="le plus petit des deux"
    )
    return working.done()


def _months_of_year(exposure: Exposure) -> Exact:
    months = min(exposure.months, Fraction(MONTHS_A_YEAR))
    return int(months) if months.denominator == 1 else months


def _factors_counted(exposure: Exposure, working: Working) -> Operand:
    """The factors of each whole quarter, added up: what is left of a quarter does not count."""
    values, year = working.values, exposure.year
    counted = values.of_year("c2p_factors_counted", year)
    quarters = working.step(
        "Trimestres entiers d’exposition", Operation.PRODUCT,
        working.given("Durée du contrat dans l’année", _months_of_year(exposure), Measure.MONTHS),
        working.given("Un trimestre par trois mois", Fraction(1, MONTHS_A_QUARTER), Measure.COUNT),
        unit=Measure.QUARTERS, rounding=Rounding.UNIT_DOWN,
        rule="un trimestre commencé et non terminé ne compte pas", source="Article R. 4163-9, II du code du travail",
    )  # fmt: skip
    # A contract of part of the year is taken at the end of the year, whose list of factors is the last one.
    first = QUARTERS_A_YEAR - int(quarters.value)
    numbers = factors_by_quarter(exposure, values)[first:]
    limit = counted.limit
    label = "Facteurs d’exposition, trimestre par trimestre"
    if not numbers:
        return working.note(label, 0, Measure.COUNT, rule="aucun trimestre entier", source=counted.source)
    return working.step(
        label, Operation.SUM,
        *(
            working.given(
                f"Facteurs du {_QUARTER_NAMES[first + rank]} trimestre",
                number if limit is None else min(number, limit), Measure.COUNT,
            )
            for rank, number in enumerate(numbers)
        ),
        unit=Measure.COUNT,
        rule="on additionne les facteurs de chaque trimestre"
        + (f", {limit} au plus par trimestre" if limit is not None else ""),
        source=counted.source,
    )  # fmt: skip


def reserved_points(born: date, values: LegalValues) -> int:
    """The first points, which only pay trainings (R. 4163-13)."""
    return values.on("c2p_reserved_points", born).number


def usable_points(points: int, *, born: date | None, day: date, values: LegalValues) -> int:
    """Points that may become a part time or quarters: without the reserved ones, by whole steps."""
    # Without a known birth, the reserve of the youngest: nothing is promised that would then be refused.
    free = max(0, points - reserved_points(born or day, values))
    step = values.on("c2p_points_step", day).number
    return free // step * step


def points_for_part_time(points: int, *, born: date | None, day: date, values: LegalValues) -> int:
    """The same for a part time: a limit holds before an age (D. 4163-13-1)."""
    usable = usable_points(points, born=born, day=day, values=values)
    limit = values.on("c2p_part_time_points_before_60", day).limit
    older = born is not None and birthday(born, values.on("c2p_part_time_age", day).number) <= day
    return usable if limit is None or older else min(usable, limit)


def part_time_days(points: int, coefficient: Fraction, *, day: date, values: LegalValues) -> Derivation:
    """Days of part time paid in full. `coefficient`: share of time set free (D. 4163-26). Raises ValueError at 0."""
    if coefficient <= 0:
        raise ValueError("a part time sets some time free")
    working = Working("part_time_days", values)
    step = values.on("c2p_points_step", day).number
    per_step = working.law("c2p_part_time_days", day)
    working.step(
        "Jours de temps partiel", Operation.PRODUCT,
        working.given("Pas de points entiers", points // step, Measure.COUNT), per_step,
        working.given("Un divisé par la part de temps libérée", 1 / coefficient, Measure.RATIO),
        unit=Measure.DAYS, rounding=Rounding.UNIT_NEAREST, source=per_step.source,
    )  # fmt: skip
    return working.done()


def retirement_quarters(points: int, *, born: date | None, day: date, values: LegalValues) -> Derivation:
    """Quarters of pension insurance, from an age on (R. 4163-11, 3°)."""
    working = Working("retirement_quarters", values)
    age = values.on("c2p_retirement_age", day)
    if born is not None and birthday(born, age.number) > day:
        working.note("Trimestres", 0, Measure.QUARTERS, rule=f"avant {age.number} ans", source=age.source)
        return working.done()
    usable = usable_points(points, born=born, day=day, values=values)
    step, most = values.on("c2p_points_step", day).number, working.law("c2p_retirement_quarters", day)
    working.step(
        "Trimestres", Operation.SMALLEST, working.given("Pas de points entiers", usable // step, Measure.QUARTERS),
        most, unit=Measure.QUARTERS, rule="un trimestre par pas de points, sans les points réservés",
        source="Articles R. 4163-11, 3° et R. 4163-13 du code du travail",
    )  # fmt: skip
    return working.done()


def training_value(points: int, *, day: date, values: LegalValues) -> Derivation:
    """What points bring to a training: minutes until 2018, cents since."""
    working = Working("training_points", values)
    given = working.given("Points utilisés", points, Measure.POINTS)
    if values.on("c2p_training_cents_per_point", day).value is None:
        rate = working.law("c2p_training_hours_per_point", day)
        unit = Measure.MINUTES
    else:
        rate = working.law("c2p_training_cents_per_point", day)
        unit = Measure.CENTS
    working.step(
        "Apport à la formation", Operation.PRODUCT, given, rate,
        unit=unit, rule="points × valeur d’un point", source=rate.source,
    )  # fmt: skip
    return working.done()


def points_needed(missing_cents: int, *, day: date, values: LegalValues) -> int:
    """Points that cover an amount, one by one (R. 4163-12). Raises LookupError before points were worth euros."""
    dated = values.on("c2p_training_cents_per_point", day)
    if dated.value is None:
        raise LookupError("un point valait des heures")
    return -(-missing_cents // dated.number)


def points_left(points: int, uses: Sequence[int]) -> int:
    """What uses leave; never below zero."""
    return max(0, points - sum(uses))

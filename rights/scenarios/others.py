"""Cases of points, of delays, of changing jobs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from rights.parameters.types import LegalValues
from rights.rules import delays, prevention, supplements, transitions
from rights.scenarios.reading import Keys, Unreadable, read_years
from rights.scenarios.results import Outcome, Result

USES = ("training", "part_time", "retirement")
DELAY_KEYS = (
    "request",
    "received",
    "months",
    "start",
    "year",
    "death",
    "op",
    "cep",
    "days",
    "month",
    "salary_smic",
)


def evaluate_prevention(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """Points acquired by exposure, then what their use gives."""
    born = keys.day("born") or keys.day("birth")
    points = (keys.whole("opening") or 0) + (keys.whole("points") or 0)
    derivations = []
    for exposure in _exposures(keys, born, prevention.known_factors(values)):
        posted_on = values.of_year("c2p_feeding_day", exposure.year).posting.of(exposure.year)
        if posted_on <= as_of:
            added = prevention.points_of_year(exposure, balance=points, values=values)
            derivations.append(added)
            points += added.result
    use, used = keys.text("use", USES), keys.whole("used")
    coefficient, missing = keys.number("coef"), keys.cents("missing")
    keys.finish()
    if used is not None:
        points = prevention.points_left(points, [used])
    elif use is not None:
        return _used(use, points, born, as_of, unit, coefficient, missing, values)
    return Outcome(points, unit, {"points": points}, tuple(derivations))


def _exposures(keys: Keys, born: date | None, known: frozenset[str]) -> list[prevention.Exposure]:
    raw_year = keys.take("year")
    number, names = _factors(keys.take("factors"), keys.take("factor"), known)
    nights, alternating = keys.number("nights"), keys.number("alternating_nights")
    months = keys.number("months", Fraction(prevention.MONTHS_A_YEAR)) or Fraction(0)
    if months > prevention.MONTHS_A_YEAR:
        raise Unreadable(f"months : une année a {prevention.MONTHS_A_YEAR} mois au plus, lu {months}")
    if raw_year is None:
        return []
    return [
        prevention.Exposure(year, number, names, nights, alternating, months, born)
        for year in read_years("year", raw_year)
    ]


def _factors(many: Any, one: Any, known: frozenset[str]) -> tuple[int, tuple[str, ...]]:
    names = [one] if isinstance(one, str) else []
    if isinstance(many, list) and all(isinstance(item, str) for item in many):
        names, many = many + names, 0
    found = tuple(_factor(name, known) for name in names)
    if many is None or isinstance(many, bool):
        return int(many or 0), found
    if isinstance(many, int) and 0 <= many <= len(known):
        return many, found
    raise Unreadable(f"factors : attendu de 0 à {len(known)}, ou une liste de facteurs")


def _factor(written: str, known: frozenset[str]) -> str:
    """The name of the law for a factor written with accents, spaces or in the plural."""
    decomposed = unicodedata.normalize("NFKD", written.strip().lower())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    name = bare.replace(" ", "_").replace("-", "_").removeprefix("travail_de_").removeprefix("travail_")
    for candidate in (name, name.rstrip("s"), f"{name}s"):
        if candidate in known:
            return candidate
    raise Unreadable(f"facteur inconnu : {written[:40]} ; attendu {', '.join(sorted(known))}")


def _used(
    use: str,
    points: int,
    born: date | None,
    day: date,
    unit: str,
    coefficient: Fraction | None,
    missing: int | None,
    values: LegalValues,
) -> Outcome:
    if use == "training":
        if missing is not None:
            return Outcome(prevention.points_needed(missing, day=day, values=values), unit)
        worth = prevention.training_value(points, day=day, values=values)
        in_hours = values.on("c2p_training_cents_per_point", day).value is None
        return Outcome(Fraction(worth.result, 60 if in_hours else 100), unit, {}, (worth,))
    if use == "retirement":
        quarters = prevention.retirement_quarters(points, born=born, day=day, values=values)
        return Outcome(quarters.result, unit, {}, (quarters,))
    if coefficient is None:
        return Outcome(prevention.points_for_part_time(points, born=born, day=day, values=values), unit)
    usable = prevention.points_for_part_time(points, born=born, day=day, values=values) if born else points
    if coefficient <= 0:
        raise Unreadable("coef : attendu une part de temps au-dessus de zéro")
    worked = prevention.part_time_days(usable, coefficient, day=day, values=values)
    return Outcome(worked.result, unit, {}, (worked,))


def evaluate_interview(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """The last day on which a corrective top-up is paid."""
    interview = keys.day("interview")
    keys.finish()
    if interview is None:
        raise Unreadable("interview : attendu une date")
    return Outcome(supplements.corrective_payment_day(interview, values), unit)


def evaluate_delay(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """A delay, or a right to a change of job, by the keys of the case."""
    found = _delay(keys, as_of, values)
    keys.finish()
    refusal = ""
    if isinstance(found, tuple):
        found, refusal = found
    return Outcome(found, unit, refusal=refusal)


def _delay(keys: Keys, as_of: date, values: LegalValues) -> Result | tuple[bool, str]:
    for key, limit in _LIMITS.items():
        if key in keys:
            return limit(keys, values)
    return _transition(keys, as_of, values)


def _day(keys: Keys, key: str) -> date:
    day = keys.day(key)
    if day is None:
        raise Unreadable(f"{key} : attendu une date")
    return day


def _first_start(keys: Keys, values: LegalValues) -> date:
    requested_on = _day(keys, "request")
    notice = values.on("request_notice", requested_on).number
    return delays.first_possible_start(requested_on=requested_on, notice_working_days=notice)


def _absence(keys: Keys, values: LegalValues) -> date:
    months = keys.number("months")
    if months is None:
        raise Unreadable("months : attendu avec start")
    return delays.absence_request_limit(_day(keys, "start"), months=months, values=values)


def _declaration(keys: Keys, values: LegalValues) -> date:
    year = keys.year("year")
    if year is None:
        raise Unreadable("year : attendu une année")
    return delays.volunteering_declaration_limit(year, values)


_LIMITS: dict[str, Callable[[Keys, LegalValues], date]] = {
    "request": _first_start,
    "received": lambda keys, values: delays.employer_answer_limit(_day(keys, "received"), values),
    "start": _absence,
    "year": _declaration,
    "death": lambda keys, values: delays.erasure_after_death(_day(keys, "death"), values),
    "op": lambda keys, values: delays.erasure_of_operation(_day(keys, "op"), values),
}


def _transition(keys: Keys, as_of: date, values: LegalValues) -> Result | tuple[bool, str]:
    salary = keys.number("salary_smic")
    if salary is not None:
        month = keys.whole("month", 1) or 1
        return transitions.transition_pay(salary=salary, month=month, day=as_of, values=values)
    adviser, worked = keys.take("cep"), keys.whole("days")
    if adviser is None and worked is None:
        raise Unreadable(f"attendu une de ces clés : {', '.join(DELAY_KEYS)}")
    if adviser is not None and not isinstance(adviser, str):
        raise Unreadable("cep : attendu le nom d’un opérateur")
    refusal = transitions.resigning_refusal(worked_days=worked, adviser=adviser, day=as_of, values=values)
    return not refusal, refusal

"""Civic commitment, from keys: years, hours by association, booleans, each type with its own reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from rights.parameters.types import LegalValues
from rights.rules.engagement import TERM_YEARS, Activity, Declaration, civic_service_years, term_years
from rights.scenarios.reading import FIRST_LIKELY_YEAR, Keys, Unreadable, exact, read_day, read_years

NAMES = {
    "service_civique": Activity.CIVIC_SERVICE,
    "reserve_militaire": Activity.MILITARY_RESERVE,
    "reserve_militaire_operationnelle": Activity.MILITARY_RESERVE,
    "reserve_citoyenne_defense_securite": Activity.DEFENCE_RESERVE,
    "reserve_communale_securite_civile": Activity.CIVIL_SAFETY_RESERVE,
    "reserve_communale": Activity.CIVIL_SAFETY_RESERVE,
    "reserve_sanitaire": Activity.HEALTH_RESERVE,
    "maitre_apprentissage": Activity.APPRENTICE_MASTER,
    "benevolat": Activity.VOLUNTEERING,
    "benevolat_associatif": Activity.VOLUNTEERING,
    "reserve_education_nationale": Activity.EDUCATION_RESERVE,
    "reserve_education": Activity.EDUCATION_RESERVE,
    "spv": Activity.FIREFIGHTER,
    "sapeur_pompier_volontaire": Activity.FIREFIGHTER,
    "reserve_civile_police": Activity.POLICE_CIVIL_RESERVE,
    "reserve_police_civile": Activity.POLICE_CIVIL_RESERVE,
    "reserve_citoyenne_police": Activity.POLICE_CITIZEN_RESERVE,
    "reserve_police_citoyenne": Activity.POLICE_CITIZEN_RESERVE,
    "reserve_reinsertion": Activity.REINTEGRATION_RESERVE,
    "reserve_citoyenne_reinsertion": Activity.REINTEGRATION_RESERVE,
    "reserve_civique": Activity.CIVIC_RESERVE,
    "reserve_civique_autres": Activity.CIVIC_RESERVE,
}
SUFFIXES = ("", "_years", "_months", "_days", "_hours")
COMMITMENT_KEYS = tuple(f"{name}{suffix}" for name in NAMES for suffix in SUFFIXES)
VOLUNTEERING_KEYS = ("declared", "attested", "hours")
# A bare number up to this is a number of years; beyond, it can only be a quantity of the activity.
MOST_YEARS = 12


def read_declarations(keys: Keys, *, as_of: date, values: LegalValues) -> tuple[Declaration, ...]:
    """Every commitment of the case. What bears no date is of the year before `as_of`."""
    keys.skip("apprentices")
    in_one_body = keys.number("same_organism")
    age = keys.number("association_age")
    found = list(_volunteering(keys, age, as_of))
    dated = bool(found)
    for name, activity in NAMES.items():
        for suffix in SUFFIXES:
            raw = keys.take(name + suffix)
            if raw is True and dated and activity is Activity.VOLUNTEERING:
                # The same volunteering, which its hours and dates already describe.
                continue
            if raw is not None:
                years = list(_quantities(name + suffix, activity, suffix, raw, as_of, values))
                body = in_one_body if activity is Activity.CIVIC_RESERVE else None
                found += [
                    Declaration(
                        activity,
                        year,
                        quantity,
                        body,
                        association_age=age if activity is Activity.VOLUNTEERING else None,
                    )
                    for year, quantity in years
                ]
    return tuple(found)


def _volunteering(keys: Keys, age: Fraction | None, as_of: date) -> Iterator[Declaration]:
    """One year of volunteering with its hours by association and its two dates; the year before, unless said."""
    if not keys.any_of(*VOLUNTEERING_KEYS):
        return
    hours = keys.take("hours")
    by_association = hours if isinstance(hours, dict) else {} if hours is None else {"": hours}
    counted = [exact("hours", value) for value in by_association.values()]
    year = keys.year("year") or as_of.year - 1
    declared, attested = keys.day("declared"), keys.day("attested")
    yield Declaration(
        activity=Activity.VOLUNTEERING,
        year=year,
        quantity=sum(counted, Fraction(0)) if hours is not None else None,
        in_one_body=max(counted, default=Fraction(0)) if hours is not None else None,
        declared_on=declared,
        attested_on=attested,
        association_age=age,
    )


def _quantities(
    name: str, activity: Activity, suffix: str, raw: Any, as_of: date, values: LegalValues
) -> Iterator[tuple[int, Fraction | None]]:
    """Years of the activity, with their quantity when one is given. The type of the value says which reading."""
    last = as_of.year - 1
    if raw is True:
        yield last, None
    elif isinstance(raw, dict):
        by_year = {year: exact(name, value) for key, value in raw.items() for year in read_years(name, key)}
        yield from _by_year(activity, by_year, values)
    elif isinstance(raw, list):
        yield from _listed(name, activity, raw, last, values)
    elif raw is not False:
        number = exact(name, raw)
        if suffix == "_years" or (suffix == "" and number <= MOST_YEARS):
            if number.denominator != 1 or number > MOST_YEARS:
                raise Unreadable(f"{name} : attendu un nombre entier d’années")
            yield from ((year, None) for year in range(last - int(number) + 1, last + 1))
        else:
            yield last, number


def _listed(
    name: str, activity: Activity, raw: list[Any], last: int, values: LegalValues
) -> Iterator[tuple[int, Fraction | None]]:
    if raw and all(isinstance(item, str) and len(item) > 4 for item in raw):
        yield from _period(name, activity, raw, values)
        return
    numbers = [exact(name, item) for item in raw]
    if numbers and all(number >= FIRST_LIKELY_YEAR for number in numbers):
        yield from ((read_years(name, int(number))[0], None) for number in numbers)
        return
    by_year = {last - len(numbers) + 1 + rank: number for rank, number in enumerate(numbers)}
    yield from _by_year(activity, by_year, values)


def _by_year(
    activity: Activity, by_year: dict[int, Fraction], values: LegalValues
) -> Iterator[tuple[int, Fraction | None]]:
    if activity in TERM_YEARS:
        yield from ((year, None) for year in term_years(activity, by_year, values))
    else:
        yield from by_year.items()


def _period(
    name: str, activity: Activity, raw: list[Any], values: LegalValues
) -> Iterator[tuple[int, Fraction | None]]:
    if activity is not Activity.CIVIC_SERVICE or len(raw) != 2:
        raise Unreadable(f"{name} : une période a un début et une fin, pour un service civique")
    begun_on, ended_on = (read_day(name, item) for item in raw)
    yield from ((year, None) for year in civic_service_years(begun_on, ended_on, values))

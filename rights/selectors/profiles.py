"""What the rules need to know of one person: their profile, and what they mainly do now."""

from __future__ import annotations

from datetime import date

from accounts.models import Holder, Situation
from rights.enums import DeclarationKind
from rights.models import Declaration
from rights.parameters import legal_values
from rights.rules.account import main_activity
from rights.rules.activity import Profile, still_fed_on
from rights.rules.conversion import MainActivity
from rights.rules.declared import Declared, work_of_year
from rights.selectors.feeding import CHANGING_AMOUNTS, Situated, profile_from

JOBS = (DeclarationKind.ACTIVITY, DeclarationKind.SELF_EMPLOYMENT)


def profile_of(holder: Holder, day: date) -> Profile:
    """The profile by the situations known that day. One query."""
    situations = Situation.objects.filter(holder=holder, kind__in=CHANGING_AMOUNTS, starts_on__lte=day)
    return profile_from(
        (
            Situated(row.kind, row.starts_on.year, row.ends_on.year if row.ends_on else None, row.details)
            for row in situations.order_by("pk")
        ),
        birth=holder.birth_date,
    )


def is_retired(holder: Holder, day: date) -> bool:
    """At the full pension: only commitment still pays, for a volunteer's mission (L. 6323-3, al. 4). One query."""
    return not still_fed_on(day, profile_of(holder, day), legal_values())


def main_activity_of(holder: Holder, day: date) -> MainActivity:
    """What the last declared year of work was made of; equal when nothing is declared. One query."""
    rows = Declaration.objects.filter(holder=holder, kind__in=JOBS, year__lte=day.year)
    in_force = rows.order_by("year", "kind", "reference", "-version").distinct("year", "kind", "reference")
    jobs: dict[int, list[Declared]] = {}
    for row in in_force:
        declared = Declared(DeclarationKind(row.kind), row.reference, row.facts)
        if not declared.is_cancelled:
            jobs.setdefault(row.year, []).append(declared)
    values = legal_values()
    return main_activity(tuple(work_of_year(jobs[year], year, values) for year in sorted(jobs)[-2:]), day)

"""Years that a person worked, by their own situations, and that nobody declared in time."""

from __future__ import annotations

from datetime import date

from accounts.models import Holder, Situation, SituationKind
from rights.enums import EntryKind, Scheme
from rights.models import Counter, Declaration, Entry
from rights.parameters import legal_values
from rights.selectors.profiles import JOBS

# How far back an employer still corrects what it declared (L. 4163-20 and the practice of social declarations).
YEARS_BACK = 3
PRIVATE_WORK = (
    SituationKind.PRIVATE_EMPLOYEE,
    SituationKind.SELF_EMPLOYED,
    SituationKind.ESAT_WORKER,
    SituationKind.APPRENTICE,
    SituationKind.SEASONAL_WORKER,
)
WORK_OF_SCHEME = {Scheme.CPF: PRIVATE_WORK, Scheme.PUBLIC_HOURS: (SituationKind.PUBLIC_AGENT,)}


def missing_years(counter: Counter, holder: Holder, today: date) -> list[int]:
    """The last years that work should have fed this counter and did not, the latest first. Three queries.

    Empty for a counter that work does not feed. What came before an opening balance is in it; a year
    credited from elsewhere is not missing.
    """
    kinds = WORK_OF_SCHEME.get(Scheme(counter.scheme))
    if kinds is None:
        return []
    due = [year for year in range(today.year - YEARS_BACK, today.year) if _latest_day(counter, year) < today]
    situations = list(
        Situation.objects.filter(holder=holder, kind__in=kinds).values_list("starts_on", "ends_on")
    )
    worked = [year for year in due if any(_covers(begun, ended, year) for begun, ended in situations)]
    if not worked:
        return []
    declared = set(
        Declaration.objects.filter(holder=holder, kind__in=JOBS, year__in=worked).values_list(
            "year", flat=True
        )
    )
    opened_on, credited_in = _posted(counter)
    return [
        year
        for year in reversed(worked)
        if year not in declared
        and _latest_day(counter, year).year not in credited_in
        and (opened_on is None or opened_on <= _latest_day(counter, year))
    ]


def _posted(counter: Counter) -> tuple[date | None, set[int]]:
    """The day of the opening balance, if any, and the calendar years in which something was credited."""
    rows = Entry.objects.filter(counter=counter, kind__in=(EntryKind.OPENING, EntryKind.CREDIT)).values_list(
        "kind", "value_date"
    )
    posted = list(rows)
    opened = [on for kind, on in posted if kind == EntryKind.OPENING]
    return min(opened, default=None), {on.year for kind, on in posted if kind == EntryKind.CREDIT}


def _latest_day(counter: Counter, year: int) -> date:
    name = "public_feeding_day" if counter.scheme == Scheme.PUBLIC_HOURS else "private_feeding_latest_day"
    return legal_values().of_year(name, year).posting.of(year)


def _covers(begun: date, ended: date | None, year: int) -> bool:
    return begun.year <= year and (ended is None or ended.year >= year)

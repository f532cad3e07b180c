"""Years of work and what is said of the person, from keys."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rights.parameters.types import LegalValues
from rights.rules.activity import FULL, NONE, Profile, YearOfWork, share_of_days, share_of_hours, share_of_pay
from rights.scenarios.reading import Keys, Unreadable, exact, read_years

# Said for the reader, not used: the ratio already says it.
INFORMATION = ("sickness", "part_time", "months")


def read_works(keys: Keys, *, public: bool, values: LegalValues) -> tuple[YearOfWork, ...]:
    """`activity`, by year or range of years; with `public`, every activity is public service."""
    raw = keys.take("activity")
    if raw is None:
        return ()
    if not isinstance(raw, dict):
        raise Unreadable("activity : attendu un objet par année")
    works: dict[int, YearOfWork] = {}
    for name, described in raw.items():
        for year in read_years("activity", name):
            if year in works:
                raise Unreadable(f"activity : {year} est écrite deux fois")
            works[year] = _year(year, Keys(described, f"activity.{name}"), public, values)
    return tuple(works[year] for year in sorted(works))


def _year(year: int, keys: Keys, public: bool, values: LegalValues) -> YearOfWork:
    keys.skip(*INFORMATION)
    keys.flag("unemployed")
    said_public = keys.take("public")
    apprentice = keys.flag("apprenti")
    shares = list(_employed_shares(year, keys, values))
    if apprentice and not shares:
        shares = [FULL]
    employed = sum(shares, NONE)
    all_public = public or said_public is True
    public_share = NONE
    if all_public:
        public_share = _post_share(keys) * (employed if shares else FULL)
        employed = NONE
    elif said_public is not None:
        public_share = _share(keys, "public", said_public) * _post_share(keys)
    work = YearOfWork(
        year=year,
        employed=employed,
        counted_absence=keys.number("absences_counted", NONE) or NONE,
        apprentice=apprentice,
        self_employed=_share(keys, "independant", keys.take("independant")),
        levy_paid=keys.take("cfp_paid") is not False,
        esat=keys.flag("esat"),
        public=public_share,
    )
    keys.finish()
    return work


def _employed_shares(year: int, keys: Keys, values: LegalValues) -> list[Fraction]:
    """Each way to say how much was worked; several add up."""
    shares = []
    for key in ("ratio", "salarie"):
        if key in keys:
            shares.append(_share(keys, key, keys.take(key)))
    hours, reference = keys.number("hours"), keys.above_zero("reference")
    if hours is not None:
        shares.append(share_of_hours(hours, reference, year=year, values=values))
    days, agreed = keys.number("days"), keys.number("forfait_days")
    if days is not None:
        if not agreed:
            raise Unreadable(f"{keys.label('forfait_days')} : attendu avec days")
        shares.append(share_of_days(days, agreed, year=year, values=values))
    pay, wage = keys.number("pay"), keys.number("smic_hour")
    if pay is not None:
        if not wage:
            raise Unreadable(f"{keys.label('smic_hour')} : attendu avec pay")
        shares.append(share_of_pay(pay, wage, year=year, values=values))
    if keys.take("forfait_jours") is not None:
        keys.text("forfait_jours", ["complet"])
        shares.append(FULL)
    jobs = keys.take("jobs")
    if jobs is not None:
        if not isinstance(jobs, list):
            raise Unreadable(f"{keys.label('jobs')} : attendu une liste")
        shares += [exact(keys.label("jobs"), job) for job in jobs]
    return shares


def _post_share(keys: Keys) -> Fraction:
    """Part time counts as full; a post that is not full counts by its share (décret n° 2017-928, article 3)."""
    kind = keys.text("type", ["temps_partiel", "temps_non_complet"])
    share = keys.number("quotite", FULL)
    return FULL if kind == "temps_partiel" or share is None else share


def _share(keys: Keys, key: str, value: Any) -> Fraction:
    if value is None or value is False:
        return NONE
    return FULL if value is True else exact(keys.label(key), value)


def read_profile(keys: Keys, *, public: bool) -> Profile:
    """What is said of the person beside their work."""
    declared = keys.year("low_qualified_declared")
    low_qualified = keys.flag("low_qualified")
    since = 0 if low_qualified else declared
    until = keys.day("level3_declared_on")
    return Profile(
        low_qualified_from=since,
        low_qualified_until=until.year if until else None,
        oeth_from=0 if keys.flag("oeth") else None,
        public_low_qualified=keys.flag("cat_c_low") or (public and low_qualified),
        birth=keys.day("birth") or keys.day("born"),
        retired=keys.flag("retired"),
    )

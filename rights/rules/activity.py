"""What a year of work was, and who did it: the facts that yearly rights are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.dates import birthday

NONE = Fraction(0)
FULL = Fraction(1)


@dataclass(frozen=True)
class YearOfWork:
    """One civil year of one person. Shares are exact, 1 being full time over the whole year.

    `employed` is the sum of the jobs in the private sector; `counted_absence` what L. 6323-12 counts as work;
    `self_employed` the share of the year in business, `levy_paid` whether the training levy was paid (L. 6323-27);
    `public` the share of a public post, part time counting as full.
    """

    year: int
    employed: Fraction = NONE
    counted_absence: Fraction = NONE
    apprentice: bool = False
    self_employed: Fraction = NONE
    levy_paid: bool = True
    esat: bool = False
    public: Fraction = NONE

    @property
    def employee_share(self) -> Fraction:
        """Work and counted absences together, a full year at most."""
        return min(FULL, self.employed + self.counted_absence)

    @property
    def private_share(self) -> Fraction:
        return max(self.employee_share, self.self_employed, FULL if self.esat else NONE)


@dataclass(frozen=True)
class Profile:
    """What changes a person's yearly amounts. Years are years of activity, both included; None is "never".

    `low_qualified_from` 0 means that the condition was met and declared all along (R. 6323-3-1).
    `oeth_from`: first year as a beneficiary of the employment obligation, 0 for all along (D. 6323-3-3).
    `public_low_qualified`: category C without a level 3 diploma.
    """

    low_qualified_from: int | None = None
    low_qualified_until: int | None = None
    oeth_from: int | None = None
    public_low_qualified: bool = False
    birth: date | None = None
    retired: bool = False

    def low_qualified_in(self, year: int) -> bool:
        if self.low_qualified_from is None or year < self.low_qualified_from:
            return False
        return self.low_qualified_until is None or year <= self.low_qualified_until

    def oeth_in(self, year: int) -> bool:
        return self.oeth_from is not None and year >= self.oeth_from


def share_of_hours(
    hours: Fraction, reference: Fraction | None, *, year: int, values: LegalValues
) -> Fraction:
    """Hours worked over the agreed duration, else over the legal reference (R. 6323-1)."""
    return hours / (reference or values.of_year("reference_hours", year).number)


def share_of_days(days: Fraction, agreed: Fraction, *, year: int, values: LegalValues) -> Fraction:
    """Days worked over those of the agreement, 218 at most being retained (R. 6323-1, II)."""
    return days / min(agreed, Fraction(values.of_year("reference_days_limit", year).number))


def share_of_pay(pay: Fraction, hourly_minimum_wage: Fraction, *, year: int, values: LegalValues) -> Fraction:
    """Pay not tied to hours over 2,080 minimum wages (R. 6323-1). Both in the same money."""
    return pay / (values.of_year("reference_pay_hours", year).number * hourly_minimum_wage)


def old_enough(work: YearOfWork, profile: Profile, values: LegalValues) -> bool:
    """Whether the account is open by the end of the year: 16, or 15 with an apprenticeship (L. 5151-2)."""
    if profile.birth is None:
        return True
    name = "minimum_age_apprentice" if work.apprentice else "minimum_age"
    return birthday(profile.birth, values.of_year(name, work.year).number) <= date(work.year, 12, 31)


def still_fed_on(day: date, profile: Profile, values: LegalValues) -> bool:
    """Whether work still feeds the account that day: not after the full pension (L. 6323-3, L. 5421-4)."""
    if profile.retired:
        return False
    if profile.birth is None:
        return True
    return day < birthday(profile.birth, values.on("full_rate_age", day).number)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

MINUTES_PER_HOUR = 60


class InvalidParameters(Exception):
    """The file of legal values cannot be used; the message names the parameter and what is wrong."""


class ParameterUnit(StrEnum):
    """What a value is counted in. The last six are not amounts: they are read through their own property."""

    CENTS = "cents"
    CENTS_PER_HOUR = "cents_per_hour"
    CENTS_PER_POINT = "cents_per_point"
    HOURS = "hours"
    HOURS_PER_POINT = "hours_per_point"
    POINTS = "points"
    PERCENT = "percent"
    COUNT = "count"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"
    RATIO = "ratio"
    DATE = "date"
    POSTING_DAY = "posting_day"
    SCHEMES = "schemes"
    NAMES = "names"
    CHOICE = "choice"


class Topic(StrEnum):
    """The tables of the public page, in their order."""

    CPF = "cpf"
    PARTICIPATION = "participation"
    ORDER = "order"
    DIF = "dif"
    CONVERSION = "conversion"
    PUBLIC = "public"
    CEC = "cec"
    C2P = "c2p"
    SUPPLEMENTS = "supplements"
    DELAYS = "delays"
    RETIREMENT = "retirement"
    TRANSITIONS = "transitions"


class Dates(StrEnum):
    """Which day of a case chooses the value."""

    EVENT = "event"
    ACTIVITY = "activity"
    USE = "use"
    BIRTH = "birth"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class PostingDay:
    """A day of a year counted from the year of activity: one year later, on 1 April."""

    years_later: int
    month: int
    day: int

    def of(self, year: int) -> date:
        return date(year + self.years_later, self.month, self.day)


Value = int | Fraction | date | PostingDay | str | tuple[str, ...] | None


@dataclass(frozen=True)
class DatedValue:
    """A value and the days on which it holds, both included; None is open. `source` is the text that sets it.

    `value` None: the law sets none on those days (no ceiling, no such right).
    """

    value: Value
    starts_on: date | None
    ends_on: date | None
    source: str
    confidence: Confidence
    note: str = ""

    @property
    def number(self) -> int:
        """The value as a number. Raises TypeError when it is something else, or nothing."""
        if not isinstance(self.value, int):
            raise TypeError("Cette valeur n’est pas un nombre.")
        return self.value

    @property
    def limit(self) -> int | None:
        """The value as a number, or None where the law sets no limit."""
        return None if self.value is None else self.number

    @property
    def minutes(self) -> int:
        """A number of hours, in minutes."""
        return self.number * MINUTES_PER_HOUR

    @property
    def ratio(self) -> Fraction:
        """The value as an exact share."""
        if not isinstance(self.value, Fraction):
            raise TypeError("Cette valeur n’est pas une part.")
        return self.value

    @property
    def day(self) -> date:
        if not isinstance(self.value, date):
            raise TypeError("Cette valeur n’est pas une date.")
        return self.value

    @property
    def posting(self) -> PostingDay:
        if not isinstance(self.value, PostingDay):
            raise TypeError("Cette valeur n’est pas un jour d’inscription.")
        return self.value

    @property
    def choice(self) -> str:
        """Which reading of the law the site applies."""
        if not isinstance(self.value, str):
            raise TypeError("Cette valeur n’est pas un choix.")
        return self.value

    @property
    def names(self) -> tuple[str, ...]:
        """The value as a list of names. Raises TypeError on anything else."""
        if not isinstance(self.value, tuple):
            raise TypeError("Cette valeur n’est pas une liste.")
        return self.value

    def holds_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


@dataclass(frozen=True)
class Parameter:
    name: str
    topic: Topic
    unit: ParameterUnit
    dates: Dates
    meaning: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """The value of that day. Raises LookupError before the first one."""
        for value in self.values:
            if value.holds_on(day):
                return value
        raise LookupError(f"{self.name} : aucune valeur au {day.isoformat()}")


@dataclass(frozen=True)
class Use:
    """One line of "which right pays for what": `rate` names a parameter, empty when the right pays its own amount."""

    scheme: str
    pays_for: str
    rate: str
    validated_by: str
    source: str


@dataclass(frozen=True)
class LegalValues:
    """All the values of one file. `version` names the file: its own number and a digest of its text."""

    version: str
    parameters: dict[str, Parameter]
    uses: tuple[Use, ...] = ()

    def on(self, name: str, day: date) -> DatedValue:
        """The value of a parameter on that day. Raises LookupError for an unknown name or a day before the first."""
        return self.parameters[name].on(day)

    def of_year(self, name: str, year: int) -> DatedValue:
        """The value for a year of activity: the one in force at its end. Raises LookupError as `on` does."""
        return self.on(name, date(year, 12, 31))

    def known_in(self, name: str, year: int) -> bool:
        """Whether the parameter exists for that year of activity and sets something."""
        try:
            return self.of_year(name, year).value is not None
        except LookupError:
            return False

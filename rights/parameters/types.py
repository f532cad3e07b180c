from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class InvalidParameters(Exception):
    """The file of legal values cannot be used; the message names the parameter and what is wrong."""


class ParameterUnit(StrEnum):
    CENTS = "cents"
    WORKING_DAYS = "working_days"
    SCHEMES = "schemes"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class DatedValue:
    """A value and the days on which it holds, both included; None is open. `source` is the text that sets it."""

    value: int | tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    source: str
    confidence: Confidence
    note: str = ""

    @property
    def number(self) -> int:
        """The value as a number. Raises TypeError on a list."""
        if not isinstance(self.value, int):
            raise TypeError("Cette valeur est une liste, pas un nombre.")
        return self.value

    @property
    def names(self) -> tuple[str, ...]:
        """The value as a list of names. Raises TypeError on a number."""
        if isinstance(self.value, int):
            raise TypeError("Cette valeur est un nombre, pas une liste.")
        return self.value

    def holds_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


@dataclass(frozen=True)
class Parameter:
    name: str
    unit: ParameterUnit
    meaning: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """The value of that day. Raises LookupError before the first one."""
        for value in self.values:
            if value.holds_on(day):
                return value
        raise LookupError(f"{self.name} : aucune valeur au {day.isoformat()}")


@dataclass(frozen=True)
class LegalValues:
    version: str
    parameters: dict[str, Parameter]

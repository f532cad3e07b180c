"""A sheet of paper: each line is computed exactly and kept, so that the result comes with its derivation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from rights.parameters.types import LegalValues, ParameterUnit
from rights.rules.derivation import (
    Derivation,
    Exact,
    Measure,
    Operand,
    Operation,
    Rounding,
    Step,
    recomputed,
)

# Hours of the file become minutes here, the unit of counters.
_MEASURES = {
    ParameterUnit.CENTS: (Measure.CENTS, 1),
    ParameterUnit.CENTS_PER_HOUR: (Measure.CENTS_PER_HOUR, 1),
    ParameterUnit.CENTS_PER_POINT: (Measure.CENTS_PER_POINT, 1),
    ParameterUnit.HOURS: (Measure.MINUTES, 60),
    ParameterUnit.HOURS_PER_POINT: (Measure.MINUTES_PER_POINT, 60),
    ParameterUnit.POINTS: (Measure.POINTS, 1),
    ParameterUnit.DAYS: (Measure.DAYS, 1),
    ParameterUnit.MONTHS: (Measure.MONTHS, 1),
    ParameterUnit.QUARTERS: (Measure.QUARTERS, 1),
    ParameterUnit.YEARS: (Measure.YEARS, 1),
}


class Working:
    """Collects the steps of one computation over one set of legal values."""

    def __init__(self, name: str, values: LegalValues) -> None:
        self.name = name
        self.values = values
        self.version = values.version
        self._steps: list[Step] = []

    @classmethod
    def continuing(cls, derivation: Derivation, name: str) -> Working:
        """A sheet that goes on from a finished one, with facts alone: no legal value is read any more."""
        working = cls(name, LegalValues(derivation.parameters_version, {}))
        working._steps = list(derivation.steps)
        return working

    def given(self, label: str, amount: Exact, unit: Measure) -> Operand:
        """A fact of the case."""
        return Operand(label, amount, unit)

    def law(self, name: str, day: date) -> Operand:
        """A legal value of that day, with its source. Raises LookupError when there is none, TypeError when null."""
        dated = self.values.on(name, day)
        parameter = self.values.parameters[name]
        if parameter.unit is ParameterUnit.RATIO:
            value: Exact = dated.ratio
            unit = Measure.RATIO
        else:
            unit, factor = _MEASURES.get(parameter.unit, (Measure.COUNT, 1))
            value = dated.number * factor
        return Operand(parameter.meaning, value, unit, dated.source, name, day.isoformat())

    def of_year(self, name: str, year: int) -> Operand:
        """A legal value for a year of activity: the one in force at its end."""
        return self.law(name, date(year, 12, 31))

    def step(
        self,
        label: str,
        operation: Operation,
        *operands: Operand,
        unit: Measure,
        rounding: Rounding = Rounding.NONE,
        rule: str = "",
        source: str = "",
    ) -> Operand:
        """Compute a line and quote its result for the next ones."""
        draft = Step(label, 0, unit, rule, source, operation, operands, rounding)
        amount = recomputed(draft)
        self._steps.append(Step(label, amount, unit, rule, source, operation, operands, rounding))
        return Operand(label, amount, unit, step=len(self._steps) - 1)

    def note(self, label: str, amount: Exact, unit: Measure, *, rule: str = "", source: str = "") -> Operand:
        """A line that states a fact instead of computing one."""
        whole = int(amount) if Fraction(amount).denominator == 1 else amount
        self._steps.append(Step(label, whole, unit, rule, source))
        return Operand(label, whole, unit, step=len(self._steps) - 1)

    def done(self) -> Derivation:
        return Derivation(self.name, self.version, tuple(self._steps))


def other_values(derivation: Derivation, values: LegalValues) -> Iterator[Operand]:
    """The operands that quote a legal value otherwise than the file does."""
    working = Working(derivation.name, values)
    for step in derivation.steps:
        for operand in step.operands:
            if operand.parameter and not _quoted(working, operand):
                yield operand


def _quoted(working: Working, operand: Operand) -> bool:
    try:
        return working.law(operand.parameter, date.fromisoformat(operand.day)).value == operand.value
    except (LookupError, TypeError, ValueError):
        return False

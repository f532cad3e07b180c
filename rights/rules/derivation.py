"""How a result was reached, step by step, in a form that is stored with it, recomputed, and shown to the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from operator import mul
from typing import Any

Exact = int | Fraction


class Measure(StrEnum):
    """What an amount of a derivation is counted in. The first three are those of counters."""

    CENTS = "cents"
    MINUTES = "minutes"
    POINTS = "points"
    CENTS_PER_HOUR = "cents_per_hour"
    CENTS_PER_POINT = "cents_per_point"
    MINUTES_PER_POINT = "minutes_per_point"
    RATIO = "ratio"
    COUNT = "count"
    DAYS = "days"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"


class Operation(StrEnum):
    """What a step does with its operands, in their order. Empty: the amount is given, not computed."""

    GIVEN = ""
    SUM = "sum"
    DIFFERENCE = "difference"
    ROOM = "room"
    PRODUCT = "product"
    SMALLEST = "smallest"
    LARGEST = "largest"
    AT_RATE = "at_rate"
    INTO_HOURS = "into_hours"


class Rounding(StrEnum):
    NONE = ""
    CENT_UP = "cent_up"
    HOUR_UP = "hour_up"
    HOUR_NEAREST = "hour_nearest"
    HOUR_DOWN = "hour_down"
    UNIT_DOWN = "unit_down"
    UNIT_NEAREST = "unit_nearest"
    UNIT_UP = "unit_up"


@dataclass(frozen=True)
class Operand:
    """A number that a step uses. `parameter` names the legal value that it is; `step` the earlier step (from 0)."""

    label: str
    value: Exact
    unit: Measure
    source: str = ""
    parameter: str = ""
    day: str = ""
    step: int | None = None


@dataclass(frozen=True)
class Step:
    """One line of a computation: what it is, its amount in `unit`, the rule applied and the text behind it."""

    label: str
    amount: Exact
    unit: Measure = Measure.CENTS
    rule: str = ""
    source: str = ""
    operation: Operation = Operation.GIVEN
    operands: tuple[Operand, ...] = ()
    rounding: Rounding = Rounding.NONE


@dataclass(frozen=True)
class Derivation:
    """The steps in order, the last one being the result, and the version of the legal values they used."""

    name: str
    parameters_version: str
    steps: tuple[Step, ...]

    @property
    def result(self) -> int:
        """The amount of the last step. Raises TypeError when it was left unrounded."""
        amount = self.steps[-1].amount
        if not isinstance(amount, int):
            raise TypeError("a result is a whole number of cents, minutes or points")
        return amount

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "parameters_version": self.parameters_version,
            "steps": [_step_json(step) for step in self.steps],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Derivation | None:
        """The derivation that `as_json` stored; None for an entry that was not computed (an opening balance)."""
        if not stored:
            return None
        return cls(
            name=stored["name"],
            parameters_version=stored["parameters_version"],
            steps=tuple(_step_from_json(step) for step in stored["steps"]),
        )


def wrong_steps(derivation: Derivation) -> Iterator[Step]:
    """The steps whose amount is not what their own operands give, or that quote an earlier step wrongly."""
    for rank, step in enumerate(derivation.steps):
        quoted = all(
            operand.step is None
            or (operand.step < rank and derivation.steps[operand.step].amount == operand.value)
            for operand in step.operands
        )
        if not quoted or (step.operation and recomputed(step) != step.amount):
            yield step


def recomputed(step: Step) -> Exact:
    """The amount that the operation gives on the operands, exactly, then rounded as the step says."""
    return _whole(
        rounded(applied(step.operation, [Fraction(item.value) for item in step.operands]), step.rounding)
    )


def applied(operation: Operation, numbers: list[Fraction]) -> Fraction:
    """The exact result. Raises ValueError for an operation without operands."""
    if not numbers:
        raise ValueError("an operation needs operands")
    return _OPERATIONS[operation](numbers)


def rounded(exact: Fraction, rounding: Rounding) -> Fraction:
    """The number rounded; hours are rounded on minutes."""
    grain = 60 if rounding.value.startswith("hour") else 1
    scaled = exact / grain
    match rounding:
        case Rounding.NONE:
            return exact
        case Rounding.CENT_UP | Rounding.HOUR_UP | Rounding.UNIT_UP:
            return Fraction(-(-scaled.numerator // scaled.denominator) * grain)
        case Rounding.HOUR_DOWN | Rounding.UNIT_DOWN:
            return Fraction(scaled.numerator // scaled.denominator * grain)
        case _:
            # A half goes up, as French texts word "arrondi au plus proche".
            half_up = scaled + Fraction(1, 2)
            return Fraction(half_up.numerator // half_up.denominator * grain)


_OPERATIONS: dict[Operation, Callable[[list[Fraction]], Fraction]] = {
    Operation.GIVEN: lambda numbers: numbers[0],
    Operation.SUM: lambda numbers: sum(numbers, Fraction(0)),
    Operation.DIFFERENCE: lambda numbers: numbers[0] - sum(numbers[1:], Fraction(0)),
    # What is left below a limit: never negative.
    Operation.ROOM: lambda numbers: max(Fraction(0), numbers[0] - sum(numbers[1:], Fraction(0))),
    Operation.PRODUCT: lambda numbers: reduce(mul, numbers),
    Operation.SMALLEST: min,
    Operation.LARGEST: max,
    # Minutes at a rate per hour, cents at the same rate.
    Operation.AT_RATE: lambda numbers: numbers[0] * numbers[1] / 60,
    Operation.INTO_HOURS: lambda numbers: numbers[0] * 60 / numbers[1],
}


def _whole(value: Exact) -> Exact:
    """An int when the number is whole: that is how it is stored and compared."""
    return int(value) if Fraction(value).denominator == 1 else value


def _number_json(value: Exact) -> int | str:
    return value if isinstance(value, int) else str(value)


def _number_from_json(stored: int | str) -> Exact:
    return stored if isinstance(stored, int) else _whole(Fraction(stored))


def _step_json(step: Step) -> dict[str, Any]:
    """Empty fields are left out: a ledger of millions of lines is read by eye, and stored."""
    texts = {"rule": step.rule, "source": step.source, "operation": step.operation, "rounding": step.rounding}
    return {
        "label": step.label,
        "amount": _number_json(step.amount),
        "unit": str(step.unit),
        **{key: str(text) for key, text in texts.items() if text},
        **({"operands": [_operand_json(item) for item in step.operands]} if step.operands else {}),
    }


def _operand_json(operand: Operand) -> dict[str, Any]:
    texts = {"source": operand.source, "parameter": operand.parameter, "day": operand.day}
    return {
        "label": operand.label,
        "value": _number_json(operand.value),
        "unit": str(operand.unit),
        **{key: text for key, text in texts.items() if text},
        **({} if operand.step is None else {"step": operand.step}),
    }


def _step_from_json(stored: dict[str, Any]) -> Step:
    operands = tuple(
        Operand(**{**item, "value": _number_from_json(item["value"]), "unit": Measure(item["unit"])})
        for item in stored.get("operands", ())
    )
    return Step(
        label=stored["label"],
        amount=_number_from_json(stored["amount"]),
        unit=Measure(stored["unit"]),
        rule=stored.get("rule", ""),
        source=stored.get("source", ""),
        operation=Operation(stored.get("operation", "")),
        operands=operands,
        rounding=Rounding(stored.get("rounding", "")),
    )

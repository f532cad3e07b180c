"""How a result was reached, step by step, in a form that is stored with it and shown to the person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rights.enums import Unit


@dataclass(frozen=True)
class Step:
    """One line of a computation: what it is, its amount in `unit`, the rule applied and the text behind it."""

    label: str
    amount: int
    unit: Unit = Unit.CENTS
    rule: str = ""
    source: str = ""


@dataclass(frozen=True)
class Derivation:
    """The steps in order, the last one being the result, and the version of the legal values they used."""

    name: str
    parameters_version: str
    steps: tuple[Step, ...]

    @property
    def result(self) -> int:
        return self.steps[-1].amount

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Derivation | None:
        """The derivation that `as_json` stored; None for an entry that was not computed (an opening balance)."""
        if not stored:
            return None
        steps = tuple(Step(**{**step, "unit": Unit(step["unit"])}) for step in stored["steps"])
        return cls(name=stored["name"], parameters_version=stored["parameters_version"], steps=steps)

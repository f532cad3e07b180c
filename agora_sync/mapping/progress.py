"""What may be declared of a file on AGORA's side, in which order, and the state that it makes. Pure.

`rights` keeps request, entry, cancellation and refusal; the declarations of partners add the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agora_sync.contract import Operation
from agora_sync.mapping.codes import WIRE_STATES

# Whatever is not in the table is refused (TransitionInterdite). None: the state stays.
TRANSITIONS: dict[Operation, dict[str, str | None]] = {
    Operation.VALIDATE_FILE: {"DEMANDE": "VALIDE"},
    Operation.REFUSE_FILE: {"DEMANDE": "REFUSE", "VALIDE": "REFUSE"},
    Operation.CANCEL_FILE: {"DEMANDE": "ANNULE", "VALIDE": "ANNULE"},
    Operation.DECLARE_ENTRY: {"DEMANDE": "EN_FORMATION", "VALIDE": "EN_FORMATION"},
    Operation.DECLARE_INTERRUPTION: {"EN_FORMATION": "INTERROMPU"},
    Operation.DECLARE_RETURN: {"INTERROMPU": "EN_FORMATION"},
    Operation.DECLARE_PAY: {"EN_FORMATION": None, "INTERROMPU": None, "SORTI": None},
    Operation.DECLARE_EXIT: {"EN_FORMATION": "SORTI", "INTERROMPU": "SORTI"},
    # "At any time after the creation": before the exit, the file goes on and is settled when it ends.
    Operation.SETTLE_FILE: dict.fromkeys(("DEMANDE", "VALIDE", "EN_FORMATION", "INTERROMPU", "SORTI")),
    Operation.AMEND_FILE: dict.fromkeys(("DEMANDE", "VALIDE", "EN_FORMATION", "INTERROMPU", "SORTI")),
}
# What a file may know once.
ONCE = frozenset({Operation.VALIDATE_FILE, Operation.DECLARE_EXIT, Operation.SETTLE_FILE})
DAY_NAMES = {
    Operation.VALIDATE_FILE: "dateValidation",
    Operation.REFUSE_FILE: "dateRefus",
    Operation.CANCEL_FILE: "dateAnnulation",
    Operation.DECLARE_INTERRUPTION: "dateInterruption",
    Operation.DECLARE_RETURN: "dateReprise",
    Operation.DECLARE_EXIT: "dateSortie",
    Operation.SETTLE_FILE: "dateSolde",
}


@dataclass(frozen=True)
class Declared:
    """One declaration, in the order in which they came."""

    operation: str
    day: dt.date
    values: dict[str, Any]


def wire_state(rights_state: str, declared: Sequence[Declared]) -> str:
    """The state of a file as the contract writes it."""
    state = WIRE_STATES[rights_state]
    for step in declared:
        state = TRANSITIONS.get(Operation(step.operation), {}).get(state) or state
    is_settled = any(step.operation == Operation.SETTLE_FILE for step in declared)
    return "SOLDE" if is_settled and state == "SORTI" else state


def is_allowed(operation: Operation, rights_state: str, declared: Sequence[Declared]) -> bool:
    """Whether the operation may be declared of a file in that state."""
    already = operation in ONCE and any(step.operation == operation for step in declared)
    return not already and wire_state(rights_state, declared) in TRANSITIONS[operation]


def is_dated_in_order(
    operation: Operation, day: dt.date, *, entered_on: dt.date | None, declared: Sequence[Declared]
) -> bool:
    """Whether the day comes after what it follows: entry, then each interruption and return, then the exit."""
    if operation not in (Operation.DECLARE_INTERRUPTION, Operation.DECLARE_RETURN, Operation.DECLARE_EXIT):
        return True
    followed = [entered_on] if entered_on else []
    course = (Operation.DECLARE_INTERRUPTION, Operation.DECLARE_RETURN)
    followed += [step.day for step in declared if step.operation in course]
    return all(day >= before for before in followed)


def follow_up(declared: Sequence[Declared]) -> dict[str, Any]:
    """The `suivi` of a file, in no particular order: the schema gives one when it is written."""
    told: dict[str, Any] = {}
    for step in declared:
        if step.operation == Operation.DECLARE_INTERRUPTION:
            told.setdefault("interruption", []).append(dict(step.values))
        elif step.operation == Operation.DECLARE_RETURN and told.get("interruption"):
            told["interruption"][-1].update(step.values)
        elif step.operation == Operation.DECLARE_PAY:
            told.setdefault("remuneration", []).append(step.values["remuneration"])
        elif step.operation != Operation.AMEND_FILE:
            told.update(step.values)
    return told

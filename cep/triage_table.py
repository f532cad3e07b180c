"""The decision table of the triage, read once from cep/triage.yaml and refused when it could be read two ways."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cep.rules.triage import Advice, Condition, Contact, Outcome, Row, Status, Table

FILE = Path(__file__).parent / "triage.yaml"


@cache
def triage_table() -> Table:
    return read_table(FILE.read_text(encoding="utf-8"))


def read_table(text: str) -> Table:
    """Raises ValueError, naming the row, for an unknown key, status, outcome or contact, a date missing or turned."""
    document = yaml.load(text, Loader=yaml.CSafeLoader)
    contacts = {name: Contact(**raw) for name, raw in document["contacts"].items()}
    return Table(
        version=document["version"],
        rows=tuple(_row(raw, contacts) for raw in document["rows"]),
        advices=tuple(_advice(raw) for raw in document["advice"]),
    )


def _row(raw: dict[str, Any], contacts: dict[str, Contact]) -> Row:
    left = dict(raw)
    try:
        contact = left.pop("to", None)
        return Row(
            **_dated(left),
            outcome=Outcome(left.pop("outcome")),
            contact=contacts[contact] if contact else None,
            because=left.pop("because"),
            source=left.pop("source"),
            **left,
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"cep/triage.yaml, row {raw.get('name')}: {problem}") from None


def _advice(raw: dict[str, Any]) -> Advice:
    left = dict(raw)
    try:
        return Advice(**_dated(left), **left)
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"cep/triage.yaml, advice {raw.get('name')}: {problem}") from None


def _dated(left: dict[str, Any]) -> dict[str, Any]:
    """What rows and pieces of advice share, taken out of what is left to read."""
    since, until = left.pop("from"), left.pop("to_day", None)
    if until is not None and until < since:
        raise ValueError("ends before it begins")
    asked = dict(left.pop("when"))
    statuses = frozenset(Status(name) for name in asked.pop("statuses", ()))
    return {
        "name": left.pop("name"),
        "since": since,
        "until": until,
        "condition": Condition(statuses=statuses, **asked),
    }

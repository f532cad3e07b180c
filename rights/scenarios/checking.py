"""Rows of worked cases against what the rules compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rights.parameters.types import LegalValues
from rights.scenarios.evaluation import evaluate
from rights.scenarios.reading import Unreadable, parse_json, read_day
from rights.scenarios.results import Outcome, printed, same

COLUMNS = ("id", "theme", "inputs_json", "as_of", "expected_balance", "unit", "expected_detail_json")
# Details that the row gives for the reader: another reading of the law, or the way to the result.
NOT_COMPARED = ("alternative", "by_origin", "feedings_posted")
WITHOUT_DATE = "theoretical"


class Verdict(StrEnum):
    OK = "ok"
    ALT = "alt"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Checked:
    """One row. `counts_against`: it was held for sure, or could not be read."""

    id: str
    expected: str
    computed: str
    verdict: Verdict
    counts_against: bool
    complaint: str = ""


def check_rows(text: str, values: LegalValues) -> Iterator[Checked]:
    """Each row of the CSV, in its order; a file without the columns is one unreadable row."""
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        yield _unreadable("?", "", f"colonnes absentes : {', '.join(missing)}")
        return
    for row in reader:
        yield check_row({key: value for key, value in row.items() if key is not None}, values)


def check_row(row: dict[str, Any], values: LegalValues) -> Checked:
    name, expected = row["id"] or "?", row["expected_balance"] or ""
    try:
        outcome = _outcome(row, values)
        details = parse_json(row["expected_detail_json"]) if row["expected_detail_json"] else {}
        if not isinstance(details, dict):
            raise Unreadable("expected_detail_json : attendu un objet")
    except (Unreadable, ValueError, OverflowError) as error:
        return _unreadable(name, expected, str(error))
    return _compared(row, name, expected, outcome, details)


def _outcome(row: dict[str, Any], values: LegalValues) -> Outcome:
    as_of: date | None = None if row["as_of"] == WITHOUT_DATE else read_day("as_of", row["as_of"])
    theme = (row["theme"] or row["id"] or "?").strip()[:1].upper()
    return evaluate(
        parse_json(row["inputs_json"] or ""), theme=theme, as_of=as_of, unit=row["unit"] or "", values=values
    )


def _compared(
    row: dict[str, Any], name: str, expected: str, outcome: Outcome, details: dict[str, Any]
) -> Checked:
    computed = printed(outcome.value, outcome.unit)
    wrong = [
        f"{key} attendu {wanted}, calculé "
        f"{printed(outcome.details[key], 'EUR') if key in outcome.details else 'absent'}"
        for key, wanted in details.items()
        if not key.startswith(NOT_COMPARED) and not same(outcome.details.get(key), wanted)
    ]
    right = same(outcome.value, expected)
    if right and not wrong:
        return Checked(name, expected, computed, Verdict.OK, False)
    others = [wanted for key, wanted in details.items() if key.startswith("alternative")]
    if not right and any(same(outcome.value, other) for other in others):
        return Checked(name, expected, computed, Verdict.ALT, False)
    sure = (row.get("confidence") or "high").strip() != "low"
    return Checked(name, expected, computed, Verdict.FAIL, sure, " ; ".join(wrong))


def _unreadable(name: str, expected: str, why: str) -> Checked:
    return Checked(name, expected, "illisible", Verdict.FAIL, True, f"ligne illisible : {why}")

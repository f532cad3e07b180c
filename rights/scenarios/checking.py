"""Rows of worked cases against what the rules compute."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rights.parameters.types import LegalValues
from rights.scenarios.evaluation import evaluate
from rights.scenarios.reading import Unreadable, parse_json, read_day
from rights.scenarios.results import UNITS, Outcome, printed, same

COLUMNS = ("id", "theme", "inputs_json", "as_of", "expected_balance", "unit", "expected_detail_json")
# What a row says for its reader; `confidence` says whether its failure counts.
FOR_THE_READER = ("scenario_fr", "rule", "source", "verbatim", "confidence")
CONFIDENCES = ("high", "medium", "low")
# Details that the row gives for the reader: another reading of the law, or the way to the result.
NOT_COMPARED = ("alternative", "by_origin", "feedings_posted")
WITHOUT_DATE = "theoretical"
_EXPECTED = re.compile(r"-?\d+(?:\.\d+)?|\d{4}-\d{2}-\d{2}|true|false", re.IGNORECASE)


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
    """Each row of the CSV, in its order; a file without the columns, or without a row, is one unreadable row.

    An identifier stands for one row: a second one of the same name is refused, whatever it says.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if complaint := _wrong_header(reader.fieldnames or ()):
            yield _unreadable("?", "", complaint)
            return
        lines: dict[str, int] = {}
        for row in reader:
            yield check_row(row, values, line=reader.line_num, before=lines.get((row["id"] or "").strip()))
            lines.setdefault((row["id"] or "").strip(), reader.line_num)
        if not lines:
            yield _unreadable("?", "", "aucun cas : attendu au moins une ligne sous les noms des colonnes")
    except csv.Error as error:
        yield _unreadable("?", "", f"ligne {reader.line_num} : {error}")


def _wrong_header(names: Sequence[str]) -> str:
    """What is wrong with the names of the columns; empty when nothing is."""
    wrong = {
        "absentes": [name for name in COLUMNS if name not in names],
        "inconnues": [name or "(sans nom)" for name in names if name not in COLUMNS + FOR_THE_READER],
        "répétées": sorted({name for name in names if names.count(name) > 1}),
    }
    return " ; ".join(f"colonnes {which} : {', '.join(found)}" for which, found in wrong.items() if found)


def check_row(
    row: dict[str | None, Any], values: LegalValues, *, line: int, before: int | None = None
) -> Checked:
    """One row, read and computed. `line`: where it ends in the file, for the complaint; `before`: the line that bears
    the same identifier, if one did.
    """
    name, expected = (row["id"] or "").strip() or "?", row["expected_balance"] or ""
    try:
        if None in row or None in row.values():
            raise _BadCell("", f"attendu {len(row) - (None in row)} colonnes")
        cells = {key: value for key, value in row.items() if key is not None}
        _check_identity(cells, before)
        outcome, details = _outcome(cells, values), _details(cells)
        _check_expected(expected)
    except _BadCell as bad:
        where = f"ligne {line}, colonne {bad.column}" if bad.column else f"ligne {line}"
        return _unreadable(name, expected, f"{where} : {bad}")
    return _compared(cells, name, expected, outcome, details)


def _check_identity(row: dict[str, Any], before: int | None) -> None:
    if not row["id"].strip():
        raise _BadCell("id", "attendu un identifiant")
    if before is not None:
        raise _BadCell("id", f"{row['id'].strip()} est déjà l’identifiant de la ligne {before}")
    if row.get("confidence", "").strip() not in ("", *CONFIDENCES):
        raise _BadCell("confidence", f"attendu {', '.join(CONFIDENCES)}, lu {row['confidence']!r}")


class _BadCell(ValueError):
    """What cannot be read, and the column it is in."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(why.removeprefix(f"{column} : "))
        self.column = column


@contextmanager
def _in_column(column: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, OverflowError) as error:
        # The evaluation speaks of these two columns by their names.
        named = next((other for other in ("theme", "as_of") if str(error).startswith(f"{other} :")), column)
        raise _BadCell(named, str(error)) from error


def _outcome(row: dict[str, Any], values: LegalValues) -> Outcome:
    with _in_column("as_of"):
        as_of: date | None = None if row["as_of"] == WITHOUT_DATE else read_day("as_of", row["as_of"])
    if row["unit"] not in UNITS:
        raise _BadCell("unit", f"attendu {', '.join(UNITS)}, lu {row['unit']!r}")
    theme = (row["theme"] or row["id"] or "?").strip()[:1].upper()
    with _in_column("inputs_json"):
        inputs = parse_json(row["inputs_json"])
        return evaluate(inputs, theme=theme, as_of=as_of, unit=row["unit"], values=values)


def _details(row: dict[str, Any]) -> dict[str, Any]:
    with _in_column("expected_detail_json"):
        details = parse_json(row["expected_detail_json"]) if row["expected_detail_json"] else {}
        if not isinstance(details, dict):
            raise Unreadable("attendu un objet")
    return details


def _check_expected(written: str) -> None:
    """A number, a day, or true or false: a slip of the pen is not a wrong result."""
    if not _EXPECTED.fullmatch(written.strip()):
        raise _BadCell(
            "expected_balance", f"attendu un nombre, une date ou true ou false, lu {written[:40]!r}"
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
    return Checked(name, expected, "illisible", Verdict.FAIL, True, why)

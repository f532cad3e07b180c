"""The two shapes of declaration files: activities as a DSN-like message, everything as a table.

See docs/rights.md for the headings and the columns. Nothing is judged here but the shape.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TABLE_SUFFIX = ".csv"
TABLE_KEYS = ("nir", "year", "kind", "reference")
LONGEST_LINE = 10_000
_DSN_LINE = re.compile(r"(?P<code>S\d{2}\.G\d{2}\.\d{2}\.\d{3}),'(?P<value>.*)'")

YEAR, PERSON, CONTRACT = "S20.G00.05.005", "S21.G00.30.001", "S21.G00.40.009"
SIREN, NATURE = "S21.G00.06.001", "S21.G00.40.007"
REFERENCE, VOLUME, VOLUME_UNIT = "S21.G00.40.012", "S21.G00.53.002", "S21.G00.53.003"
ABSENCE, CANCELLATION = "S21.G00.65.004", "S21.G00.40.099"
# Nature of the contract (S21.G00.40.007): what changes the rule that applies.
PUBLIC_NATURES, ESAT_NATURES, APPRENTICE_NATURES = {"50", "52"}, {"70"}, {"04", "05"}
HOURS, DAYS = "10", "12"


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says why, in French."""


@dataclass(frozen=True)
class Line:
    """One declaration as written. `path` says where, for the report."""

    path: str
    nir: str
    year: str
    kind: str
    reference: str
    facts: dict[str, str]


@dataclass(frozen=True)
class BrokenLine:
    """A line that has not the shape of its file."""

    path: str
    field: str
    value: str
    rule: str


def read_lines(path: Path) -> Iterator[Line | BrokenLine]:
    """The declarations of a file, in its order, without holding it in memory. Raises UnreadableFile."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = _read_table if path.suffix.lower() == TABLE_SUFFIX else _read_dsn
            yield from reader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name} ne se lit pas : {error}") from error


def _read_table(file: Iterable[str]) -> Iterator[Line | BrokenLine]:
    reader = csv.DictReader(file, delimiter=";", strict=True)
    missing = [key for key in TABLE_KEYS if key not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableFile(f"colonnes absentes : {', '.join(missing)}")
    for row in reader:
        path = f"ligne {reader.line_num}"
        if None in row or None in row.values():
            yield BrokenLine(path, "", "", "nombre de colonnes différent de l’en-tête")
            continue
        facts = {key: value for key, value in row.items() if key not in TABLE_KEYS and value}
        nir, year, kind, reference = (row[key].strip() for key in TABLE_KEYS)
        yield Line(path, nir, year, kind, reference, facts)


@dataclass
class _Reading:
    """Where a DSN-like message is: its employer and year, the person, the contract being described."""

    year: str = ""
    siren: str = ""
    nir: str = ""
    contract: str = ""
    path: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    volume: str = ""

    def line(self) -> Line | None:
        """The contract described so far, ready to be declared."""
        if not self.contract:
            return None
        reference = f"{self.siren}/{self.contract}"
        return Line(self.path, self.nir, self.year, "activity", reference, dict(self.facts))

    def open_contract(self, number: str, path: str) -> None:
        self.contract, self.path, self.facts, self.volume = number, path, {}, ""


def _read_dsn(file: Iterable[str]) -> Iterator[Line | BrokenLine]:
    reading = _Reading()
    for number, text in enumerate(file, start=1):
        written = text.strip()
        if not written:
            continue
        found = _DSN_LINE.fullmatch(written) if len(written) <= LONGEST_LINE else None
        if found is None:
            yield BrokenLine(f"ligne {number}", "", written[:80], "attendu S21.G00.30.001,'valeur'")
            continue
        done = _taken(reading, found["code"], found["value"], f"ligne {number}")
        if done is not None:
            yield done
    last = reading.line()
    if last is not None:
        yield last


def _taken(reading: _Reading, code: str, value: str, path: str) -> Line | None:
    """Note what a line says; the contract before it, when the line begins another thing."""
    done = None
    if code in (YEAR, SIREN, PERSON, CONTRACT):
        done = reading.line()
        reading.contract = ""
    if code == YEAR:
        # The message gives a day as JJMMAAAA.
        reading.year = value[-4:]
    elif code == SIREN:
        reading.siren = value
    elif code == PERSON:
        reading.nir = value
    elif code == CONTRACT:
        reading.open_contract(value, path)
    elif reading.contract:
        _describe(reading, code, value)
    return done


def _describe(reading: _Reading, code: str, value: str) -> None:
    facts = reading.facts
    if code == NATURE:
        facts["sector"] = (
            "public" if value in PUBLIC_NATURES else "esat" if value in ESAT_NATURES else "private"
        )
        if value in APPRENTICE_NATURES:
            facts["apprentice"] = "oui"
    elif code == REFERENCE:
        facts["reference"] = value
    elif code == VOLUME:
        reading.volume = value
    elif code == VOLUME_UNIT:
        facts["days" if value == DAYS else "hours"] = reading.volume
        if value == DAYS and "reference" in facts:
            facts["agreed_days"] = facts.pop("reference")
    elif code == ABSENCE:
        facts["absence_share"] = value
    elif code == CANCELLATION:
        facts["cancelled"] = "oui"

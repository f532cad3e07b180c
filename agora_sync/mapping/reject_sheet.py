"""The refused exchanges as a spreadsheet, to be corrected there and brought back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from agora_sync.mapping.corrections import FIELDS
from agora_sync.mapping.spreadsheets import as_csv, read
from agora_sync.models import Exchange

KEY = "echange"
TOLD = ("operation", "numero_agora", "code", "motif")
COLUMNS = (KEY, *TOLD, *(field.column for field in FIELDS.values()))
# As many as one batch: the preview must stay readable and its sending short.
MOST_LINES = 1_000


@dataclass(frozen=True)
class Line:
    """One line brought back: its number in the sheet, its exchange, and what is written by field."""

    number: int
    exchange_id: UUID
    written: dict[str, str]


def as_sheet(exchanges: Iterable[Exchange]) -> str:
    """A line per exchange: what was refused, then what may be corrected."""
    return as_csv(COLUMNS, (_cells(exchange) for exchange in exchanges))


def read_sheet(content: bytes) -> tuple[list[Line], list[str]]:
    """The lines of a sheet, and those that cannot be read, each with its reason.

    Raises ValueError with a sentence when the whole is no such sheet: encoding, columns, size.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("Ce fichier n’est pas en UTF-8. Enregistrez-le au format « CSV UTF-8 ».") from None
    try:
        return _lines_of(text)
    except csv.Error:
        raise ValueError("Ce fichier n’est pas un tableau lisible : une cellule y est démesurée.") from None


def _lines_of(text: str) -> tuple[list[Line], list[str]]:
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    columns = {field.column: name for name, field in FIELDS.items()}
    given = [column for column in rows.fieldnames or [] if column in columns]
    if KEY not in (rows.fieldnames or []) or not given:
        raise ValueError(
            f"Ce fichier n’a pas les colonnes attendues : il faut au moins « {KEY} » et une colonne à corriger."
        )
    lines: list[Line] = []
    refused: list[str] = []
    for number, row in enumerate(rows, start=2):
        if number > MOST_LINES + 1:
            raise ValueError(f"Ce fichier compte plus de {MOST_LINES} lignes : coupez-le en plusieurs.")
        try:
            key = UUID((row[KEY] or "").strip())
        except ValueError:
            refused.append(f"Ligne {number} : l’identifiant de l’échange n’est pas lisible.")
            continue
        lines.append(Line(number, key, {columns[column]: read(row[column]) for column in given}))
    return lines, refused


def _cells(exchange: Exchange) -> Iterator[str]:
    file = exchange.training_file
    assert file is not None
    told = (exchange.operation, file.agora_number or "", exchange.fault_code, exchange.fault_label)
    yield str(exchange.pk)
    yield from told
    yield from (str(getattr(file, name)) for name in FIELDS)

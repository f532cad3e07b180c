"""CSV as French spreadsheets open it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# A spreadsheet would run a cell that begins so: it is written as a text, and read back without its mark.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "'"


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The whole sheet, semicolons between cells. No cell is run as a formula."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([written(cell) for cell in row] for row in rows)
    return sheet.getvalue()


def written(text: str) -> str:
    return f"{_MARK}{text}" if text.startswith(_FORMULA) else text


def read(cell: str | None) -> str:
    """What was written, brought back."""
    text = cell or ""
    return text[1:] if text[:1] == _MARK and text[1:].startswith(_FORMULA) else text

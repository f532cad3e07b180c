"""Many rows at once, by COPY: the quickest way into a table that keeps its triggers and its constraints."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def copy_field(text: str) -> str:
    """A text as a field of COPY's text format."""
    # Four searches that find nothing, most of the time: much quicker than a table of characters.
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy_rows(target: str, lines: Iterable[str]) -> None:
    """Append lines of COPY's text format to `target`, "table (columns)". Nothing to write sends nothing."""
    text = "".join(lines)
    if not text:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        copy.write(text)

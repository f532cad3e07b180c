"""Many rows in one statement, as one JSON value.

Preparing each value of a model and finding its place in a statement of a hundred thousand placeholders took longer than
PostgreSQL takes to store it; a JSON text is written by C and read by the server, which knows the types of its columns.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

Row = Mapping[str, Any]


def merge_rows(
    model: type[models.Model],
    rows: Sequence[Row],
    *,
    unique: Sequence[str],
    update: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert the rows (column → value, every column but the key); one that stands already gets the columns of `update`.

    Returns the columns of `returning` for each row written. Rows must differ in `unique`.
    """
    if not rows:
        return []
    table, columns = sql.Identifier(model._meta.db_table), _listed(rows[0])
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
        " ON CONFLICT ({unique}) DO {otherwise} {returning}"
    ).format(
        table=table,
        columns=columns,
        unique=_listed(unique),
        otherwise=_update(update) if update else sql.SQL("NOTHING"),
        returning=sql.SQL("RETURNING {}").format(_listed(returning)) if returning else sql.SQL(""),
    )
    with connection.cursor() as cursor:
        # Dates and digests are written as their text, which is how PostgreSQL reads them.
        cursor.execute(statement, [json.dumps(rows, default=str, ensure_ascii=False)])
        return cursor.fetchall() if returning else []


def _listed(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _update(names: Sequence[str]) -> sql.Composed:
    pairs = (sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in names)
    return sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(pairs))

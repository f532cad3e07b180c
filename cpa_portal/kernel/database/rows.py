"""New rows written as `save(force_insert=True)` writes them, without building their SQL again, several in one trip.

For the few paths that serve many calls a second: there, building the statements costs more than running them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault


def insert_rows(*rows: Model) -> None:
    """Insert the rows in order, all or none. Keys that the database gives are not read back.

    Raises the DatabaseError of the first row that is refused.
    """
    statements, values = [], []
    for row in rows:
        statement, given = _insertion(row)
        statements.append(statement)
        values += given
    if statements:
        # Sent as one message: outside a transaction PostgreSQL makes one of it.
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements), values)


def insert_unless_taken(row: Model) -> bool:
    """Insert the row unless a unique constraint is against it. Returns whether it was inserted.

    A rival that inserted the same and did not commit yet is waited for.
    """
    statement, values = _insertion(row)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ON CONFLICT DO NOTHING", values)
        return bool(cursor.rowcount == 1)


def _insertion(row: Model) -> tuple[str, list[Any]]:
    names, values = [], []
    for field in row._meta.concrete_fields:
        value = field.pre_save(row, True)
        # What the database gives: the key, and columns whose default is its own.
        if isinstance(value, DatabaseDefault) or (value is None and field is row._meta.auto_field):
            continue
        names.append(field.attname)
        values.append(field.get_db_prep_save(value, connection))
    return _statement(type(row), tuple(names)), values


@lru_cache(maxsize=256)
def _statement(model: type[Model], names: tuple[str, ...]) -> str:
    quoted = connection.ops.quote_name
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(quoted(str(fields[name].column)) for name in names)
    marks = ", ".join(_mark(fields[name]) for name in names)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names


def _mark(field: Field[Any, Any]) -> str:
    # An array names its type in the statement.
    placeholder = getattr(field, "get_placeholder", None)
    return str(placeholder(None, None, connection)) if placeholder else "%s"

"""Rows inserted and read as Django does it, with statements built once; several insertions in one trip.

For the few paths that serve many calls a second: there, building the statements costs more than running them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from cpa_portal.kernel.database.prepared import prepared

AnyModel = TypeVar("AnyModel", bound=Model)


def insert_rows(*rows: Model) -> None:
    """Insert the rows, all or none. Keys that the database gives are not read back.

    One statement: none of the rows is seen by a trigger of another. Raises the DatabaseError of a row that is refused.
    """
    if not rows:
        return
    insertions = [_insertion(row) for row in rows]
    *first, last = [statement for statement, _ in insertions]
    together = ", ".join(f"row_{rank} AS ({statement})" for rank, statement in enumerate(first))
    values = [value for _, given in insertions for value in given]
    with prepared(f"WITH {together} {last}" if first else last, values):
        pass


def insert_unless_taken(row: Model) -> bool:
    """Insert the row unless a unique constraint is against it. Returns whether it was inserted.

    A rival that inserted the same and did not commit yet is waited for.
    """
    statement, values = _insertion(row)
    with prepared(f"{statement} ON CONFLICT DO NOTHING", values) as cursor:
        return bool(cursor.rowcount == 1)


def first_row(model: type[AnyModel], condition: str, values: Sequence[Any]) -> AnyModel | None:
    """The first row, by primary key, that satisfies a condition in SQL (a constant of the code), or None."""
    with prepared(_selection(model, condition), values) as cursor:
        found = cursor.fetchone()
    if found is None:
        return None
    fields = model._meta.concrete_fields
    read = [_as_read(field, value) for field, value in zip(fields, found, strict=True)]
    return model.from_db(connection.alias, [field.attname for field in fields], read)


@lru_cache(maxsize=64)
def _selection(model: type[Model], condition: str) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in model._meta.concrete_fields)
    assert model._meta.pk is not None
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    return f"SELECT {columns} FROM {table} WHERE {condition} ORDER BY {key} LIMIT 1"  # noqa: S608 - our own names


def _as_read(field: Field[Any, Any], value: Any) -> Any:
    # The stubs leave this method out.
    for convert in field.get_db_converters(connection):  # type: ignore[attr-defined]
        value = convert(value, None, connection)
    return value


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

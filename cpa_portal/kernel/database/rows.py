"""Rows inserted and read as Django does it, with statements built once; several insertions in one trip.

For the few paths that serve many calls a second: there, building the statements costs more than running them.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault, RawSQL

from cpa_portal.kernel.database.prepared import prepared

AnyModel = TypeVar("AnyModel", bound=Model)
Written = tuple[str, list[Any]]


class _Waiting(threading.local):
    """What each thread put off, by level of `gathered`, outermost first."""

    def __init__(self) -> None:
        self.levels: list[list[Written]] = []


_waiting = _Waiting()


@contextlib.contextmanager
def gathered() -> Iterator[None]:
    """Inside, what may be `put_off` leaves with the next rows, in one trip, or at the end of the outermost block.

    Use it with a transaction or a savepoint: what was put off in a block that raises is forgotten with it. Nothing
    that was put off is seen by what is read meanwhile.
    """
    mine: list[Written] = []
    _waiting.levels.append(mine)
    try:
        yield
    finally:
        _waiting.levels.pop()
    if _waiting.levels:
        _waiting.levels[-1].extend(mine)
    else:
        _write(mine)


def put_off(statement: str, values: Sequence[Any]) -> None:
    """Run a statement that is one of INSERT, UPDATE, DELETE with the next ones; at once where nothing is gathered."""
    written = (statement, list(values))
    if _waiting.levels:
        _waiting.levels[-1].append(written)
    else:
        _write([written])


def insert_later(row: Model, *, unless_taken: bool = False) -> None:
    """The same for a row that is not read back."""
    statement, values = _insertion(row)
    put_off(f"{statement} ON CONFLICT DO NOTHING" if unless_taken else statement, values)


def insert_rows(*rows: Model) -> None:
    """Insert the rows, all or none. Keys that the database gives are not read back.

    One statement, with what was put off: none of the rows is seen by a trigger of another. Raises the DatabaseError
    of a row that is refused.
    """
    if rows:
        put_off_before = _waiting.levels[-1] if _waiting.levels else []
        _write([*put_off_before, *(_insertion(row) for row in rows)])
        put_off_before.clear()


def _write(written: list[Written]) -> None:
    if not written:
        return
    *first, last = [statement for statement, _ in written]
    together = ", ".join(f"row_{rank} AS ({statement})" for rank, statement in enumerate(first))
    values = [value for _, given in written for value in given]
    with prepared(f"WITH {together} {last}" if first else last, values):
        pass


def insert_unless_taken(row: Model, *with_it: Model) -> bool:
    """Insert the row, and others with it, unless a unique constraint is against the first. Returns whether it was.

    A rival that inserted the same and did not commit yet is waited for. One statement.
    """
    statement, values = _insertion(row)
    insertions = [_insertion(other, source=" FROM first") for other in with_it]
    others = "".join(f", row_{rank} AS ({text})" for rank, (text, _) in enumerate(insertions))
    for _, given in insertions:
        values.extend(given)
    first = f"{statement} ON CONFLICT DO NOTHING RETURNING 1"
    whole = f"WITH first AS ({first}){others} SELECT count(*) FROM first"  # noqa: S608 - our own names
    with prepared(whole, values) as cursor:
        return bool(cursor.fetchone()[0] == 1)


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


def _insertion(row: Model, *, source: str = "") -> Written:
    # The connection itself: behind its proxy, each look is a look into what belongs to the thread.
    own = connections[DEFAULT_DB_ALIAS]
    columns: list[tuple[str, str]] = []
    values: list[Any] = []
    for field in row._meta.concrete_fields:
        value = field.pre_save(row, True)
        # What the database gives: the key, and columns whose default is its own.
        if isinstance(value, DatabaseDefault) or (value is None and field is row._meta.auto_field):
            continue
        if isinstance(value, RawSQL):
            columns.append((field.attname, f"({value.sql})"))
            values.extend(value.params)
        else:
            columns.append((field.attname, ""))
            values.append(field.get_db_prep_save(value, own))
    return _statement(type(row), tuple(columns), source), values


@lru_cache(maxsize=256)
def _statement(model: type[Model], written: tuple[tuple[str, str], ...], source: str) -> str:
    quoted = connection.ops.quote_name
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(quoted(str(fields[name].column)) for name, _ in written)
    marks = ", ".join(expression or _mark(fields[name]) for name, expression in written)
    given = f"SELECT {marks}{source}" if source else f"VALUES ({marks})"
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) {given}"


def _mark(field: Field[Any, Any]) -> str:
    # An array names its type in the statement.
    placeholder = getattr(field, "get_placeholder", None)
    return str(placeholder(None, None, connection)) if placeholder else "%s"

"""Statements that a connection keeps parsed and planned, for the few paths that serve many calls a second.

Behind a pooler, PgBouncer must keep prepared statements too (1.21 or later, `max_prepared_statements`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


@contextlib.contextmanager
def prepared(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> Iterator[Any]:
    """A cursor on which the statement was run. Values are sent apart from it. Raises Django's DatabaseError.

    While queries are logged (debugging, tests that count them) it goes the ordinary way, and is logged.
    """
    # Itself, not its proxy, which looks it up at each word.
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            yield cursor
        return
    # What Django's own cursor does before it runs anything.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        yield cursor

"""Rows that many tests begin with, written by the product once and put back as they were by one statement."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, models
from psycopg import sql

READ = "SELECT coalesce(jsonb_agg(to_jsonb(kept) ORDER BY id), '[]')::text FROM {} AS kept"
PUT_BACK = "INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s::jsonb)"


class Snapshot:
    """What a service writes into the tables of some models, which were empty.

    `models`: each after those that it points at. Identifiers stay the same from one test to the next, and are behind
    their sequences.
    """

    def __init__(self, *of: type[models.Model]) -> None:
        self._tables = [sql.Identifier(model._meta.db_table) for model in of]
        self._rows: list[str] = []

    def put_back(self, write: Callable[[], object]) -> None:
        """The first time `write()`, and later what it wrote then."""
        with connection.cursor() as cursor:
            if self._rows:
                for table, rows in zip(self._tables, self._rows, strict=True):
                    cursor.execute(sql.SQL(PUT_BACK).format(table), [rows])
                return
            write()
            for table in self._tables:
                cursor.execute(sql.SQL(READ).format(table))
                (rows,) = cursor.fetchone()
                self._rows.append(rows)

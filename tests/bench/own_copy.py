"""A copy of the benchmark's database, for what is written for good and cannot be rolled back through HTTP."""

import contextlib
import os
from collections.abc import Iterator

import psycopg
from django.db import connections
from psycopg import sql

from tests.support.databases import drop, owner_url, running_url


@contextlib.contextmanager
def own_copy(name: str) -> Iterator[str]:
    """This process, and those that it starts meanwhile, work on the copy; it is dropped at the end."""
    kept_name, kept_url = connections["default"].settings_dict["NAME"], os.environ["DATABASE_URL"]
    connections.close_all()
    drop(name)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    # A database is copied while nobody is connected to it, the one who copies included.
    with psycopg.connect(owner_url("postgres"), autocommit=True) as owner:
        owner.execute(statement.format(sql.Identifier(name), sql.Identifier(kept_name)))
    try:
        connections["default"].settings_dict["NAME"] = name
        os.environ["DATABASE_URL"] = running_url(name)
        yield name
    finally:
        connections.close_all()
        connections["default"].settings_dict["NAME"], os.environ["DATABASE_URL"] = kept_name, kept_url
        drop(name)

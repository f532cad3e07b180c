"""Test databases: a template migrated once per version of the schema, a clone per worker, a fast truncation."""

import contextlib
import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA_SOURCES = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "*/models/*.py",
    "cpa_portal/kernel/database/*.py",
)
LOCK_NUMBER = 4_242
# Written by the migrations themselves: the tests must find them again.
KEPT = ("django_migrations", "django_content_type", "auth_permission")


def owner_url(database: str) -> str:
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    return urlunsplit(parts._replace(path=f"/{database}"))


def running_url(database: str) -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{database}"))


def maintenance_connection() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)


@contextlib.contextmanager
def worker_database(worker: str) -> Iterator[str]:
    """The name of a database of this worker's own, dropped at the end."""
    name = f"test_{worker}_{uuid.uuid4().hex[:8]}"
    with maintenance_connection() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        template = ready_template(connection)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])
    try:
        yield name
    finally:
        if name in _emptying_of:
            _emptying_of.pop(name).connection.close()
        drop(name)


def drop(name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with maintenance_connection() as connection:
        try:
            # Sends an autovacuum away, which WITH (FORCE) refuses to a role that is no superuser.
            connection.execute(statement)
        except psycopg.errors.ObjectInUse:
            connection.execute(statement + sql.SQL(" WITH (FORCE)"))


def ready_template(connection: psycopg.Connection) -> str:
    name = f"template_{schema_digest()}"
    known = {
        row[0]
        for row in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%%'")
    }
    if name in known:
        return name
    unfinished = f"unfinished_{uuid.uuid4().hex[:8]}"
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(unfinished)))
    migrate(unfinished)
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
    )
    return name


def schema_digest() -> str:
    digest = hashlib.sha256()
    for pattern in SCHEMA_SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def migrate(database: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_OWNER_URL": owner_url(database),
        "DATABASE_URL": running_url(database),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the test template could not be migrated:\n{done.stderr[-3000:]}")


def empty_as_owner(case: Any) -> None:
    """What `flush` would do, as the owner and only for the tables that hold rows."""
    emptying = _emptying(str(connections["default"].settings_dict["NAME"]))
    filled = [row[0] for row in emptying.connection.execute(emptying.asked, prepare=True)]
    if filled:
        switch = "" if emptying.mutes_triggers else 'ALTER TABLE "{}" {} TRIGGER USER;'
        off = "".join(switch.format(t, "DISABLE") for t in filled)
        on = "".join(switch.format(t, "ENABLE") for t in filled)
        # A test leaves few rows: deleting them is a hundred times faster than making the files of every table
        # and partition that CASCADE reaches anew. Foreign keys are deferred, so the order does not matter.
        delete = "".join(f'DELETE FROM "{t}";' for t in filled)  # noqa: S608
        emptied = f"BEGIN; {off} {delete} SET CONSTRAINTS ALL IMMEDIATE; {on} COMMIT;"
        emptying.connection.execute(emptied, prepare=False)


@dataclass(frozen=True)
class Emptying:
    """A connection kept for emptying one database, and the question which of its tables hold rows.

    A new one each time would learn the schema and plan the checks of a hundred foreign keys again: ten times as long.
    So would tables whose triggers are switched off and on: on our own servers the connection mutes them instead.
    """

    connection: psycopg.Connection
    asked: Any
    mutes_triggers: bool


_emptying_of: dict[str, Emptying] = {}


def _emptying(name: str) -> Emptying:
    known = _emptying_of.get(name)
    if known is None or known.connection.closed:
        connection = psycopg.connect(owner_url(name), autocommit=True)
        connection.execute("SET lock_timeout = '10s'")
        connection.execute("SET plan_cache_mode = 'force_generic_plan'")
        tables = [row[0] for row in connection.execute(TABLES) if row[0] not in KEPT]
        asked = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM \"{t}\")" for t in tables)  # noqa: S608
        known = _emptying_of[name] = Emptying(connection, asked, mutes_triggers(connection))
    return known


def clear_away_what_was_rolled_back() -> None:
    """Rows that a test wrote and took back still lie in their tables: after some hundred tests, reading takes longer
    than all else. Nothing waits for this, and a table that somebody holds is left for the next time.
    """
    connection = _emptying(str(connections["default"].settings_dict["NAME"])).connection
    littered = [sql.Identifier(*row) for row in connection.execute(LITTERED, prepare=True)]
    if littered:
        connection.execute(sql.SQL("VACUUM (SKIP_LOCKED) {}").format(sql.SQL(", ").join(littered)))


LITTERED = "SELECT schemaname, relname FROM pg_stat_user_tables WHERE n_dead_tup > 100"


def mutes_triggers(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SET session_replication_role = 'replica'")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""


@contextlib.contextmanager
def as_owner(*statements: str, undone_by: str = "SELECT 1") -> Iterator[None]:
    """Change the database behind the application's back, then put it right."""
    name = str(connections["default"].settings_dict["NAME"])
    with psycopg.connect(owner_url(name), autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement)  # type: ignore[arg-type]
        try:
            yield
        finally:
            owner.execute(undone_by)  # type: ignore[arg-type]

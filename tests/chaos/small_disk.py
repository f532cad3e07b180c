"""A disk of a few megabytes under the table of traces: filled until nothing more goes on it, then made larger.

It is a file system in memory, mounted for the trial, with a tablespace on it: PostgreSQL itself meets the full disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from house.servers import Servers
from tests.support.databases import owner_url

TABLESPACE = "small_disk"
SMALL, ENOUGH = "8m", "128m"
FILLING_ROW = 64 * 1024
# A trace of the demonstration's partner, of any size.
FILLING = (
    "INSERT INTO agora_sync_trace (at, kind, direction, exchange_id, partner_code, operation, content, content_length, "
    "sha256, diagnostic, code) VALUES (now(), 'request_received', 'incoming', gen_random_uuid(), 'partner', '', %s, 0, "
    "'', '', '')"
)


class NotHere(Exception):
    """This machine does not let us make that accident."""


@contextlib.contextmanager
def full_disk_under_traces(database: str, servers: Servers) -> Iterator[None]:
    """Inside, the month's traces are on a disk without room. Room is made at the end. Raises NotHere."""
    with _mounted(servers) as disk, _tablespace(disk, servers), _moved(database):
        _fill(database)
        try:
            yield
        finally:
            _run(["/bin/mount", "-o", f"remount,size={ENOUGH}", str(disk)])


@contextlib.contextmanager
def _mounted(servers: Servers) -> Iterator[Path]:
    # Beside the cluster, whose account can reach it.
    disk = Path(tempfile.mkdtemp(dir=servers.data, prefix="small-disk-"))
    account = servers.cluster.stat()
    try:
        options = f"size={SMALL},mode=0700,uid={account.st_uid},gid={account.st_gid}"
        _run(["/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)])
        try:
            yield disk
        finally:
            _run(["/bin/umount", "--lazy", str(disk)])
    finally:
        shutil.rmtree(disk, ignore_errors=True)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise NotHere(f"there is no {command[0]}") from None
    if done.returncode:
        raise NotHere(f"no file system may be mounted ({done.stderr.decode().strip()})")


@contextlib.contextmanager
def _tablespace(disk: Path, servers: Servers) -> Iterator[None]:
    state = json.loads((servers.data / "servers.json").read_text())
    superuser = psycopg.connect(
        host="127.0.0.1", port=state["postgres_port"], user="postgres", dbname="postgres",
        password=state["superuser_password"], autocommit=True,
    )  # fmt: skip
    with superuser:
        name = sql.Identifier(TABLESPACE)
        superuser.execute(sql.SQL("DROP TABLESPACE IF EXISTS {}").format(name))
        superuser.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(name, sql.Literal(str(disk))))
        superuser.execute(sql.SQL("GRANT CREATE ON TABLESPACE {} TO PUBLIC").format(name))
        try:
            yield
        finally:
            superuser.execute(sql.SQL("DROP TABLESPACE {}").format(name))


@contextlib.contextmanager
def _moved(database: str) -> Iterator[None]:
    """The month's partition of the traces and its indexes on the small disk, then back where they were."""
    with psycopg.connect(owner_url(database), autocommit=True) as owner:
        # Where a trace written now goes.
        found = owner.execute(
            "SELECT tableoid::regclass::text FROM agora_sync_trace ORDER BY at DESC LIMIT 1"
        )
        row = found.fetchone()
        assert row is not None, "no trace was written yet"
        _move(owner, row[0], TABLESPACE)
        try:
            yield
        finally:
            _move(owner, row[0], "pg_default")


def _move(owner: psycopg.Connection[tuple[str]], partition: str, tablespace: str) -> None:
    indexes = owner.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass", [partition]
    )
    # Names as PostgreSQL itself quotes them.
    commands = [f"ALTER TABLE {partition}", *(f"ALTER INDEX {index}" for (index,) in indexes.fetchall())]
    for command in commands:
        owner.execute(f"{command} SET TABLESPACE {tablespace}")  # type: ignore[arg-type]


def _fill(database: str) -> None:
    """Traces of the demonstration's partner, smaller and smaller, until not even a short one goes in."""
    with psycopg.connect(owner_url(database), autocommit=True) as owner:
        size = FILLING_ROW
        while size:
            try:
                owner.execute(FILLING, [os.urandom(size)])
            except psycopg.errors.DiskFull:
                size //= 4

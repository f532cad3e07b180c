"""Feeding of a crowd, beside a plain INSERT … SELECT of the same rows, and the dashboard over a ledger of millions.

Each size has a database of its own, made from the migrated template and dropped at the end. The peer puts the very
rows that the feeding wrote into another database of the same template: same constraints, same indexes, and once with
the triggers, once without them (the counters then get their final state at once).
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Holder, User
from rights.models import Counter
from tests.bench.registry import Figure, benchmark, sizes
from tests.support.databases import ROOT, owner_url, running_url, worker_database
from tests.support.feeding_crowd import YEAR, add_crowd

SIZES, FULL_SIZES = (20_000,), (100_000, 300_000, 1_000_000, 3_000_000)
DASHBOARD_ENTRIES, FULL_DASHBOARD_ENTRIES = 200_000, 10_000_000
ENTRIES_A_COUNTER = 20
PAGES = 100

COUNTERS = "rights_counter (id, holder_id, scheme, unit, balance, reserved, last_position, opened_at)"
ENTRIES = (
    "rights_entry (counter_id, kind, amount, value_date, date_is_estimated, label, source, key, derivation, position,"
    " balance_after, at)"
)
FED = "rights_yearlyfeeding (counter_id, year, part, posted, balance_before, rounds)"
KEYS = "rights_entrykey (key, counter_id, position)"


@benchmark("rights.feeding")
def feeding(full: bool) -> Iterator[Figure]:
    for size in sizes(FULL_SIZES if full else SIZES):
        with worker_database("bench") as fed:
            fill(fed, size)
            seconds, peak = fed_in(fed)
            rows = count(fed, "rights_entry")
            peers = {triggers: inserted_in(fed, triggers=triggers) for triggers in (True, False)}
            label = f"{size} holders, {rows} entries"
            for triggers, peer in peers.items():
                name = f"INSERT … SELECT, same constraints and indexes, {'with' if triggers else 'without'} triggers"
                yield Figure(
                    "rights.feeding",
                    round(rows / seconds),
                    "entries/s",
                    label,
                    rows,
                    name,
                    round(peer / seconds, 3),
                )
            yield Figure("rights.feeding.seconds", round(seconds, 1), "s", label, rows, "", 0)
            yield Figure("rights.feeding.memory", round(peak), "MiB", label, rows, "", 0)


def fill(name: str, holders: int) -> None:
    with psycopg.connect(owner_url(name), autocommit=True) as owner:
        add_crowd(owner.cursor(), size=holders)
        owner.execute("VACUUM ANALYZE")


def fed_in(name: str) -> tuple[float, float]:
    """Seconds of the command from start to end, and its peak memory in MiB."""
    environment = {**os.environ, "DATABASE_URL": running_url(name), "DATABASE_OWNER_URL": owner_url(name)}
    command = [sys.executable, "-m", "tests.bench.peak", "feed_rights", "--year", str(YEAR), "--wet-run"]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, float(done.stdout.splitlines()[-1])


def inserted_in(fed: str, *, triggers: bool) -> float:
    """Seconds of the same rows put into empty tables by INSERT … SELECT, from tables without index of the same
    database; in one transaction.
    """
    with worker_database("peer") as peer:
        copied_over(fed, peer)
        with psycopg.connect(owner_url(peer), autocommit=True) as owner:
            if not triggers:
                for table in ("rights_counter", "rights_entry"):
                    owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # type: ignore[arg-type]
            started = time.perf_counter()
            with owner.transaction():
                insert(owner, COUNTERS, "peer_counter")
                if not triggers:
                    insert(owner, KEYS, "peer_entry")
                insert(owner, ENTRIES, "peer_entry")
                insert(owner, FED, "peer_fed")
            return time.perf_counter() - started


def insert(owner: psycopg.Connection, target: str, source: str) -> None:
    columns = target.partition(" (")[2].rstrip(")")
    # The trigger wants the database's own clock, as every entry has.
    values = columns.replace(", at", ", statement_timestamp()") if target == ENTRIES else columns
    owner.execute(f"INSERT INTO {target} SELECT {values} FROM {source}")  # type: ignore[arg-type]  # noqa: S608


def copied_over(fed: str, peer: str) -> None:
    """The crowd and the rows of the feeding, the latter in bare tables."""
    with (
        psycopg.connect(owner_url(fed)) as origin,
        psycopg.connect(owner_url(peer), autocommit=True) as target,
    ):
        copy(origin, target, "accounts_holder", "accounts_holder")
        for table, bare, columns in (
            ("rights_counter", "peer_counter", COUNTERS),
            ("rights_entry", "peer_entry", ENTRIES),
            ("rights_yearlyfeeding", "peer_fed", FED),
        ):
            names = columns.partition("(")[2].rstrip(")")
            target.execute(f"CREATE TABLE {bare} AS SELECT {names} FROM {table} LIMIT 0")  # type: ignore[arg-type]  # noqa: S608
            copy(origin, target, f"(SELECT {names} FROM {table} ORDER BY id)", bare)  # noqa: S608
        target.execute("VACUUM ANALYZE")


def copy(origin: psycopg.Connection, target: psycopg.Connection, source: str, table: str) -> None:
    with (
        origin.cursor().copy(f"COPY {source} TO STDOUT (FORMAT binary)") as read,  # type: ignore[arg-type]
        target.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as write,  # type: ignore[arg-type]
    ):
        for block in read:
            write.write(block)


def count(name: str, table: str) -> int:
    with psycopg.connect(owner_url(name)) as owner:
        row = owner.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]  # noqa: S608
        assert row is not None
        return int(row[0])


# --- The dashboard over a large ledger -------------------------------------------------------------------------------


@benchmark("rights.dashboard")
def dashboard(full: bool) -> Iterator[Figure]:
    for entries in sizes((FULL_DASHBOARD_ENTRIES if full else DASHBOARD_ENTRIES,)):
        yield from dashboard_over(entries)


def dashboard_over(entries: int) -> Iterator[Figure]:
    with worker_database("bench") as name, connected_to(name):
        with psycopg.connect(owner_url(name), autocommit=True) as owner:
            large_ledger(owner, entries)
        holder = Holder.objects.get(pk=Counter.objects.order_by("pk").first().holder_id)  # type: ignore[union-attr]
        user = User.objects.create_user("mesure@demo.test", "demo-cpa-2026")
        Holder.objects.filter(pk=holder.pk).update(user=user)
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user)
        times: dict[str, list[float]] = {"/healthz": [], "/tableau-de-bord/": []}
        for _ in range(PAGES):
            for page, taken in times.items():
                taken.append(milliseconds(client, page))
        with CaptureQueriesContext(connection) as queries:
            client.get("/tableau-de-bord/")
        empty, ours = (statistics.median(taken) for taken in times.values())
        size = f"{count(name, 'rights_entry')} entries, {ENTRIES_A_COUNTER} a counter, in process"
        yield Figure(
            "rights.dashboard",
            round(ours, 2),
            "ms",
            size,
            PAGES,
            "empty page (/healthz)",
            round(empty / ours, 3),
        )
        yield Figure("rights.dashboard.queries", len(queries), "queries", size, 1, "", 0)


@contextlib.contextmanager
def connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def large_ledger(owner: psycopg.Connection, entries: int) -> None:
    """Counters of ENTRIES_A_COUNTER credits each, put in as their final state: triggers are measured elsewhere."""
    counters = entries // ENTRIES_A_COUNTER
    add_crowd(owner.cursor(), size=counters)
    for table in ("rights_counter", "rights_entry"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # type: ignore[arg-type]
    owner.execute(
        "INSERT INTO rights_counter (holder_id, scheme, unit, balance, reserved, last_position)"
        " SELECT id, 'cpf', 'cents', %(each)s * 100, 0, %(each)s FROM accounts_holder",
        {"each": ENTRIES_A_COUNTER},
    )
    owner.execute(
        "INSERT INTO rights_entry (counter_id, position, kind, amount, balance_after, value_date, label, source, key,"
        " derivation) SELECT counter.id, rank, 'credit', 100, rank * 100, date '2025-04-01', 'Écriture', 'Mesure',"
        " counter.id || ':' || rank, '{}' FROM rights_counter counter, generate_series(1, %(each)s) AS rank",
        {"each": ENTRIES_A_COUNTER},
    )
    for table in ("rights_counter", "rights_entry"):
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")  # type: ignore[arg-type]
    owner.execute("VACUUM ANALYZE")


def milliseconds(client: Client, page: str) -> float:
    started = time.perf_counter()
    assert client.get(page).status_code == 200, page
    return (time.perf_counter() - started) * 1_000

"""Whole exchanges per second: TLS, vector, XSD, durable traces, effect; beside the least that an exchange can be.

The clients share the cores with the server. Vectors are signed beforehand: that work is the partners'.
"""

import contextlib
import datetime as dt
import http.client
import importlib.util
import os
import queue
import ssl
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from accounts.models import Holder, HolderNIR
from agora_sync import demo
from agora_sync.contract import Operation
from agora_sync.pki.development import issue_files
from agora_sync.provider import exchange
from agora_sync.provider.call import Call
from agora_sync.services.demo_partners import register_demo_partners
from tests.bench.agora_floor import TABLE, VECTORS
from tests.bench.registry import Figure, benchmark
from tests.support.agora import Caller, create_request
from tests.support.agora_listener import running_listener

CLIENTS = 8
EXCHANGES, EXCHANGES_FULL = 1_000, 5_000
# Of each thread of the listener: its connection opens, and psycopg prepares a statement from the fifth time on.
WARM_UP = 8
FLOOR = "tests.bench.agora_floor:application"
PEER = "tests.bench.agora_peer:application"
PEER_NAME = "spyne + signxml, the same message, without habilitations nor encryption"
PROVIDER = "cpa_portal.wsgi_agora:application"
STEPS = (
    "record_reception", "standing_of", "authenticated_partner", "parsed_message", "read_envelope",
    "verified_vector", "require_entitled", "validated_body", "answer_once", "_record",
)  # fmt: skip


@benchmark("agora.exchange")
def exchanges_per_second(full: bool) -> Iterator[Figure]:
    count = EXCHANGES_FULL if full else EXCHANGES
    with tempfile.TemporaryDirectory() as folder:
        caller = prepared(Path(folder))
        yield from steps(caller, count // 4)
        for workers in (1, 2):
            floor = measured(caller, FLOOR, workers, count)
            ours = measured(caller, PROVIDER, workers, count)
            yield from figures(workers, ours, floor)
            if importlib.util.find_spec("spyne") is not None:
                yield from peer_figures(workers, ours, measured(caller, PEER, workers, count))


@dataclass(frozen=True)
class Rates:
    """Exchanges per second, seconds of each, and CPU per exchange, in milliseconds: our processes, PostgreSQL's."""

    per_second: float
    times: list[float]
    cpu_ms: float
    database_cpu_ms: float


def figures(workers: int, ours: Rates, floor: Rates) -> Iterator[Figure]:
    size = f"{workers} worker(s), {CLIENTS} clients on the same machine, CreerDossier"
    name = f"agora.exchange.{workers}"
    n, peer = len(ours.times), "TLS, parse, INSERT, commit"
    rate, least = ours.per_second, floor.per_second
    yield Figure(name, round(rate, 1), "exchanges/s", size, n, peer, round(rate / least, 3))
    yield Figure(f"{name}.floor", round(least, 1), "exchanges/s", size, n, "", 1)
    # On a machine that others use, these say more than the rates.
    for what, own, other in (
        ("cpu", ours.cpu_ms, floor.cpu_ms),
        ("database_cpu", ours.database_cpu_ms, floor.database_cpu_ms),
    ):
        yield Figure(f"{name}.{what}", round(own, 2), "ms/exchange", size, n, peer, round(other / own, 3))
    for rank in (50, 95, 99):
        own, other = percentile(ours.times, rank), percentile(floor.times, rank)
        yield Figure(f"{name}.p{rank}", round(own * 1000, 1), "ms", size, n, peer, round(other / own, 3))


def peer_figures(workers: int, ours: Rates, peer: Rates) -> Iterator[Figure]:
    """The peer's own figures, each with ours over its own. Only where requirements/bench.txt is installed."""
    name, size, n = f"agora.exchange.{workers}.peer", f"{workers} worker(s)", len(peer.times)
    rate = peer.per_second
    yield Figure(name, round(rate, 1), "exchanges/s", size, n, PEER_NAME, round(ours.per_second / rate, 3))
    for what, own, other in (
        ("cpu", ours.cpu_ms, peer.cpu_ms),
        ("database_cpu", ours.database_cpu_ms, peer.database_cpu_ms),
    ):
        yield Figure(
            f"{name}.{what}", round(other, 2), "ms/exchange", size, n, PEER_NAME, round(other / own, 3)
        )


def percentile(times: list[float], rank: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[rank - 1]


def prepared(folder: Path) -> Caller:
    """The development authority, its partners, the floor's table."""
    issue_files(folder, now=dt.datetime.now(dt.UTC), partners={})
    register_demo_partners(pki_dir=folder, now=timezone.now())
    # As the owner: the running role makes no table. It may insert into new ones by default.
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        columns = "id bigserial PRIMARY KEY, digest text, content bytea"
        owner.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} ({columns})")  # a constant of ours
        owner.execute(f"CREATE TABLE IF NOT EXISTS {VECTORS} (id text PRIMARY KEY)")
    return Caller(folder)


def owner_url() -> str:
    database = str(connection.settings_dict["NAME"])
    return urlunsplit(urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path=f"/{database}"))


def messages(caller: Caller, count: int) -> list[bytes]:
    """As many creations, each of a file that nobody opened yet."""
    known = HolderNIR.objects.filter(until=None).values("holder")
    holders = list(Holder.objects.filter(pk__in=known, deceased_on__isnull=True)[:200])
    # Far from the demonstration's own files, and another second each run.
    first = dt.date(2030, 1, 1) + dt.timedelta(days=int(time.time()) % 10_000 * 20)
    return [
        caller.content(
            create_request(
                holders[rank % len(holders)],
                session_starts_on=(day := first + dt.timedelta(days=rank // len(holders))),
                session_ends_on=day,
            )
        )
        for rank in range(count)
    ]


# Over TLS -------------------------------------------------------------------------------------------
def measured(caller: Caller, application: str, workers: int, count: int) -> Rates:
    settings_of_side = {"AGORA_WORKERS": str(workers), "AGORA_MAX_CONCURRENT_CALLS": str(CLIENTS)}
    database = connection.settings_dict["NAME"]
    first = CLIENTS * workers * WARM_UP
    bodies = messages(caller, first + count)
    with running_listener(
        caller.folder, database=database, application=application, **settings_of_side
    ) as listener:
        call_all(caller, listener.url, bodies[:first])
        ours, theirs = children(listener.process.pid), backends()
        before = cpu_seconds(ours), cpu_seconds(theirs)
        rate, times = call_all(caller, listener.url, bodies[first:])
        spent, spent_there = cpu_seconds(ours) - before[0], cpu_seconds(theirs) - before[1]
    return Rates(rate, times, spent * 1000 / len(times), spent_there * 1000 / len(times))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def backends() -> list[int]:
    """The processes of PostgreSQL that serve this database, this connection's own apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Autovacuum comes and goes: its processes would not be there at the end.
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def cpu_seconds(pids: list[int]) -> float:
    """Seconds of processor that these processes took so far, user and system."""
    return sum(ticks(pid) for pid in pids) / os.sysconf("SC_CLK_TCK")


def ticks(pid: int) -> int:
    # After the name, which may hold anything: the state, ten figures, then user and system time (proc(5)).
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def call_all(caller: Caller, url: str, bodies: list[bytes]) -> tuple[float, list[float]]:
    times: list[float] = []
    # From one heap: with a share for each, whoever met the busier worker would be waited for at the end.
    heap: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for body in bodies:
        heap.put(body)
    threads = [threading.Thread(target=call_each, args=(caller, url, heap, times)) for _ in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    if len(times) != len(bodies):
        raise RuntimeError(f"{len(bodies) - len(times)} exchanges were refused")
    return len(times) / elapsed, times


def call_each(caller: Caller, url: str, heap: "queue.SimpleQueue[bytes]", times: list[float]) -> None:
    address = urlsplit(url)
    context = ssl.create_default_context(cafile=str(caller.folder / "ca.pem"))
    context.load_cert_chain(caller.folder / "partner-tls.pem", caller.folder / "partner-tls.key")
    channel = http.client.HTTPSConnection(str(address.hostname), address.port, context=context, timeout=60)
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{Operation.CREATE_FILE.soap_action}"',
    }
    while not heap.empty():
        try:
            body = heap.get_nowait()
        except queue.Empty:
            break
        started = time.perf_counter()
        channel.request("POST", address.path, body=body, headers=headers)
        answer = channel.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(content.decode()[-400:])
        times.append(time.perf_counter() - started)
    channel.close()


# Step by step ---------------------------------------------------------------------------------------
def steps(caller: Caller, count: int) -> Iterator[Figure]:
    """Milliseconds of each step in one process, without TLS; what is left is the commits."""
    bodies = messages(caller, count)
    with override_settings(**provider_settings(caller.folder)), timers() as spent:
        calls: list[Call] = [caller.call_of(body, Operation.CREATE_FILE) for body in bodies]
        exchange.handle_call(caller.call(create_request(some_holder())))
        spent.clear()
        started = time.perf_counter()
        for call in calls:
            exchange.handle_call(call)
        whole = time.perf_counter() - started
    size = "1 process, no TLS"
    for name in STEPS:
        share = spent[name] / whole
        yield Figure(
            f"agora.exchange.step.{name.strip('_')}", round(spent[name] * 1000 / count, 2), "ms", size, count,
            "the whole exchange", round(share, 3),
        )  # fmt: skip
    left = whole - sum(spent.values())
    yield Figure(
        "agora.exchange.step.commit", round(left * 1000 / count, 2), "ms", size, count, "the whole exchange",
        round(left / whole, 3),
    )  # fmt: skip


def some_holder() -> Holder:
    return Holder.objects.filter(
        pk__in=HolderNIR.objects.filter(until=None).values("holder"), deceased_on=None
    )[0]


def provider_settings(folder: Path) -> dict[str, Any]:
    return {
        "AGORA_ROLE": "provider",
        "AGORA_ENVIRONMENT": demo.ENVIRONMENT,
        "AGORA_RECIPIENT": demo.RECIPIENT,
        "AGORA_AUDIENCE": demo.AUDIENCE,
        "AGORA_TRUSTED_CA": str(folder / "ca.pem"),
        "AGORA_CRL": str(folder / "crl.pem"),
        "AGORA_MAINTENANCE_WINDOWS": [],
        "AGORA_MAX_CONCURRENT_CALLS": settings.AGORA_MAX_CONCURRENT_CALLS,
    }


@contextlib.contextmanager
def timers() -> Iterator[dict[str, float]]:
    """Seconds spent in each step, the steps being those that `exchange` calls by name."""
    spent: dict[str, float] = defaultdict(float)
    originals: dict[str, Callable[..., Any]] = {name: getattr(exchange, name) for name in STEPS}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*args, **named)
            finally:
                spent[name] += time.perf_counter() - started

        return run

    for name, work in originals.items():
        setattr(exchange, name, timed(name, work))
    try:
        yield spent
    finally:
        for name, work in originals.items():
            setattr(exchange, name, work)

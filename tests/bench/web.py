"""Pages per second of one worker, over HTTP, signed in, on an account of 200 entries.

The floor is a bare WSGI function under the same server; the empty page goes through every middleware.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
from django.db import transaction
from django.utils import timezone

from accounts.models import Holder
from rights.enums import EntryKind
from rights.models import Counter, Entry
from rights.services.ledger import post_entry
from tests.bench.registry import Figure, benchmark
from tests.support.http import sign_in

ROOT = Path(__file__).resolve().parent.parent.parent
LOGIN, PASSWORD = "titulaire300@demo.test", "demo-cpa-2026"
ENTRIES = 200
ROUNDS = 5
SECONDS_PER_ROUND = 2.0
FLOOR = "tests.bench.floor:application"
PORTAL = "cpa_portal.wsgi:application"


@benchmark("web")
def pages_per_second(full: bool) -> Iterator[Figure]:
    prepare_account()
    with served(FLOOR) as floor_url, served(PORTAL) as url, httpx.Client(base_url=url) as client:
        sign_in(client, LOGIN, PASSWORD)
        floor = httpx.Client(base_url=floor_url)
        rates = interleaved(
            {
                "floor": (floor, "/"),
                "empty": (client, "/healthz"),
                "dashboard": (client, "/tableau-de-bord/"),
            }
        )
    medians = {name: statistics.median(values) for name, values in rates.items()}
    counted = {name: round(sum(values) * SECONDS_PER_ROUND) for name, values in rates.items()}
    yield figure("web.empty", medians["empty"], counted["empty"], "bare WSGI function", medians["floor"])
    yield figure("web.dashboard", medians["dashboard"], counted["dashboard"], "web.empty", medians["empty"])


def figure(name: str, rate: float, n: int, peer: str, peer_rate: float) -> Figure:
    size = f"1 worker, account of {ENTRIES} entries"
    return Figure(name, round(rate, 1), "requests/s", size, n, peer, round(rate / peer_rate, 3))


def interleaved(pages: dict[str, tuple[httpx.Client, str]]) -> dict[str, list[float]]:
    """Rounds of each page in turn, so that a slower moment of the machine weighs on all alike."""
    rates: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (client, path) in pages.items():
            rates[name].append(rate_of(client, path))
    return rates


def rate_of(client: httpx.Client, path: str) -> float:
    answered, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS_PER_ROUND:
        client.get(path).raise_for_status()
        answered += 1
    return answered / (time.perf_counter() - started)


def prepare_account() -> None:
    counter = Counter.objects.get(holder=Holder.objects.get(user__email=LOGIN), scheme="cpf")
    missing = ENTRIES - Entry.objects.filter(counter__holder=counter.holder).count()
    for rank in range(missing):
        with transaction.atomic():
            post_entry(
                counter=counter,
                kind=EntryKind.CREDIT,
                amount=100,
                value_date=timezone.localdate(),
                label=f"Écriture de mesure {rank}",
                source="bin/bench",
                key=f"bench:{counter.pk}:{missing}:{rank}",
            )


@contextlib.contextmanager
def served(application: str) -> Iterator[str]:
    from house.ports import free_port

    port = free_port() if application == FLOOR else int(os.environ["SITE_URL"].rpartition(":")[2])
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "gunicorn"), "--config", "python:cpa_portal.web_server",
         "--workers", "1", "--bind", f"127.0.0.1:{port}", application],
        cwd=ROOT, env={**os.environ, "WEB_CONCURRENCY": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address: str) -> None:
    # A busy machine takes a minute to load the portal.
    for _ in range(1_200):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):  # noqa: S310
            return
        time.sleep(0.1)
    raise TimeoutError(address)

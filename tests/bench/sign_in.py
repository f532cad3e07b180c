"""Sign-ins per second of one worker, over HTTP: the page, the form, the first page behind it.

The floor is the empty page of the same server; the hash of the password is most of the rest, and is meant to be slow:
its own time is printed too, so that the two can be told apart.
"""

import statistics
import time
from collections.abc import Iterator

import httpx
from django.contrib.auth.hashers import check_password, make_password

from tests.bench.registry import Figure, benchmark
from tests.bench.web import PASSWORD, PORTAL, interleaved, served
from tests.support.http import sign_in

SIGN_INS = 30
ROUNDS_OF_HASH = 5
# A loaded machine hashes slowly: the rate says so, an error would not.
SECONDS_OF_PATIENCE = 60


@benchmark("accounts.sign_in")
def sign_ins_per_second(full: bool) -> Iterator[Figure]:
    count = SIGN_INS * 5 if full else SIGN_INS
    with served(PORTAL) as url, httpx.Client(base_url=url) as client:
        empty = statistics.median(interleaved({"empty": (client, "/healthz")})["empty"])
        started = time.perf_counter()
        for rank in range(count):
            come_in(url, f"titulaire{1 + rank % 300:03d}@demo.test")
        rate = count / (time.perf_counter() - started)
    yield Figure(
        "accounts.sign_in", round(rate, 2), "sign-ins/s", size(), count, "web.empty", round(rate / empty, 4)
    )


def come_in(url: str, login: str) -> None:
    """A new browser: the form, the password, the dashboard."""
    with httpx.Client(base_url=url, timeout=SECONDS_OF_PATIENCE) as visitor:
        sign_in(visitor, login, PASSWORD)
        visitor.get("/tableau-de-bord/").raise_for_status()


def size() -> str:
    hashed = make_password(PASSWORD)
    times = []
    for _ in range(ROUNDS_OF_HASH):
        started = time.perf_counter()
        check_password(PASSWORD, hashed)
        times.append(time.perf_counter() - started)
    return f"1 worker, one sign-in after the other, hash of {statistics.median(times) * 1000:.0f} ms in each"

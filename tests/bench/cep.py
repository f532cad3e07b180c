"""How long it takes to find a free meeting in a large network, as the pages ask for it.

First at the selector, on one connection, beside an empty query; then through HTTP at two shares of taken hours, with
the bookings per second, the crowd on one hour and django-appointment (`cep_http`, `cep_peer`). A thousand advisers, so
that it ends on a busy machine; `--full`: five thousand.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from cep.models import Site
from cep.selectors.slots import bookable_slots, first_slot_of_each_site
from tests.bench.cep_beside import beside
from tests.bench.cep_http import through_http
from tests.bench.registry import Figure, benchmark
from tests.support.cep_network import milliseconds, network

ADVISERS, ADVISERS_FULL = 1_000, 5_000
DAYS, FILL, SEARCHES, SITES_A_SEARCH = 60, 0.7, 200, 12
BOOKINGS_A_ROUND = 60
MODE = "on_site"


@benchmark("cep")
def searches(full: bool) -> Iterator[Figure]:
    advisers = ADVISERS_FULL if full else ADVISERS
    now = timezone.now()
    with network(advisers=advisers, days=DAYS, fill=FILL, now=now) as made:
        size = f"{advisers} advisers, {DAYS} days, {made.bookings} bookings, {SITES_A_SEARCH} sites a search"
        floor = p95(empty_query, made.sites)
        yield figure(
            "cep.first_slot.p95",
            p95(lambda sites: first_slot_of_each_site(sites=sites, mode=MODE, now=now), made.sites),
            floor,
            size,
        )
        week = timedelta(days=7)
        yield figure(
            "cep.week.p95",
            p95(
                lambda sites: bookable_slots(sites=sites, mode=MODE, since=now, until=now + week, now=now),
                made.sites,
            ),
            floor,
            size,
        )


@benchmark("cep.http")
def over_http(full: bool) -> Iterator[Figure]:
    advisers = ADVISERS_FULL if full else ADVISERS
    for fill in (0.7, 0.95):
        ours = 0.0
        for measured in through_http(
            advisers=advisers, days=DAYS, fill=fill, searches=SEARCHES, bookings=BOOKINGS_A_ROUND
        ):
            ours = measured.value if measured.bench.startswith("cep.http.search.p50") else ours
            yield measured
        yield from beside(fill=fill, ours=ours)


def p95(search: Callable[[list[Site]], object], sites: list[Site]) -> float:
    draw = random.Random(1)
    choices = [draw.sample(sites, SITES_A_SEARCH) for _ in range(SEARCHES)]
    times = [milliseconds(partial(search, chosen)) for chosen in choices]
    return statistics.quantiles(times, n=20)[-1]


def empty_query(sites: list[Site]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def figure(name: str, value: float, floor: float, size: str) -> Figure:
    return Figure(name, round(value, 2), "ms", size, SEARCHES, "SELECT 1", round(floor / value, 4))

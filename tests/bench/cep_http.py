"""The search and the booking of a large network through HTTP, as a signed-in person asks for them.

The figures of `cep.http.search` are whole pages: the first slot of twelve places, the week grid of one, and whether
something is free face to face soon enough. Next to each speed stand what must be nought: two meetings at once for an
adviser, an answer « reserved » without its row, a meeting without an opening.
"""

import contextlib
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Holder
from catalog.models import Commune
from cep.enums import STATUSES_HOLDING_ADVISER
from cep.models import Booking, Site
from cep.rules.meetings import Slot
from cep.selectors.slots import bookable_slots, first_slot_of_each_site
from tests.bench.own_copy import own_copy
from tests.bench.registry import Figure
from tests.bench.web import PORTAL, served
from tests.support.cep_network import lay_network
from tests.support.http import csrf_token

SITES_OF_A_REGION = 72
CROWD = 200
PATIENCE = 120.0
# Overlapping meetings of one adviser; meetings of the future that stand in no opening and await no replacement.
DOUBLES = """
    SELECT count(*) FROM cep_booking one JOIN cep_booking other
      ON one.adviser_id = other.adviser_id AND one.id < other.id AND one.span && other.span
    WHERE one.status = ANY(%(holding)s) AND other.status = ANY(%(holding)s)
"""
UNCOVERED = """
    SELECT count(*) FROM cep_booking b WHERE b.status IN ('confirmed', 'proposed') AND NOT EXISTS (
        SELECT 1 FROM cep_window w WHERE w.adviser_id = b.adviser_id AND w.span @> b.span)
      AND NOT EXISTS (SELECT 1 FROM cep_impact i WHERE i.booking_id = b.id AND i.closed_at IS NULL)
"""


@dataclass
class Crowd:
    """Signed-in people, one client each, with a token that their forms carry."""

    clients: list[httpx.Client]
    tokens: list[str]


def through_http(*, advisers: int, days: int, fill: float, searches: int, bookings: int) -> Iterator[Figure]:
    """The figures for one size and one share of taken hours (0 to 1), on a copy of the database of its own."""
    with own_copy("cep_bench"), served(PORTAL) as url:
        made = lay_network(advisers=advisers, days=days, fill=fill, now=timezone.now())
        size = f"{advisers} advisers, {days} days, {fill:.0%} full, {made.bookings} bookings, {load()}"
        people = list(Holder.objects.exclude(user=None).select_related("user").order_by("pk")[:CROWD])
        with signed_in(url, people) as crowd:
            yield from _searches(crowd, size, searches, fill)
            yield from _regions(made.sites, size, searches // 4, fill)
            # No hour twice: a person is in one place at a time, whatever the number of clients.
            slots = _free(made.sites, 3 * bookings + 1)
            share = (len(slots) - 1) // 3
            for rank, clients in enumerate((1, 4, 16)):
                yield from _bookings(crowd, slots[rank * share : (rank + 1) * share], size, clients, fill)
            yield from _one_slot(crowd, slots[-1], size, fill)


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


@contextlib.contextmanager
def signed_in(url: str, people: list[Holder]) -> Iterator[Crowd]:
    clients = [httpx.Client(base_url=url, timeout=PATIENCE, cookies=_cookies(person)) for person in people]
    try:
        yield Crowd(clients, [csrf_token(client.get("/conseil/")) for client in clients])
    finally:
        for client in clients:
            client.close()


def _cookies(person: Holder) -> dict[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(person.user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.user.get_session_auth_hash()
    session.save()
    return {settings.SESSION_COOKIE_NAME: session.session_key}


def _searches(crowd: Crowd, size: str, count: int, fill: float) -> Iterator[Figure]:
    draw = random.Random(1)
    inside = {"latitude__range": (43.5, 48.5), "longitude__range": (-0.5, 6.5)}
    communes = list(Commune.objects.filter(**inside).order_by("code").values_list("code", flat=True)[:2_000])
    paths = [f"/conseil/rendez-vous/?{urlencode({'lieu': draw.choice(communes)})}" for _ in range(count)]
    client = crowd.clients[0]
    for path in paths[:5]:
        client.get(path).raise_for_status()
    times = [_milliseconds(lambda path=path: client.get(path).raise_for_status()) for path in paths]
    floor = [_milliseconds(lambda: client.get("/healthz").raise_for_status()) for _ in range(count)]
    inside_one = Client(SERVER_NAME="127.0.0.1")
    for name, value in client.cookies.items():
        inside_one.cookies[name] = value
    with CaptureQueriesContext(connection) as queries:
        inside_one.get(paths[0])
    yield from _quantiles("search", times, size, fill, statistics.median(floor), "/healthz")
    name = f"cep.http.search.queries.{fill * 100:.0f}"
    yield Figure(name, len(queries), "queries", size, 1, "", 0)


def _regions(sites: list[Site], size: str, count: int, fill: float) -> Iterator[Figure]:
    """No page shows a whole region yet: the selector that such a page would call."""
    draw, now = random.Random(2), timezone.now()
    regions = [draw.sample(sites, min(SITES_OF_A_REGION, len(sites))) for _ in range(max(count, 4))]
    times = [
        _milliseconds(lambda region=region: first_slot_of_each_site(sites=region, mode="on_site", now=now))
        for region in regions
    ]
    yield from _quantiles("region", times, f"{size}, {len(regions[0])} sites, no HTTP", fill, 0, "")


def _quantiles(
    what: str, times: list[float], size: str, fill: float, floor: float, peer: str
) -> Iterator[Figure]:
    cuts = statistics.quantiles(times, n=100)
    for rank in (50, 95, 99):
        name = f"cep.http.{what}.p{rank}.{fill * 100:.0f}"
        yield Figure(
            name, round(cuts[rank - 1], 2), "ms", size, len(times), peer, round(floor / cuts[rank - 1], 4)
        )


def _bookings(crowd: Crowd, slots: list[Slot], size: str, clients: int, fill: float) -> Iterator[Figure]:
    """Each client takes its own hours: what one person after the other would do, some at the same instant."""
    shares = [slots[rank::clients] for rank in range(clients)]
    before = Booking.objects.filter(status="confirmed").count()

    def take_all(rank: int) -> int:
        return sum(_book(crowd, rank, slot) for slot in shares[rank])

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        said = sum(pool.map(take_all, range(clients)))
    rate = len(slots) / (time.perf_counter() - started)
    written = Booking.objects.filter(status="confirmed").count() - before
    label = f"{size}; {clients} clients, {said} of {len(slots)} reserved; {_counters(said - written)}"
    yield Figure(
        f"cep.http.bookings.{clients}.{fill * 100:.0f}",
        round(rate, 1),
        "requests/s",
        label,
        len(slots),
        "",
        0,
    )


def _one_slot(crowd: Crowd, slot: Slot, size: str, fill: float) -> Iterator[Figure]:
    """Everybody asks for the same hour at the same instant."""
    barrier = threading.Barrier(len(crowd.clients), timeout=PATIENCE)

    def ask(rank: int) -> bool:
        barrier.wait()
        return _book(crowd, rank, slot)

    started = time.perf_counter()
    with ThreadPoolExecutor(len(crowd.clients)) as pool:
        winners = sum(pool.map(ask, range(len(crowd.clients))))
    seconds = time.perf_counter() - started
    written = Booking.objects.filter(
        adviser=slot.adviser_id, span__startswith=slot.start, status="confirmed"
    ).count()
    label = f"{size}; {winners} told that it is theirs, {written} written; {_counters(winners - written)}"
    name = f"cep.http.one_slot.{fill * 100:.0f}"
    yield Figure(name, round(seconds, 2), "s", label, len(crowd.clients), "", 0)


def _free(sites: list[Site], count: int) -> list[Slot]:
    """Free hours, no two at the same instant: one person may take them all."""
    now = timezone.now()
    found = bookable_slots(
        sites=sites[:40], mode="on_site", since=now, until=now + timedelta(days=55), now=now
    )
    one_each = {slot.start: slot for slot in found}
    chosen = list(one_each.values())
    random.Random(3).shuffle(chosen)
    return chosen[:count]


def _book(crowd: Crowd, rank: int, slot: Slot) -> bool:
    answers = {
        "site": slot.site_id, "adviser": slot.adviser_id, "mode": slot.mode, "start": slot.start.isoformat(),
        "idempotency_key": str(uuid4()), "csrfmiddlewaretoken": crowd.tokens[rank],
    }  # fmt: skip
    answer = crowd.clients[rank].post("/conseil/rendez-vous/reserver/", data=answers)
    return answer.status_code == 302 and "/confirmation/" in answer.headers["location"]


def _counters(lost: int) -> str:
    with connection.cursor() as cursor:
        found = []
        for query in (DOUBLES, UNCOVERED):
            cursor.execute(query, {"holding": [status.value for status in STATUSES_HOLDING_ADVISER]})
            found.append(cursor.fetchone()[0])
    return f"{found[0]} double, {lost} lost, {found[1]} uncovered"


def _milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000

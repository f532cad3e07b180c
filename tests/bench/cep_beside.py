"""django-appointment (PyPI) in the same run: the same week of the same number of advisers, and a crowd on one hour.

It answers for one adviser and one day at a time: the week grid of twelve places of five advisers is three hundred
of its requests. They are sent one after the other, on one connection, as its own page does.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import psycopg
from psycopg import sql

from tests.bench.registry import Figure
from tests.bench.web import served
from tests.support.databases import ROOT, drop, owner_url

DATABASE = "cep_peer"
# Its cost does not grow with the number of advisers, which it asks about one by one.
ADVISERS, DAYS = 60, 60
CROWD = 200
PATIENCE = 120.0
AJAX = {"X-Requested-With": "XMLHttpRequest"}
COUNT = """
    SELECT count(*) FROM appointment_appointmentrequest WHERE staff_member_id = 1 AND date = %s AND start_time = '09:00'
"""


def beside(*, fill: float, ours: float) -> Iterator[Figure]:
    """`ours`: p50 in milliseconds of the page that shows the same week. Nothing when the package is not there."""
    with peer(fill) as url, httpx.Client(base_url=url, headers=AJAX, timeout=PATIENCE) as client:
        days = _coming_days()
        started = time.perf_counter()
        for adviser in range(1, ADVISERS + 1):
            for day in days:
                query = {"selected_date": day.isoformat(), "staff_member": adviser, "service_id": 1}
                client.get("/ajax/available_slots/", params=query).raise_for_status()
        week = (time.perf_counter() - started) * 1000
        accepted, seconds = _crowd(url, days[0])
        with psycopg.connect(owner_url(DATABASE)) as reader:
            written = reader.execute(COUNT, [days[0]]).fetchone()[0]
    share = f"{fill * 100:.0f}"
    asked = ADVISERS * len(days)
    size = f"{ADVISERS} advisers, 5 days, {fill:.0%} full, {asked} requests, load {os.getloadavg()[0]:.1f}"
    name = f"cep.http.peer.week.{share}"
    yield Figure(name, round(week, 1), "ms", size, asked, "cep.http.search.p50", round(ours / week, 5))
    label = f"{CROWD} people, one adviser, one hour: {accepted} told that it is theirs, {written} written"
    yield Figure(f"cep.http.peer.one_slot.{share}", round(seconds, 2), "s", label, CROWD, "", 0)


def _coming_days() -> list[date]:
    """Five working days from next Monday on."""
    today = datetime.now(tz=ZoneInfo("Europe/Paris")).date()
    monday = today + timedelta(days=7 - today.weekday())
    return [monday + timedelta(days=rank) for rank in range(5)]


def _crowd(url: str, day: date) -> tuple[int, float]:
    barrier = threading.Barrier(CROWD, timeout=PATIENCE)
    asked = {
        "date": day.isoformat(),
        "start_time": "09:00",
        "end_time": "10:00",
        "service": 1,
        "staff_member": 1,
    }

    def ask(_: int) -> bool:
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            barrier.wait()
            answer = client.post("/request-submit/", data=asked)
            return answer.status_code == 302

    started = time.perf_counter()
    with ThreadPoolExecutor(CROWD) as pool:
        return sum(pool.map(ask, range(CROWD))), time.perf_counter() - started


@contextlib.contextmanager
def peer(fill: float) -> Iterator[str]:
    drop(DATABASE)
    with psycopg.connect(owner_url("postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    kept = os.environ["DJANGO_SETTINGS_MODULE"]
    os.environ |= {
        "PEER_DATABASE_URL": owner_url(DATABASE),
        "DJANGO_SETTINGS_MODULE": "tests.bench.cep_peer_settings",
    }
    try:
        command = [sys.executable, "-m", "tests.bench.cep_peer", str(ADVISERS), str(DAYS), str(fill)]
        subprocess.run(command, cwd=ROOT, check=True, env=dict(os.environ))
        with served("tests.bench.cep_peer:application") as url:
            os.environ["DJANGO_SETTINGS_MODULE"] = kept
            yield url
    finally:
        os.environ["DJANGO_SETTINGS_MODULE"] = kept
        drop(DATABASE)

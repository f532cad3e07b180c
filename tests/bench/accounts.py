"""Finding a person by their number among millions, and what the time of an answer tells of whether they exist."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import psycopg
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection

from accounts.models import Holder, HolderNIR, User
from accounts.services.holders import find_holder_by_nir
from cpa_portal.kernel.encryption import keyed_hash
from cpa_portal.kernel.identifiers import fictitious_nir
from tests.bench.registry import Figure, benchmark
from tests.bench.web import PORTAL, served
from tests.support.activation import birth_date_parts
from tests.support.http import csrf_token, sign_in

SCHEMA = "bench_identity"
SIZES = (300_000, 1_000_000)
FULL_SIZES = (*SIZES, 3_000_000)
# People of the crowd whom the measure looks for: their hashes are real, those of the others only look so.
SOUGHT = 500
LOOKUPS = 2_000
TRIALS = 120
# Hashing a password takes a quarter of a second on an idle machine: fewer, so that the whole lasts two minutes.
SIGN_IN_TRIALS = 40
PLACES = {"p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}
ASKER, PASSWORD = "sans-compte@demo.test", "demo-cpa-2026"


@benchmark("accounts.nir_lookup")
def nir_lookup(full: bool) -> Iterator[Figure]:
    """One call of the service that every door uses, against the cheapest read of the same table: by primary key."""
    with crowd() as grow:
        for size in FULL_SIZES if full else SIZES:
            grow(size)
            numbers = [fictitious_nir(serial) for serial in range(SOUGHT)]
            keys = list(Holder.objects.filter(nirs__nir_hash__in=map(keyed_hash, numbers)).values_list("pk"))
            ours = milliseconds([partial(find_holder_by_nir, number) for number in numbers])
            floor = milliseconds([partial(Holder.objects.filter(pk=key).first) for (key,) in keys])
            yield Figure(
                "accounts.nir_lookup",
                round(ours, 4),
                "ms",
                f"{size:,} holders".replace(",", " "),
                LOOKUPS,
                "read by primary key",
                round(floor / ours, 3),
            )


@benchmark("accounts.enumeration")
def enumeration(full: bool) -> Iterator[Figure]:
    """The same wrong answers about a person who exists and about nobody, in turn, over HTTP, as two distributions."""
    User.objects.filter(email=ASKER).delete()
    asker = User.objects.create_user(ASKER, PASSWORD)
    EmailAddress.objects.create(user=asker, email=ASKER, verified=True, primary=True)
    with (
        served(PORTAL) as url,
        httpx.Client(base_url=url, timeout=60) as client,
        httpx.Client(base_url=url, timeout=60) as visitor,
    ):
        sign_in(client, ASKER, PASSWORD)
        known = HolderNIR.objects.filter(until__isnull=True).first()
        assert known is not None
        yield from distributions(
            "activation",
            partial(try_activation, client, known.nir),
            partial(try_activation, client, unknown()),
        )
        yield from distributions(
            "sign-in",
            partial(try_sign_in, visitor, "titulaire001@demo.test"),
            partial(try_sign_in, visitor, "personne@demo.test"),
            trials=SIGN_IN_TRIALS,
        )
    asker.delete()


def distributions(
    what: str, known: Callable[[], float], unknown: Callable[[], float], *, trials: int = TRIALS
) -> Iterator[Figure]:
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for rank in range(trials):
        # Each goes first in turn: what the one before leaves in memory helps both alike.
        pair = (("known", known), ("unknown", unknown))
        for name, trial in pair if rank % 2 else reversed(pair):
            times[name].append(trial())
    for name, other in (("known", "unknown"), ("unknown", "known")):
        for label, place in PLACES.items():
            value, peer = (percentile(times[which], place) for which in (name, other))
            yield Figure(
                "accounts.enumeration",
                round(value, 2),
                "ms",
                f"{what}, {name}, {label}",
                trials,
                f"{what}, {other}, {label}",
                round(peer / value, 3),
            )
    yield Figure(
        "accounts.enumeration",
        round(share_longer(times["known"], times["unknown"]), 3),
        "share of pairs where known takes longer",
        what,
        trials,
        "0.5: nothing to tell",
        round(share_longer(times["known"], times["unknown"]) / 0.5, 3),
    )


def share_longer(ones: list[float], others: list[float]) -> float:
    """How often one of the ones exceeds one of the others: what somebody who holds a single answer can guess from."""
    return sum(one > other for one in ones for other in others) / (len(ones) * len(others))


def percentile(values: list[float], place: int) -> float:
    return statistics.quantiles(values, n=100)[place - 1]


def try_activation(client: httpx.Client, number: str) -> float:
    """Milliseconds of the answer to the check; the questions before it say nothing of anybody."""
    token = csrf_token(client.get("/activation/numero/"))
    given = (
        ("numero", {"number": number}),
        ("nom", {"birth_name": "Personne"}),
        ("naissance", birth_date_parts("1950-01-01")),
    )
    for page, fields in given:
        post(client, f"/activation/{page}/", {**fields, "csrfmiddlewaretoken": token})
    started = time.perf_counter()
    answer = post(client, "/activation/verification/", {"way": "online", "csrfmiddlewaretoken": token})
    elapsed = time.perf_counter() - started
    assert answer.headers["location"] == "/activation/non-reconnu/", answer.headers.get("location")
    return elapsed * 1000


def try_sign_in(client: httpx.Client, login: str) -> float:
    token = csrf_token(client.get("/connexion/"))
    started = time.perf_counter()
    answer = post(
        client, "/connexion/", {"login": login, "password": "une-autre-phrase", "csrfmiddlewaretoken": token}
    )
    elapsed = time.perf_counter() - started
    assert answer.status_code == 200, answer.status_code
    return elapsed * 1000


def post(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    return client.post(path, data=fields, headers={"Referer": f"{client.base_url}{path}"})


def unknown() -> str:
    """A valid number that nobody holds."""
    serials = (fictitious_nir(serial) for serial in range(20_000, 30_000))
    return next(number for number in serials if find_holder_by_nir(number) is None)


def milliseconds(actions: list[Callable[[], object]]) -> float:
    """The median of LOOKUPS calls, the actions in turn."""
    times = []
    for rank in range(LOOKUPS):
        started = time.perf_counter()
        actions[rank % len(actions)]()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


@contextmanager
def crowd() -> Iterator[Callable[[int], None]]:
    """Copies of the two tables, with their indexes, in a schema of their own; `grow` fills them up to a size."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        owner.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in ("accounts_holder", "accounts_holdernir"):
            owner.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        owner.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {settings.DATABASE_RUNNING_ROLE}")
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {settings.DATABASE_RUNNING_ROLE}")
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {SCHEMA}, public")
        try:
            yield partial(_grow, owner)
        finally:
            connection.close()
            owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _grow(owner: psycopg.Connection[tuple[object, ...]], size: int) -> None:
    row = owner.execute(f"SELECT count(*) FROM {SCHEMA}.accounts_holder").fetchone()  # noqa: S608
    assert row is not None
    first = int(str(row[0]))
    owner.execute(
        f"INSERT INTO {SCHEMA}.accounts_holder (id, birth_date, birth_name, usual_name, first_names, sex,"  # noqa: S608
        " partial_birth_date, birth_commune_code, birth_country_code, email, phone, postal_address,"
        " home_commune_code, work_commune_code, refuses_calls, created_at, updated_at)"
        " SELECT md5(i::text)::uuid, date '1955-01-01' + i %% 18000, 'Nom ' || i, '', 'Camille', 'unknown',"
        " '', '', '', '', '', '', '2A004', '2A004', false, now(), now() FROM generate_series(%s::int, %s::int) AS i",
        [first, size - 1],
    )
    real = [keyed_hash(fictitious_nir(serial)) for serial in range(SOUGHT)]
    prefix = real[0].partition(":")[0]
    owner.execute(
        f"INSERT INTO {SCHEMA}.accounts_holdernir (holder_id, nir, nir_hash, since)"  # noqa: S608
        " SELECT md5(i::text)::uuid, 'v1.' || repeat('x', 70),"
        " CASE WHEN i < %s THEN (%s::text[])[i + 1]"
        " ELSE %s || ':' || encode(sha256(i::text::bytea), 'hex') END, date '1990-01-01'"
        " FROM generate_series(%s::int, %s::int) AS i",
        [SOUGHT, real, prefix, first, size - 1],
    )
    for table in ("accounts_holder", "accounts_holdernir"):
        owner.execute(f"VACUUM ANALYZE {SCHEMA}.{table}")

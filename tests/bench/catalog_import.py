"""How fast an offer is imported, and in how much memory, beside what decoding the same file with `xmlschema` takes.

Each side has a process of its own. Ours ends with everything in the database, indexed and ready to be found. The peer
checks each formation against the schema of LHEO and makes a dictionary of it, which is then thrown away: one at a time,
in bounded memory like ours (the way of the public pipelines that read the national feed), or the whole file at once.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from catalog.generation import GenerationOrder, generate_offer
from tests.bench.own_copy import own_copy
from tests.bench.registry import Figure, benchmark

# Reading the communes and writing the known words again cost the same for any file: a tenth of a national feed.
SESSIONS, SESSIONS_FULL = 20_000, 200_000
SESSIONS_OF_AN_ORGANISATION = 15
PEERS = {"lazy": "xmlschema, piece by piece", "whole": "xmlschema, the whole file at once"}
ROOT = Path(__file__).resolve().parent.parent.parent
# Read when it is there: the schema has no licence that would let it be copied into the project.
SCHEMA = ROOT.parent / "shared" / "data" / "lheo" / "lheo-2.3.xsd"


@dataclass(frozen=True)
class Side:
    formations: int
    seconds: float
    peak_mib: float


@benchmark("catalog.import")
def importing(full: bool) -> Iterator[Figure]:
    yield from compared(SESSIONS)
    if full:
        # Ours alone: the time of the peer, piece by piece, grows with the square of the file.
        with invented(SESSIONS_FULL) as (path, size), own_copy("bench_import"):
            ours, again = side("ours", path), side("ours", path)
        yield figure("rows", SESSIONS_FULL, ours, size, "nothing", 0)
        yield memory("memory", ours, size, "nothing", 0)
        yield figure(
            "unchanged.rows", SESSIONS_FULL, again, size, "the first import", ours.seconds / again.seconds
        )


def compared(sessions: int) -> Iterator[Figure]:
    with invented(sessions) as (path, size):
        with own_copy("bench_import"):
            ours, again = side("ours", path), side("ours", path)
        yield figure(
            "unchanged.rows", sessions, again, size, "the first import", ours.seconds / again.seconds
        )
        if not SCHEMA.exists():
            yield figure("rows", sessions, ours, size, "nothing: no schema beside the project", 0)
            return
        for name, what in PEERS.items():
            peer = side(name, path)
            if peer.formations != ours.formations:
                raise RuntimeError(f"{what} read {peer.formations} formations, we read {ours.formations}")
            yield figure("rows", sessions, ours, size, what, peer.seconds / ours.seconds)
            yield figure(f"{name}.rows", sessions, peer, size, "ours", ours.seconds / peer.seconds)
            yield memory("memory", ours, size, what, peer.peak_mib / ours.peak_mib)
            yield memory(f"{name}.memory", peer, size, "ours", ours.peak_mib / peer.peak_mib)


@contextmanager
def invented(sessions: int) -> Iterator[tuple[Path, str]]:
    """An offer of that many sessions, and its size in words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xml"
        organisations = sessions // SESSIONS_OF_AN_ORGANISATION
        generate_offer(path, GenerationOrder(organisations, sessions, seed=5, first_day=timezone.localdate()))
        yield path, f"{sessions} sessions, {path.stat().st_size / 1e6:.0f} MB"


def figure(name: str, sessions: int, measured: Side, size: str, beside: str, ratio: float) -> Figure:
    rate = sessions / measured.seconds
    return Figure(
        f"catalog.import.{name}", round(rate), "sessions/s", size, sessions, beside, round(ratio, 2)
    )


def memory(name: str, measured: Side, size: str, beside: str, ratio: float) -> Figure:
    peak = round(measured.peak_mib)
    return Figure(f"catalog.import.{name}", peak, "MiB", size, measured.formations, beside, round(ratio, 2))


def side(name: str, path: Path) -> Side:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.catalog_import_side", name, str(path), str(SCHEMA)],
        cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return Side(**json.loads(done.stdout.splitlines()[-1]))

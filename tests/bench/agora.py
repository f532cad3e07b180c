"""Sealing and verifying traces: rows per second, beside reading the same rows once, and the memory it takes."""

import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from agora_sync.enums import Direction, TraceKind
from agora_sync.evidence.rows import TraceContent, authentication_code
from agora_sync.models import Trace, TraceSeal
from agora_sync.services.seal_verification import verify_traces
from agora_sync.services.sealing import seal_traces
from agora_sync.services.traces import sealed
from tests.bench.registry import Figure, benchmark

ROWS, ROWS_FULL = 50_000, 1_000_000
MESSAGE = b"<message>" + b"x" * 2_000 + b"</message>"
COLUMNS = "at, kind, direction, exchange_id, partner_code, operation, content, content_length, sha256, diagnostic, code"


@benchmark("agora.seal")
def sealing_and_verifying(full: bool) -> Iterator[Figure]:
    rows = ROWS_FULL if full else ROWS
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        seal_traces()
        before = TraceSeal.objects.count()
        write_traces(rows)
        reading = timed(read_once)
        sealing = timed(seal_traces)
        verifying = timed(verify_traces)
    counted = Trace.objects.count()
    size = f"{counted} traces of 2 KiB, {TraceSeal.objects.count() - before} seals"
    floor = counted / reading
    yield Figure(
        "agora.seal",
        round(rows / sealing),
        "rows/s",
        size,
        rows,
        "reading them once",
        ratio(rows / sealing, floor),
    )
    yield Figure(
        "agora.verify",
        round(counted / verifying),
        "rows/s",
        size,
        counted,
        "reading them once",
        ratio(counted / verifying, floor),
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure("agora.verify.memory", round(memory), "MiB", size, counted, "", 0)


def ratio(ours: float, theirs: float) -> float:
    return round(ours / theirs, 3)


def timed(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def read_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(sha256(content)) FROM agora_sync_trace")
        cursor.fetchone()


def write_traces(count: int) -> None:
    """By COPY, a microsecond apart, after what is sealed already."""
    stored = sealed(MESSAGE)
    last = TraceSeal.objects.order_by("number").last()
    start = last.to_at if last else timezone.now() - timedelta(seconds=10)
    with connection.cursor() as cursor, cursor.copy(f"COPY agora_sync_trace ({COLUMNS}) FROM STDIN") as copy:
        for rank in range(count):
            said = TraceContent(
                kind=TraceKind.REQUEST_RECEIVED.value,
                direction=Direction.INCOMING.value,
                exchange_id=uuid4(),
                request_id=None,
                partner_code="",
                operation="",
                http_status=None,
                content_sha256=hashlib.sha256(stored).digest(),
                content_length=len(MESSAGE),
                sha256=hashlib.sha256(MESSAGE).hexdigest(),
                diagnostic="",
            )
            copy.write_row(
                (
                    start + timedelta(microseconds=rank), said.kind, said.direction, said.exchange_id, "", "",
                    stored, said.content_length, said.sha256, "", authentication_code(said),
                )
            )  # fmt: skip

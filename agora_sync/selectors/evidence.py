"""Reading traces as evidence, in their order and without their content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from agora_sync.evidence.rows import TraceContent, TraceRow

# Before any trace: where the first seal begins.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE = 2_000
# The digest of the content is made by the server, a million messages need not travel to be checked; and outside the
# inner query, so that it is made of the rows of the page, not of all those that were sorted to find them.
_ROWS = """
SELECT id, (extract(epoch FROM at) * 1000000)::bigint, kind, direction, exchange_id, request_id, partner_code,
       operation, http_status, pg_catalog.sha256(content), content_length, sha256, diagnostic, code, vector_id
FROM (SELECT * FROM agora_sync_trace WHERE at >= %s AND at < %s ORDER BY at, id LIMIT %s) AS page ORDER BY at, id
"""
# Each of the span is looked up by its exchange. Without OFFSET, while the statistics are behind, the planner reads the
# whole table once for each seal.
_COPIES = """
SELECT t.id FROM agora_sync_trace t WHERE t.at >= %s AND t.at < %s AND EXISTS (
  SELECT FROM agora_sync_trace elder
  WHERE elder.exchange_id = t.exchange_id AND elder.code = t.code AND (elder.at, elder.id) < (t.at, t.id)
  OFFSET 0)
ORDER BY t.at, t.id LIMIT 1
"""


def trace_rows(
    since: datetime, until: datetime | None = None, *, limit: int | None = None
) -> Iterator[TraceRow]:
    """The traces whose instant lies in [since, until), streamed in the order of instant and key."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [since, until or datetime.max.replace(tzinfo=UTC), limit])
        while page := cursor.fetchmany(_PAGE):
            yield from (_row(values) for values in page)


def instant(microseconds: int) -> datetime:
    return BEGINNING + timedelta(microseconds=microseconds)


def microseconds(at: datetime) -> int:
    """Since 1970, exactly: a float of seconds would lose the last ones."""
    return (at - BEGINNING) // timedelta(microseconds=1)


def first_copy(since: datetime, until: datetime | None = None) -> int | None:
    """The key of the first trace of [since, until) that repeats an elder one of its exchange: ours are never alike."""
    with connection.cursor() as cursor:
        cursor.execute(_COPIES, [since, until or datetime.max.replace(tzinfo=UTC)])
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _row(values: tuple[object, ...]) -> TraceRow:
    key, at, kind, direction, exchange_id, request_id, *rest = values
    partner_code, operation, http_status, content_sha256, length, sha256, diagnostic, code, vector_id = rest
    content = TraceContent(
        kind=str(kind),
        direction=str(direction),
        exchange_id=UUID(str(exchange_id)),
        request_id=UUID(str(request_id)) if request_id else None,
        partner_code=str(partner_code),
        operation=str(operation),
        http_status=int(str(http_status)) if http_status is not None else None,
        content_sha256=bytes(content_sha256),  # type: ignore[call-overload]
        content_length=int(str(length)),
        sha256=str(sha256),
        diagnostic=str(diagnostic),
        vector_id=str(vector_id),
    )
    return TraceRow(int(str(key)), int(str(at)), content, str(code))

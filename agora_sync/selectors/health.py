"""Whether the exchange may serve, as operations see it."""

from __future__ import annotations

from uuid import uuid4

from django.db import DatabaseError, transaction

from agora_sync.enums import Direction, TraceKind
from agora_sync.models import Trace


def traces_are_writable() -> bool:
    """A trace row can be written now: tried for real, then taken back."""
    try:
        with transaction.atomic():
            # An explicit key: a probe must not use up the numbers that order the real rows.
            Trace(
                id=0,
                kind=TraceKind.REQUEST_RECEIVED,
                direction=Direction.INCOMING,
                exchange_id=uuid4(),
                content=b"",
                content_length=0,
            ).save(force_insert=True)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True

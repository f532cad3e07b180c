"""The journal, for the rooms that act on it."""

from __future__ import annotations

from django.db.models import QuerySet

from rights.enums import EventOrigin, JournalEventKind
from rights.models import JournalEvent

# What AGORA has an operation for. The others stay in the journal until one exists.
SENT_TO_AGORA = (JournalEventKind.FILE_REQUESTED, JournalEventKind.ENTRY_DECLARED)


def events_for_agora() -> QuerySet[JournalEvent]:
    """Events born here that AGORA must know, oldest first; what came from AGORA is not among them.

    The caller excludes those it has a row for (anti-join), and never reads "after the last one seen".
    """
    return (
        JournalEvent.objects.filter(origin=EventOrigin.PORTAL, kind__in=SENT_TO_AGORA)
        .select_related("training_file__holder")
        .order_by("id")
    )

"""The journal, for the rooms that act on it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from rights.enums import EventOrigin, TrainingFileAction, TrainingFileState, Transmission
from rights.models import JournalEvent


def events_for_agora() -> QuerySet[JournalEvent]:
    """Events born here, of files that others know or will, oldest first; what came from AGORA is not among them.

    The caller says which kinds it tells (`Q` below), excludes those it has a row for (anti-join), and never reads
    "after the last one seen". Of a file that stays here nothing is told; should it be known after all (it was given
    up while it travelled), its events are found then.
    """
    is_elsewhere = Q(training_file__agora_number__isnull=False)
    is_leaving = ~Q(training_file__transmission=Transmission.NOT_APPLICABLE)
    return (
        JournalEvent.objects.filter(is_elsewhere | is_leaving, origin=EventOrigin.PORTAL)
        .select_related("training_file__holder")
        .order_by("id")
    )


def is_step(action: TrainingFileAction, state: TrainingFileState) -> Q:
    """The events of a step that led to that state."""
    return Q(payload__action=action.value, payload__state=state.value)

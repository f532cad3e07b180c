"""What a person sees first: each right, and the files that wait for something."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Holder
from rights.enums import ACTIVE_STATES, TrainingFileState
from rights.models import Entry, TrainingFile
from rights.selectors.counters import CounterLine, counters_of
from rights.selectors.training_files import files_of

FILES_SHOWN = 5
ENTRIES_SHOWN = 5


@dataclass(frozen=True)
class HolderOverview:
    """`counters` in the order of the schemes; `files` the live or refused ones and `entries` the last movements of
    all counters, newest first, at most FILES_SHOWN and ENTRIES_SHOWN.
    """

    counters: list[CounterLine]
    files: list[TrainingFile]
    entries: list[Entry]


def holder_overview(holder: Holder) -> HolderOverview:
    """The rights part of the dashboard. Three queries, whatever the history."""
    waiting = Q(state__in=ACTIVE_STATES) | Q(state=TrainingFileState.REFUSED)
    return HolderOverview(
        counters=counters_of(holder),
        files=list(files_of(holder).filter(waiting)[:FILES_SHOWN]),
        entries=list(
            Entry.objects.filter(counter__holder=holder)
            .select_related("counter")
            .order_by("-at", "-pk")[:ENTRIES_SHOWN]
        ),
    )

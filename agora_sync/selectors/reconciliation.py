"""What is compared with AGORA: whose files, and what each says, with what is still on its way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.models import Holder
from agora_sync.enums import Direction, ExchangeState
from agora_sync.mapping.answers import told_facts
from agora_sync.mapping.gaps import KnownFile
from agora_sync.mapping.items import comparable_items
from agora_sync.models import Exchange
from agora_sync.selectors.journal import TOLD_EVENTS
from rights.enums import Transmission
from rights.models import TrainingFile
from rights.selectors.journal import events_for_agora

SHARED = ~Q(transmission=Transmission.NOT_APPLICABLE) | Q(agora_number__isnull=False)


def holders_to_reconcile(*, after: UUID | None, limit: int) -> list[Holder]:
    """The next people whose files AGORA shares, or whose files were ever read there, in a fixed order."""
    shared = TrainingFile.objects.filter(SHARED, holder=OuterRef("pk"))
    people = Holder.objects.filter(Exists(shared) | Q(agora_pull__isnull=False)).order_by("pk")
    return list((people.filter(pk__gt=after) if after else people)[:limit])


def known_files(holder: Holder) -> list[KnownFile]:
    """The person's files that AGORA has or waits for. Four queries."""
    waiting = waiting_since(holder)
    files = TrainingFile.objects.filter(SHARED, holder=holder).prefetch_related("fundings").order_by("pk")
    return [_known(file, waiting.get(file.pk)) for file in files]


def _known(file: TrainingFile, waits_since: datetime | None) -> KnownFile:
    if waits_since is None and file.awaits_agora:
        # Nothing leaves by itself any more, and AGORA never took it.
        waits_since = file.created_at
    return KnownFile(
        key=file.pk,
        origin=file.origin,
        state=file.state,
        agora_number=file.agora_number,
        items=comparable_items(told_facts(file)),
        is_on_its_way=waits_since is not None,
        waits_since=waits_since,
    )


def waiting_since(holder: Holder) -> dict[UUID, datetime]:
    """By file: since when the oldest thing that it has to tell waits, exchange open or still to be opened."""
    pending = Exchange.objects.filter(
        training_file__holder=holder,
        direction=Direction.OUTGOING,
        state=ExchangeState.PENDING,
        event__isnull=False,
    )
    untold = events_for_agora().filter(TOLD_EVENTS, exchanges__isnull=True, training_file__holder=holder)
    oldest: dict[UUID, datetime] = {}
    for rows in (
        pending.order_by()
        .values_list("training_file")
        .annotate(since=Min(Coalesce("resent_at", "created_at"))),
        untold.order_by().values_list("training_file").annotate(since=Min("at")),
    ):
        for file_key, since in rows:
            oldest[file_key] = min(since, oldest.get(file_key, since))
    return oldest

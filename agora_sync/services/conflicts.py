"""An agent decides which value of a disputed item stands, once."""

from __future__ import annotations

import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agora_sync.enums import ConflictChoice
from agora_sync.exceptions import NotToDecide
from agora_sync.mapping.answers import told_facts
from agora_sync.mapping.items import comparable_items
from agora_sync.mapping.merging import OURS, STATE, THEIRS
from agora_sync.models import ConflictDecision, FileReading, ItemConflict
from agora_sync.selectors.conflicts import is_told_when_kept, may_be_taken
from agora_sync.services.inbox import request_pull
from agora_sync.services.merging import follow_closing, items_read
from rights.exceptions import RightsRefusal
from rights.models import TrainingFile
from rights.services.training_files.mending import confirm_items
from rights.services.transitions import lock_file


def decide_conflict(*, conflict_id: UUID, choice: ConflictChoice, user: User) -> ConflictDecision:
    """Keep our value, and tell AGORA where the dictionary lets us; or take theirs. Raises NotToDecide."""
    with transaction.atomic():
        # The file first, as a reading of AGORA does: else each could wait for what the other holds.
        file_ids = ItemConflict.objects.values_list("training_file_id", flat=True)
        training_file = lock_file(file_ids.get(pk=conflict_id))
        conflict = ItemConflict.objects.select_for_update().get(pk=conflict_id)
        if conflict.closed_at is not None:
            raise NotToDecide
        if choice == ConflictChoice.KEEP:
            _keep(conflict, training_file, user)
        else:
            _take(conflict, training_file)
        conflict.closed_at = timezone.now()
        conflict.save(update_fields=["closed_at"])
        return ConflictDecision.objects.create(
            conflict=conflict, choice=choice, decided_by=user, here=conflict.here, there=conflict.there
        )


def _keep(conflict: ItemConflict, training_file: TrainingFile, user: User) -> None:
    # From now on AGORA's value is the one we know of, and ours the one that was changed.
    _settle(training_file, conflict.item, author=OURS, read=conflict.there)
    if is_told_when_kept(conflict):
        confirm_items(training_file_id=training_file.pk, user=user)


def _take(conflict: ItemConflict, training_file: TrainingFile) -> None:
    if not may_be_taken(conflict):
        raise NotToDecide(
            "La personne s’est engagée sur cette valeur : elle ne change pas derrière elle. Prévenez l’organisme, "
            "qui peut lui proposer une autre valeur, ou gardez la nôtre."
        )
    if conflict.item == STATE:
        try:
            follow_closing(training_file, conflict.there)
        except RightsRefusal as refusal:
            raise NotToDecide(refusal.message) from None
        return
    ours = comparable_items(told_facts(training_file)).get(conflict.item, "")
    # It is theirs, and unchanged here since: the next reading, asked for now, brings it.
    _settle(training_file, conflict.item, author=THEIRS, read=ours)
    request_pull(holder=training_file.holder)


def _settle(training_file: TrainingFile, path: str, *, author: str, read: str) -> None:
    reading = FileReading.objects.select_for_update().get(training_file=training_file)
    items = {**items_read(reading), path: read}
    if not read:
        del items[path]
    reading.items = json.dumps(items, ensure_ascii=False)
    reading.authors = {**reading.authors, path: author}
    reading.save()

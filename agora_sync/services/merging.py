"""One file as AGORA lists it, merged with ours item by item: nothing that somebody wrote here is replaced silently."""

from __future__ import annotations

import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Holder
from agora_sync.mapping.answers import ListedFile, facts_of, funding_facts, told_facts
from agora_sync.mapping.codes import CLOSED_WIRE_STATES
from agora_sync.mapping.items import comparable_items
from agora_sync.mapping.merging import FIELDS, OURS, STATE, THEIRS, Merge, facts_with, merged
from agora_sync.models import FileReading, ItemConflict
from agora_sync.selectors.reconciliation import waiting_since
from agora_sync.selectors.regions import region_code_of
from rights.enums import FileOrigin, TrainingFileAction
from rights.facts import IDENTIFYING
from rights.models import TrainingFile
from rights.services.training_files import merge_agora_training_file
from rights.services.training_files.mending import take_identification
from rights.services.training_files.partner_changes import close_partner_file
from rights.services.transitions import lock_file

_LONGEST = 500
# What staff may correct of a file that a person asked for; they agreed to its price and dates.
TAKEN_OF_OURS = frozenset(path for path, name in FIELDS.items() if name in IDENTIFYING)
CLOSINGS = {"ANNULE": TrainingFileAction.CANCEL, "REFUSE": TrainingFileAction.REFUSE}


def merge_listed_file(*, holder: Holder, listed: ListedFile, exchange_id: UUID) -> TrainingFile:
    """Bring a file that AGORA holds onto the holder's page: what is theirs to change is taken, the rest is disputed.

    Raises the refusals of `merge_agora_training_file`; then nothing of the file was written.
    """
    with transaction.atomic():
        known = TrainingFile.objects.filter(holder=holder, agora_number=listed.agora_number).first()
        if known is None:
            received = merge_agora_training_file(
                holder=holder, facts=listed.facts, agora_number=listed.agora_number
            )
            return _merged(received, listed, exchange_id)
        return _merged(known, listed, exchange_id)


def _merged(known: TrainingFile, listed: ListedFile, exchange_id: UUID) -> TrainingFile:
    training_file = lock_file(known.pk)
    reading = FileReading.objects.filter(training_file=training_file).first()
    merge = _compared(training_file, listed, reading)
    if merge.taken:
        training_file = _taken(training_file, listed, merge)
    _keep_reading(training_file, merge)
    _keep_conflicts(training_file, listed, merge, reading, exchange_id)
    return training_file


def _taken(training_file: TrainingFile, listed: ListedFile, merge: Merge) -> TrainingFile:
    """Write what is theirs. Of a file that was asked for here, price, dates and parts are never among it."""
    if training_file.origin == FileOrigin.PORTAL:
        values = {FIELDS[path]: getattr(listed.facts, FIELDS[path]) for path in merge.taken & TAKEN_OF_OURS}
        take_identification(training_file_id=training_file.pk, values=values)
    ours = facts_of(training_file, funding_facts(training_file))
    facts = facts_with(ours, listed.facts, merge.taken & FIELDS.keys())
    training_file = merge_agora_training_file(
        holder=training_file.holder, facts=facts, agora_number=listed.agora_number
    )
    return follow_closing(training_file, listed.wire_state) if STATE in merge.taken else training_file


def follow_closing(training_file: TrainingFile, wire_state: str) -> TrainingFile:
    """Close a file that was closed at AGORA, as AGORA. Raises ActionNotAllowed by state."""
    return close_partner_file(
        training_file_id=training_file.pk,
        action=CLOSINGS[wire_state],
        reason="Dossier clos chez AGORA par un autre acteur",
    )


def _compared(training_file: TrainingFile, listed: ListedFile, reading: FileReading | None) -> Merge:
    last_read = items_read(reading) if reading else None
    opened_by = OURS if training_file.origin == FileOrigin.PORTAL else THEIRS
    is_on_its_way = training_file.pk in waiting_since(training_file.holder)
    is_closed_there = listed.wire_state in CLOSED_WIRE_STATES
    ours = comparable_items(told_facts(training_file))
    merge = merged(
        ours,
        # A file given up says nothing more of its training.
        ours if is_closed_there or not training_file.is_active else comparable_items(listed.facts),
        last_read=last_read,
        authors=reading.authors if reading else {},
        opened_by=opened_by,
        is_on_its_way=is_on_its_way,
    )
    if is_closed_there and (last_read or {}).get(STATE) == listed.wire_state:
        # An agent kept the file open: the same closing is not asked about twice.
        merge.read[STATE] = listed.wire_state
    elif is_closed_there and training_file.is_active and not is_on_its_way:
        (merge.taken if opened_by == THEIRS else merge.disputed).add(STATE)
    return merge


def items_read(reading: FileReading) -> dict[str, str]:
    return dict(json.loads(reading.items)) if reading.items else {}


def _keep_reading(training_file: TrainingFile, merge: Merge) -> None:
    FileReading.objects.update_or_create(
        training_file=training_file,
        defaults={
            "items": json.dumps(merge.read, ensure_ascii=False),
            "authors": merge.authors,
            "read_at": timezone.now(),
        },
    )


def _keep_conflicts(
    training_file: TrainingFile,
    listed: ListedFile,
    merge: Merge,
    reading: FileReading | None,
    exchange_id: UUID,
) -> None:
    """Open, refresh or end the conflicts of a locked file."""
    opened = ItemConflict.objects.filter(training_file=training_file, closed_at__isnull=True)
    known = {conflict.item: conflict for conflict in opened}
    opened.exclude(item__in=merge.disputed | merge.waiting).update(closed_at=timezone.now())
    if not merge.disputed:
        return
    ours = {**comparable_items(told_facts(training_file)), STATE: training_file.get_state_display()}
    theirs = {**comparable_items(listed.facts), STATE: listed.wire_state}
    for path in merge.disputed:
        conflict = known.get(path) or ItemConflict(
            training_file=training_file,
            item=path,
            region_code=region_code_of(training_file.holder),
            before=merge.read.get(path, "")[:_LONGEST] if reading else "",
            before_at=reading.read_at if reading else None,
            here_author=merge.authors.get(path, OURS),
            exchange_id=exchange_id,
        )
        conflict.here = ours.get(path, "")[:_LONGEST]
        conflict.there = theirs.get(path, "")[:_LONGEST]
        conflict.save()

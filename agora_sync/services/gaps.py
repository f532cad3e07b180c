"""The gaps with AGORA and their history: found, changed, over; and what an agent does about one."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Holder, User
from agora_sync.enums import GapKind, GapStep
from agora_sync.exceptions import NotToResend
from agora_sync.mapping.gaps import Comparison, FoundGap
from agora_sync.models import Gap, GapEvent
from agora_sync.selectors.gaps import exchanges_to_send_again, may_be_sent_again
from agora_sync.selectors.regions import region_code_of
from agora_sync.services.inbox import request_pull
from agora_sync.services.resending import put_back
from rights.services.training_files.mending import confirm_items
from rights.services.transitions import lock_file

_LONGEST = 500


def record_gaps(*, holder: Holder, comparison: Comparison, exchange_id: UUID) -> None:
    """Open, refresh or close the gaps of one person. The same comparison again only says that they were seen again."""
    with transaction.atomic():
        # Two readings of the same person write one after the other.
        Holder.objects.select_for_update(no_key=True).get(pk=holder.pk)
        known = {(gap.subject, gap.kind, gap.item): gap for gap in Gap.objects.filter(holder=holder)}
        region = region_code_of(holder) if comparison.found else ""
        found = {gap.identity for gap in comparison.found}
        for gap in comparison.found:
            _write(gap, known.get(gap.identity), holder, region, exchange_id)
        for identity, gap_row in known.items():
            is_over = (
                gap_row.closed_at is None and identity[:2] in comparison.judged and identity not in found
            )
            if is_over:
                gap_row.closed_at = timezone.now()
                gap_row.save(update_fields=["closed_at"])
                _note(gap_row, GapStep.CLOSED, exchange_id=exchange_id)


def send_gap_again(*, gap_id: UUID, user: User) -> Gap:
    """Tell AGORA again what it lacks or holds otherwise. Raises NotToResend."""
    with transaction.atomic():
        # The file first: a comparison that adds a gap to it, then refreshes this one, waits and is not waited for.
        file_id = Gap.objects.values_list("training_file_id", flat=True).get(pk=gap_id)
        if file_id is None:
            raise NotToResend
        training_file = lock_file(file_id)
        gap = _open_gap(gap_id)
        if not may_be_sent_again(gap):
            raise NotToResend
        if gap.kind == GapKind.ITEM:
            confirm_items(training_file_id=training_file.pk, user=user)
        for exchange in exchanges_to_send_again(gap):
            put_back(exchange, user=user)
        _note(gap, GapStep.SENT_AGAIN, actor=user)
    return gap


def pull_for_gap(*, gap_id: UUID, user: User) -> Gap:
    """Ask for the person's files: what AGORA says comes within seconds. Raises NotToResend when the gap is over."""
    with transaction.atomic():
        gap = _open_gap(gap_id)
        request_pull(holder=gap.holder)
        _note(gap, GapStep.PULLED, actor=user)
    return gap


def _open_gap(gap_id: UUID) -> Gap:
    gap = Gap.objects.select_for_update(of=("self",)).select_related("holder", "training_file").get(pk=gap_id)
    if gap.closed_at is not None:
        raise NotToResend("Cet écart n’existe plus.")
    return gap


def _write(found: FoundGap, gap: Gap | None, holder: Holder, region: str, exchange_id: UUID) -> None:
    here, there = found.here[:_LONGEST], found.there[:_LONGEST]
    step = _step(gap, here, there)
    gap = gap or Gap(subject=found.subject, kind=found.kind, item=found.item, holder=holder)
    gap.training_file_id, gap.agora_number = found.file_key, found.agora_number
    gap.region_code, gap.here, gap.there = region, here, there
    gap.seen_at, gap.closed_at = timezone.now(), None
    gap.save()
    if step is not None:
        _note(gap, step, exchange_id=exchange_id)


def _step(gap: Gap | None, here: str, there: str) -> GapStep | None:
    if gap is None:
        return GapStep.FOUND
    if gap.closed_at is not None:
        return GapStep.FOUND_AGAIN
    return GapStep.CHANGED if (gap.here, gap.there) != (here, there) else None


def _note(gap: Gap, step: GapStep, *, exchange_id: UUID | None = None, actor: User | None = None) -> None:
    GapEvent.objects.create(
        gap=gap, step=step, here=gap.here, there=gap.there, exchange_id=exchange_id, actor=actor
    )

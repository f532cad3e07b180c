"""From AGORA to the holder's page: files that others opened or changed there."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Holder
from agora_sync.client import AgoraConnector, ExchangeFailure, Malformed, Refused
from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState
from agora_sync.exceptions import TracesUnavailable
from agora_sync.faults import BUSINESS_STEP, STEPS
from agora_sync.mapping.answers import ListedFile
from agora_sync.mapping.codes import CLOSED_WIRE_STATES
from agora_sync.mapping.requests import ListFilesRequest
from agora_sync.models import Exchange, HolderPull
from agora_sync.selectors.people import agora_identity_of
from agora_sync.selectors.pulls import holders_to_pull
from agora_sync.selectors.regions import region_code_of
from agora_sync.services.merging import merge_listed_file
from cpa_portal.kernel.tasks import wake, wake_after_commit
from rights.exceptions import RightsRefusal
from rights.models import TrainingFile

PULL_TASK = "agora_sync.tasks.pull_holder_files"
# Longer than a whole call and the merging of its answer.
LEASE = timedelta(seconds=60)
# Somebody who presses the button ten times is served by the first.
FRESH = timedelta(seconds=5)
WAIT_AFTER_FAILURE = timedelta(seconds=30)
# One reading a second at most, whoever is about: AGORA answers other partners too.
PULLED_PER_SWEEP = 10


def request_pull(*, holder: Holder) -> None:
    """Ask for the holder's files within seconds: a worker is woken once the transaction holds."""
    HolderPull.objects.update_or_create(holder=holder, defaults={"requested_at": timezone.now()})
    wake_after_commit(PULL_TASK, str(holder.pk))


def pull_recent_holders() -> int:
    """Hand to the workers a bounded batch of holders who are about, those read longest ago first."""
    holders = holders_to_pull(at=timezone.now(), limit=PULLED_PER_SWEEP)
    for holder_id in holders:
        wake(PULL_TASK, str(holder_id))
    return len(holders)


def pull_holder_files(*, holder_id: UUID) -> int:
    """Read the holder's files from AGORA and merge them. Returns how many were merged; does nothing when in hand."""
    holder = Holder.objects.filter(pk=holder_id).first()
    person = agora_identity_of(holder) if holder else None
    if holder is None or person is None or not _taken(holder):
        return 0
    exchange = _opened_exchange(holder)
    assert exchange.request_id is not None
    try:
        files = AgoraConnector(exchange_id=exchange.pk).list_files(
            ListFilesRequest(exchange.request_id, person)
        )
    except (ExchangeFailure, TracesUnavailable) as failure:
        _fail(exchange, holder, failure)
        return 0
    before = _known_files(holder)
    refused = _merge(holder, files, exchange.pk)
    if refused or _known_files(holder) != before:
        _finish(exchange, ExchangeState.DONE, label=" ".join(refused))
    else:
        # Most readings bring nothing new: they leave their traces, not a line that agents would have to read past.
        exchange.delete()
    HolderPull.objects.filter(holder=holder).update(pulled_at=timezone.now(), lease_until=None)
    return len(files) - len(refused)


def _taken(holder: Holder) -> bool:
    """Whether this process may read: nobody else does, and nobody just did."""
    now = timezone.now()
    HolderPull.objects.bulk_create([HolderPull(holder=holder)], ignore_conflicts=True)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    stale = Q(pulled_at__isnull=True) | Q(pulled_at__lte=now - FRESH)
    return bool(HolderPull.objects.filter(free, stale, holder=holder).update(lease_until=now + LEASE))


def _opened_exchange(holder: Holder) -> Exchange:
    now = timezone.now()
    # A reading whose process died is over: its answer, if any, was written by nobody.
    Exchange.objects.filter(
        holder=holder, operation=Operation.LIST_FILES, state=ExchangeState.PENDING, event__isnull=True
    ).update(state=ExchangeState.ABANDONED, finished_at=now, next_attempt_at=None)
    return Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation=Operation.LIST_FILES,
        holder=holder,
        region_code=region_code_of(holder),
        request_id=uuid4(),
        state=ExchangeState.PENDING,
        attempts=1,
        next_attempt_at=now,
        last_attempt_at=now,
    )


def _known_files(holder: Holder) -> dict[str | None, tuple[object, ...]]:
    """What the holder's page shows, by AGORA number, with how much of it is disputed."""
    disputed = Count("agora_conflicts", filter=Q(agora_conflicts__closed_at__isnull=True))
    files = TrainingFile.objects.filter(holder=holder).annotate(disputed=disputed)
    return {
        row["agora_number"]: tuple(row.values())
        for row in files.values(
            "agora_number", "state", "entered_on", "title", "price_cents", "session_starts_on", "disputed"
        )
    }


def _merge(holder: Holder, files: list[ListedFile], exchange_id: UUID) -> list[str]:
    """Merge file by file; returns the sentences of those that could not be."""
    known = _known_files(holder).keys()
    refused = []
    for listed in files:
        if listed.wire_state in CLOSED_WIRE_STATES and listed.agora_number not in known:
            # Refused or given up elsewhere before we ever heard of it: nothing to show.
            continue
        try:
            merge_listed_file(holder=holder, listed=listed, exchange_id=exchange_id)
        except RightsRefusal as refusal:
            refused.append(f"{listed.agora_number} : {refusal.message}")
    return refused


def _fail(exchange: Exchange, holder: Holder, failure: Exception) -> None:
    now = timezone.now()
    pull = HolderPull.objects.filter(holder=holder)
    if isinstance(failure, Refused):
        _finish(exchange, ExchangeState.REFUSED, label=failure.label, refusal=failure)
        # An answer all the same (most often: AGORA does not know this person). It will be asked again in its turn.
        pull.update(pulled_at=now, lease_until=None)
    elif isinstance(failure, Malformed):
        _finish(exchange, ExchangeState.MALFORMED, label=failure.reason)
        pull.update(pulled_at=now, lease_until=None)
    else:
        # Not tried again under this identifier: the next reading will be fresher.
        _finish(exchange, ExchangeState.ABANDONED, label=f"AGORA n’a pas répondu ({failure}).")
        # While AGORA is away, a few tries a minute are enough.
        pull.update(lease_until=now + WAIT_AFTER_FAILURE)


def _finish(
    exchange: Exchange, state: ExchangeState, *, label: str = "", refusal: Refused | None = None
) -> None:
    code = refusal.code if refusal else None
    Exchange.objects.filter(pk=exchange.pk).update(
        state=state,
        next_attempt_at=None,
        finished_at=timezone.now(),
        fault_code=refusal.name if refusal else "",
        fault_label=label[:300],
        failed_step=STEPS.get(code, BUSINESS_STEP) if code else None,
    )

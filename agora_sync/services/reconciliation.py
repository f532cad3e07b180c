"""Every day, what we sent is compared with what AGORA knows, person by person, and the gaps are written down.

Any process may be killed at any line: whoever comes next goes on after the last person whose gaps were written, and a
person read twice gives the same gaps.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Holder
from agora_sync.client import AgoraConnector, Malformed, Refused, Unavailable
from agora_sync.exceptions import TracesUnavailable
from agora_sync.faults import DECISIVE, FaultCode
from agora_sync.mapping.answers import ListedFile
from agora_sync.mapping.gaps import KnownFile, compared
from agora_sync.mapping.requests import ListFilesRequest
from agora_sync.models import Gap, Reconciliation
from agora_sync.selectors.opening import closed_until
from agora_sync.selectors.people import agora_identity_of
from agora_sync.selectors.reconciliation import holders_to_reconcile, known_files
from agora_sync.services.gaps import record_gaps

logger = logging.getLogger(__name__)

# At night, when few people are on their pages and AGORA answers few partners.
BEGINS_AT_HOUR = 2
PEOPLE_PER_BATCH = 500
# A batch leaves its worker to others; the beat comes back every minute.
BATCH_SECONDS = 40
# Longer than a whole call (client/transport.py, 20 s) and the writing of its gaps.
LEASE = timedelta(seconds=60)
PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
CHECK_TASK = "agora_sync.tasks.reconcile_holder"


@dataclass
class Paused(Exception):
    """AGORA cannot be asked for the moment. `until` says when to come back."""

    until: datetime
    reason: str


def begin_daily_reconciliation() -> Reconciliation | None:
    """The one under way, else today's, once the night's hour has come; None when today's is done."""
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begun = Reconciliation.objects.filter(Q(finished_at__isnull=True) | Q(started_at__gte=midnight))
    if begun.exists():
        return begun.filter(finished_at__isnull=True).first()
    return begin_reconciliation() if now.hour >= BEGINS_AT_HOUR else None


def begin_reconciliation() -> Reconciliation:
    """The one under way, else a new one. The constraint lets one be under way at a time."""
    Reconciliation.objects.bulk_create([Reconciliation()], ignore_conflicts=True)
    return Reconciliation.objects.filter(finished_at__isnull=True).latest()


def reconcile_batch(*, reconciliation_id: int, seconds: float = BATCH_SECONDS) -> int:
    """Compare the next people, for so many seconds. Returns how many; does nothing when in other hands or paused."""
    run = _taken(reconciliation_id)
    if run is None:
        return 0
    deadline = time.monotonic() + seconds
    people = holders_to_reconcile(after=run.after, limit=PEOPLE_PER_BATCH)
    done = 0
    try:
        for holder in people:
            if time.monotonic() > deadline:
                break
            _advance(run, holder, is_read=reconcile_holder(holder=holder))
            done += 1
        else:
            if len(people) < PEOPLE_PER_BATCH:
                _update(run, finished_at=timezone.now())
    except Paused as pause:
        _update(run, paused_until=pause.until, paused_reason=pause.reason[:300])
    _update(run, lease_until=None)
    return done


def reconcile_holder(*, holder: Holder) -> bool:
    """Compare the files of one person and write the gaps down. Returns whether AGORA could be read.

    Raises Paused when it is not the time.
    """
    exchange_id = uuid4()
    before = known_files(holder)
    listed = _read(holder, exchange_id)
    ours = _settled(before, known_files(holder))
    opened = Gap.objects.filter(holder=holder, closed_at__isnull=True).values_list("subject", "kind")
    comparison = compared(ours, listed, at=timezone.now(), known_gaps=opened)
    record_gaps(holder=holder, comparison=comparison, exchange_id=exchange_id)
    return listed is not None


def _read(holder: Holder, exchange_id: UUID) -> Sequence[ListedFile] | None:
    """What AGORA has of the person; None when it cannot say. Raises Paused. The traces bear the exchange's key."""
    now = timezone.now()
    closed = closed_until(now)
    if closed is not None:
        raise Paused(*closed)
    person = agora_identity_of(holder)
    if person is None:
        return None
    try:
        return AgoraConnector(exchange_id=exchange_id).list_files(ListFilesRequest(uuid4(), person))
    except Unavailable as failure:
        # The technical cause is for whoever runs the portal; agents read that AGORA is away, and until when.
        logger.warning("reconciliation_paused", extra={"reason": failure.reason})
        wait = max(PAUSE, timedelta(seconds=failure.retry_after_seconds or 0))
        raise Paused(now + min(wait, LONGEST_PAUSE), "AGORA ne répond pas.") from None
    except TracesUnavailable:
        raise Paused(now + PAUSE, "Nos propres traces ne s’écrivent pas.") from None
    except Refused as refusal:
        return _listed_after(refusal, now)
    except Malformed:
        return None


def _listed_after(refusal: Refused, now: datetime) -> list[ListedFile] | None:
    if refusal.code is FaultCode.HOLDER_UNKNOWN:
        # It knows nothing of the person: it has none of their files.
        return []
    if refusal.code in DECISIVE:
        return None
    # Our certificate, vector or profiles: everybody's reading would be refused alike.
    raise Paused(
        now + LONGEST_PAUSE,
        f"AGORA refuse nos lectures ({refusal.name}) : l’exploitant du portail doit revoir son certificat, ou "
        "ses profils.",
    )


def _settled(before: list[KnownFile], after: list[KnownFile]) -> list[KnownFile]:
    """Our files; those that changed while AGORA answered are left for the next time."""
    same = set(map(repr, before))
    return [file if repr(file) in same else replace(file, is_moving=True) for file in after]


def _taken(reconciliation_id: int) -> Reconciliation | None:
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    awake = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    taken = Reconciliation.objects.filter(free, awake, pk=reconciliation_id, finished_at__isnull=True)
    if not taken.update(lease_until=now + LEASE, paused_until=None, paused_reason=""):
        return None
    return Reconciliation.objects.get(pk=reconciliation_id)


def _advance(run: Reconciliation, holder: Holder, *, is_read: bool) -> None:
    _update(
        run,
        after=holder.pk,
        checked=F("checked") + 1,
        unread=F("unread") + (0 if is_read else 1),
        lease_until=timezone.now() + LEASE,
    )


def _update(run: Reconciliation, **fields: object) -> None:
    with transaction.atomic():
        Reconciliation.objects.filter(pk=run.pk, finished_at__isnull=True).update(**fields)

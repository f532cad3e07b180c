"""From the journal to AGORA: each event of ours becomes one exchange, sent until it has its answer.

No row lock is held during a call: an exchange is taken by a lease with a time. A process killed at any line leaves a
lease that ends; the next one sends the same request identifier, to which AGORA gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agora_sync.client import AgoraConnector, Malformed, Refused, Unavailable
from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState
from agora_sync.exceptions import TracesUnavailable
from agora_sync.faults import BUSINESS_STEP, DECISIVE, STEPS, FaultCode
from agora_sync.mapping.events import operations_of_event
from agora_sync.mapping.requests import CreateFileRequest
from agora_sync.models import Exchange
from agora_sync.models.exchanges import ExchangeQuerySet
from agora_sync.selectors.journal import TOLD_EVENTS
from agora_sync.selectors.regions import region_code_of
from agora_sync.services.outgoing import CreationNotMended, NothingToSay, outgoing_of
from cpa_portal.kernel.tasks import wake
from rights.enums import JournalEventKind
from rights.exceptions import AlreadyTransmitted, NumberAlreadyGiven
from rights.selectors.journal import events_for_agora
from rights.services.training_files import record_agora_refusal, record_transmission

NEW_EVENTS_PER_SWEEP = 500
SENT_PER_SWEEP = 200
# Longer than a whole call (client/transport.py, 20 s) and the writing of its answer.
LEASE = timedelta(seconds=30)
# Between being handed to a worker and being taken by it: a sweep meanwhile does not hand it out again.
QUEUED = timedelta(seconds=15)
# A file leaves within a minute of AGORA's return: the wait never passes half of it, whatever Retry-After says.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(seconds=30)
# A refusal of our certificate, vector or profiles is mended by people: coming back every minute would only add noise.
MENDING_WAIT = timedelta(minutes=10)
SEND_TASK = "agora_sync.tasks.send_exchange"
_LONGEST_LABEL = 300


# Taking from the journal --------------------------------------------------------------------
def relay_journal() -> int:
    """Open the exchanges of new events, hand those that are due to the workers. Returns how many were handed."""
    open_new_exchanges()
    now = timezone.now()
    due = list(Exchange.objects.due(now).in_turn().order_by("created_at")[:SENT_PER_SWEEP])
    for exchange in due:
        # Compare and set: of two sweeps at the same instant, one hands the exchange out.
        if _held(exchange).update(next_attempt_at=now + QUEUED):
            # Else a backlog longer than this would be in the queue several times over, each time for nothing.
            wake(SEND_TASK, str(exchange.pk), expires_seconds=QUEUED.total_seconds())
    return len(due)


def open_new_exchanges() -> int:
    """One exchange per operation of each event that has none (never "after the last one seen").

    Returns how many were tried.
    """
    events = events_for_agora().filter(TOLD_EVENTS, exchanges__isnull=True)[:NEW_EVENTS_PER_SWEEP]
    now = timezone.now()
    wanted = [
        Exchange(
            direction=Direction.OUTGOING,
            operation=operation,
            event=event,
            training_file=event.training_file,
            holder=event.training_file.holder,
            region_code=region_code_of(event.training_file.holder),
            request_id=uuid4(),
            state=ExchangeState.PENDING,
            next_attempt_at=now,
        )
        for event in events
        for operation in operations_of_event(event.kind, event.payload)
    ]
    # Two sweeps may see the same event: the unique constraint keeps one exchange per operation. One statement: no
    # sweep ever sees an event with a part of its exchanges.
    Exchange.objects.bulk_create(wanted, ignore_conflicts=True)
    return len(wanted)


# Sending ------------------------------------------------------------------------------------
def send_exchange(*, exchange_id: UUID) -> None:
    """Send one exchange and bring its answer back. Does nothing when it is over or in other hands."""
    exchange = _taken(exchange_id)
    if exchange is None:
        return
    try:
        conclude = _sent(exchange)
    except NothingToSay as known:
        _finish(exchange, ExchangeState.ABANDONED, label=known.label)
    except CreationNotMended:
        _postpone(exchange, MENDING_WAIT, None, "La création du dossier attend une correction.")
    except Unavailable as failure:
        _postpone(exchange, _wait_after(exchange.attempts, failure), failure.code, failure.reason)
    except TracesUnavailable:
        _postpone(exchange, FIRST_WAIT, FaultCode.TRACES_UNAVAILABLE, "Nos propres traces ne s’écrivent pas.")
    except Refused as refusal:
        _take_refusal(exchange, refusal)
    except Malformed as failure:
        _finish(exchange, ExchangeState.MALFORMED, label=failure.reason)
    else:
        conclude()
    _wake_next(exchange)


def _taken(exchange_id: UUID) -> Exchange | None:
    """The exchange, held by us until its lease ends; None when it is not to be sent, or not yet."""
    now = timezone.now()
    exchange = (
        Exchange.objects.in_turn()
        .select_related("training_file__holder", "event")
        .filter(pk=exchange_id)
        .first()
    )
    if exchange is None or exchange.state != ExchangeState.PENDING:
        return None
    if exchange.lease_until is not None and exchange.lease_until > now:
        return None
    lease = now + LEASE
    if not _held(exchange).update(lease_until=lease, attempts=F("attempts") + 1, last_attempt_at=now):
        return None
    exchange.lease_until = lease
    exchange.attempts += 1
    return exchange


def _sent(exchange: Exchange) -> Callable[[], None]:
    """Call AGORA; what is returned writes the answer down. Raises the failures of the connector."""
    outgoing = outgoing_of(exchange)
    # Kept before a byte leaves: whoever tries again after us says the same thing.
    if not _held(exchange).update(content=outgoing.content, facts_sha256=outgoing.facts_sha256):
        return lambda: None
    connector = AgoraConnector(exchange_id=exchange.pk)
    if isinstance(outgoing.request, CreateFileRequest):
        created = connector.create_file(outgoing.request)
        return lambda: _take_number(exchange, created.agora_number)
    connector.change_file(outgoing.request)
    return lambda: _finish(exchange, ExchangeState.DONE)


def _wake_next(exchange: Exchange) -> None:
    """What follows on the same file need not wait for the sweep."""
    following = (
        Exchange.objects.due(timezone.now())
        .in_turn()
        .filter(training_file_id=exchange.training_file_id)
        .exclude(pk=exchange.pk)
        .first()
    )
    if following is not None:
        wake(SEND_TASK, str(following.pk))


# Writing the answer down --------------------------------------------------------------------
def _take_number(exchange: Exchange, agora_number: str) -> None:
    assert exchange.training_file is not None
    try:
        with transaction.atomic():
            record_transmission(
                training_file_id=exchange.training_file.pk,
                agora_number=agora_number,
                at=timezone.now(),
                is_reopened=_is_told_anew(exchange),
            )
            _finish(exchange, ExchangeState.DONE)
    except NumberAlreadyGiven as conflict:
        _finish(exchange, ExchangeState.REFUSED, label=conflict.message)


def _is_told_anew(exchange: Exchange) -> bool:
    """Reopened here, or lost there and sent again by an agent: the file takes another number."""
    assert exchange.event is not None
    return exchange.event.kind != JournalEventKind.FILE_REQUESTED or exchange.resent_at is not None


def _take_refusal(exchange: Exchange, refusal: Refused) -> None:
    assert exchange.training_file is not None
    if refusal.code in DECISIVE and exchange.operation == Operation.CREATE_FILE:
        try:
            with transaction.atomic():
                record_agora_refusal(
                    training_file_id=exchange.training_file.pk,
                    code=refusal.name,
                    label=refusal.label or refusal.name,
                )
                _finish(exchange, ExchangeState.REFUSED, refusal=refusal)
        except AlreadyTransmitted as conflict:
            _finish(exchange, ExchangeState.MALFORMED, label=conflict.message)
    elif _is_for_people_to_mend(refusal.code):
        _postpone(exchange, MENDING_WAIT, refusal.code, refusal.label, name=refusal.name)
    else:
        _finish(exchange, ExchangeState.REFUSED, refusal=refusal)


def _is_for_people_to_mend(code: FaultCode | None) -> bool:
    """Channel, vector or profiles: nothing is wrong with the file, which goes once they are put right."""
    return code is not None and STEPS.get(code, BUSINESS_STEP) < STEPS[FaultCode.SCHEMA]


def _wait_after(attempts: int, failure: Unavailable) -> timedelta:
    asked = timedelta(seconds=failure.retry_after_seconds or 0)
    return min(max(FIRST_WAIT * min(attempts, 10), asked), LONGEST_WAIT)


def _postpone(
    exchange: Exchange, wait: timedelta, code: FaultCode | None, label: str, *, name: str = ""
) -> None:
    _held(exchange).update(
        lease_until=None,
        next_attempt_at=timezone.now() + wait,
        fault_code=name or (code.qualified_name if code else ""),
        fault_label=label[:_LONGEST_LABEL],
        failed_step=STEPS.get(code) if code else None,
    )


def _finish(
    exchange: Exchange, state: ExchangeState, *, label: str = "", refusal: Refused | None = None
) -> None:
    step = STEPS.get(refusal.code, BUSINESS_STEP) if refusal and refusal.code else None
    _held(exchange).update(
        state=state,
        lease_until=None,
        next_attempt_at=None,
        finished_at=timezone.now(),
        # The traces keep what was said.
        content="",
        fault_code=refusal.name if refusal else "",
        fault_label=(refusal.label if refusal else label)[:_LONGEST_LABEL],
        failed_step=step,
    )


def _held(exchange: Exchange) -> ExchangeQuerySet:
    """The row as we read it: compare and set. A process frozen beyond its lease must not overwrite its successor."""
    return Exchange.objects.filter(
        pk=exchange.pk, state=ExchangeState.PENDING, lease_until=exchange.lease_until
    )

"""Sending again what AGORA did not take, once somebody corrected what was wrong."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agora_sync.contract import Operation
from agora_sync.enums import ExchangeState
from agora_sync.exceptions import NotToResend
from agora_sync.faults import BUSINESS_STEP
from agora_sync.models import Exchange
from agora_sync.selectors.rejects import STOPPED
from agora_sync.services.outbox import SEND_TASK
from cpa_portal.kernel.tasks import wake_after_commit


def can_resend(exchange: Exchange) -> bool:
    """Whether it stopped for good and may still be useful: a creation refused by AGORA closed its file."""
    is_over = exchange.operation == Operation.CREATE_FILE and exchange.failed_step == BUSINESS_STEP
    return exchange.event_id is not None and exchange.state in STOPPED and not is_over


def resend_exchange(*, exchange_id: UUID, user: User) -> Exchange:
    """Send it again, with what the file says now. Raises NotToResend.

    A new identifier: AGORA answers the same refusal to the same one, and refuses it with another body.
    """
    with transaction.atomic():
        exchange = Exchange.objects.select_for_update(of=("self",)).get(pk=exchange_id)
        if not can_resend(exchange):
            raise NotToResend
        put_back(exchange, user=user)
    return exchange


def put_back(exchange: Exchange, *, user: User) -> None:
    """Queue a finished exchange again, under another identifier. Call with its row, or its file's, locked."""
    now = timezone.now()
    exchange.request_id = uuid4()
    exchange.state = ExchangeState.PENDING
    exchange.content = exchange.facts_sha256 = ""
    exchange.next_attempt_at = now
    exchange.finished_at = exchange.lease_until = None
    exchange.resent_by, exchange.resent_at = user, now
    exchange.save()
    wake_after_commit(SEND_TASK, str(exchange.pk))

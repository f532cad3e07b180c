"""Requests of people about their data: written, answered by the law or by the officer, never forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from accounts.enums import DataRequestState
from accounts.exceptions import DataRequestAnswered
from accounts.models import AfterDeathInstruction, DataRequest, Holder
from accounts.rules.data_rights import ground_on

if TYPE_CHECKING:
    from datetime import date

    from accounts.enums import DataRequestKind
    from accounts.models import User

# Regulation (EU) 2016/679, article 12, paragraph 3.
TIME_TO_ANSWER = relativedelta(months=1)


def submit_data_request(*, holder: Holder, kind: DataRequestKind, text: str, today: date) -> DataRequest:
    """Write the request. What a text decides is answered at once, with that text; the rest is due within a month."""
    ground = ground_on(kind, today)
    request = DataRequest(holder=holder, kind=kind, text=text, due_on=today + TIME_TO_ANSWER)
    if ground is not None:
        request.state = DataRequestState.REFUSED
        request.answer, request.ground, request.answered_at = ground.answer, ground.text, timezone.now()
    request.save()
    return request


@transaction.atomic
def answer_data_request(*, request: DataRequest, officer: User, accepted: bool, answer: str) -> DataRequest:
    """Write the officer's answer, which the person reads as it stands. Raises DataRequestAnswered the second time."""
    held = DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not held.is_open:
        raise DataRequestAnswered
    held.state = DataRequestState.ACCEPTED if accepted else DataRequestState.REFUSED
    held.answer, held.answered_by, held.answered_at = answer, officer, timezone.now()
    held.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    return held


@transaction.atomic
def record_after_death_instruction(
    *, holder: Holder, text: str, trusted_person: str = ""
) -> AfterDeathInstruction:
    """Write what the person wants done with their data after their death; the former ones are kept."""
    Holder.objects.select_for_update().get(pk=holder.pk)
    AfterDeathInstruction.objects.filter(holder=holder, replaced_at__isnull=True).update(
        replaced_at=timezone.now()
    )
    return AfterDeathInstruction.objects.create(holder=holder, text=text, trusted_person=trusted_person)


def set_refuses_calls(*, holder: Holder, refuses: bool) -> None:
    """« Ne m’appelez pas »: effective with the caller's commit."""
    Holder.objects.filter(pk=holder.pk).update(refuses_calls=refuses)
    holder.refuses_calls = refuses

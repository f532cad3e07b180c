"""A holder's training files."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from accounts.models import Holder
from catalog.models import Session
from rights.enums import ExitReason, FileRole, TrainingFileAction
from rights.models import TrainingFile, TrainingFileFunding, TrainingFileTransition
from rights.models.training_file import TrainingFileQuerySet
from rights.parameters import legal_values
from rights.rules.settlement import Attendance, amount_settled
from rights.selectors.file_steps import steps_of


def files_of(holder: Holder) -> TrainingFileQuerySet:
    """The files of the holder, the last one first."""
    return TrainingFile.objects.filter(holder=holder).order_by("-created_at", "-pk")


def file_of(holder: Holder, training_file_id: UUID) -> TrainingFile | None:
    """The holder's file with its parts and its history, in four queries; None for another person's file."""
    parts = TrainingFileFunding.objects.select_related("counter").order_by("-amount_cents")
    history = TrainingFileTransition.objects.order_by("id")
    return (
        TrainingFile.objects.filter(holder=holder, pk=training_file_id)
        .prefetch_related(Prefetch("fundings", parts), Prefetch("transitions", history), "messages")
        .first()
    )


def active_file_on(holder: Holder, session: Session) -> TrainingFile | None:
    """The live file that this person already has on this session."""
    return TrainingFile.objects.active().filter(holder=holder, session=session).first()


def file_by_agora_number(agora_number: str) -> TrainingFile | None:
    """The file that AGORA knows under this number. Who may see it is the caller's question."""
    return TrainingFile.objects.select_related("holder").filter(agora_number=agora_number).first()


def price_due_cents(training_file: TrainingFile) -> int:
    """What the training costs in the end, in cents: the share of its price that was followed, by the law in force."""
    assert training_file.left_on is not None
    attendance = Attendance(
        reason=ExitReason(training_file.exit_reason),
        attended_minutes=training_file.attended_minutes or 0,
        planned_minutes=training_file.hours_minutes,
        left_on=training_file.left_on,
    )
    return int(amount_settled(training_file.price_cents, attendance, legal_values()).result)


def can_cancel(training_file: TrainingFile, today: date) -> bool:
    """Whether the holder may give the training up today without losing anything."""
    steps = steps_of(training_file, FileRole.HOLDER, today=today)
    return any(step.action == TrainingFileAction.CANCEL and step.is_open for step in steps)

"""A holder's training files."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch

from accounts.models import Holder
from catalog.models import Session
from rights.enums import TrainingFileAction, TrainingFileState, Transmission
from rights.models import TrainingFile, TrainingFileFunding, TrainingFileTransition
from rights.models.training_file import TrainingFileQuerySet
from rights.rules.training_file_states import state_after


def files_of(holder: Holder) -> TrainingFileQuerySet:
    """The files of the holder, the last one first."""
    return TrainingFile.objects.filter(holder=holder).order_by("-created_at", "-pk")


def file_of(holder: Holder, training_file_id: UUID) -> TrainingFile | None:
    """The holder's file with its parts and its history, in three queries; None for another person's file."""
    parts = TrainingFileFunding.objects.select_related("counter").order_by("-amount_cents")
    history = TrainingFileTransition.objects.order_by("id")
    return (
        TrainingFile.objects.filter(holder=holder, pk=training_file_id)
        .prefetch_related(Prefetch("fundings", parts), Prefetch("transitions", history))
        .first()
    )


def active_file_on(holder: Holder, session: Session) -> TrainingFile | None:
    """The live file that this person already has on this session."""
    return TrainingFile.objects.active().filter(holder=holder, session=session).first()


def file_by_agora_number(agora_number: str) -> TrainingFile | None:
    """The file that AGORA knows under this number. Who may see it is the caller's question."""
    return TrainingFile.objects.select_related("holder").filter(agora_number=agora_number).first()


def can_cancel(training_file: TrainingFile) -> bool:
    """Whether the holder may still give the request up here: not closed, and not yet with AGORA."""
    possible = state_after(TrainingFileState(training_file.state), TrainingFileAction.CANCEL) is not None
    return possible and training_file.transmission != Transmission.TRANSMITTED

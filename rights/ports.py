"""What this room asks of the rooms above it, which name their implementation in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from rights.models import TrainingFile


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One change of a file that AGORA was told, is being told, or refused. `sentence` is for the person."""

    at: datetime
    sentence: str
    is_waiting: bool = False
    is_refused: bool = False


class ToldChanges(Protocol):
    """Named in settings.AGORA_CHANGES: what AGORA knows of a file's changes, the oldest first."""

    def __call__(self, training_file: TrainingFile) -> Sequence[ToldChange]: ...


def told_changes(training_file: TrainingFile) -> Sequence[ToldChange]:
    return cast("ToldChanges", import_string(settings.AGORA_CHANGES))(training_file)

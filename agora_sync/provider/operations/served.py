from dataclasses import dataclass

from accounts.models import Holder
from agora_sync.mapping.requests import Wire
from rights.models import TrainingFile

STEP = 16


@dataclass(frozen=True)
class Served:
    """The outcome of an operation: the values of its answer, and what it was about, for the exchange log."""

    values: Wire
    holder: Holder
    training_file: TrainingFile | None = None

from dataclasses import dataclass

from accounts.models import Holder
from agora_sync.contract.shapes import Wire
from rights.models import TrainingFile

STEP = 16


@dataclass(frozen=True)
class Served:
    """The outcome of an operation: the values of its answer, and what it was about, for the exchange log."""

    values: Wire
    # None when the question is about nobody that we know.
    holder: Holder | None
    training_file: TrainingFile | None = None

from rights.models.counter import Counter
from rights.models.document import TrainingFileDocument
from rights.models.entry import Entry, EntryKey
from rights.models.feeding import Declaration, YearlyFeeding
from rights.models.journal import JournalEvent
from rights.models.message import TrainingFileMessage
from rights.models.points import PointsAnswer, PointsRequest
from rights.models.statement import Statement
from rights.models.training_file import (
    TrainingFile,
    TrainingFileFunding,
    TrainingFileTransition,
)
from rights.models.undue_sum import Repayment, RepaymentReceipt, UndueSum

__all__ = [
    "Counter",
    "Declaration",
    "Entry",
    "EntryKey",
    "JournalEvent",
    "PointsAnswer",
    "PointsRequest",
    "Repayment",
    "RepaymentReceipt",
    "Statement",
    "TrainingFile",
    "TrainingFileDocument",
    "TrainingFileFunding",
    "TrainingFileMessage",
    "TrainingFileTransition",
    "UndueSum",
    "YearlyFeeding",
]

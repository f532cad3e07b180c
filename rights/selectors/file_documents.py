"""Documents of a training file as one of its parties sees them, and the trace of those that were taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rights.enums import FileRole, JournalEventKind
from rights.models import JournalEvent, TrainingFile, TrainingFileDocument
from rights.rules.file_documents import removal_refusal


@dataclass(frozen=True)
class ListedDocument:
    document: TrainingFileDocument
    can_be_removed: bool


@dataclass(frozen=True)
class Removal:
    """A document that is no longer there: who joined it and took it back, and when."""

    role: FileRole
    at: datetime


def documents_of(training_file: TrainingFile, role: FileRole) -> list[ListedDocument]:
    """In the order in which they were joined. One query."""
    documents = training_file.documents.select_related("content").order_by("at", "pk")
    return [
        ListedDocument(document, not removal_refusal(FileRole(document.role), training_file.state, role))
        for document in documents
    ]


def removals_of(training_file: TrainingFile) -> list[Removal]:
    """From the journal, which nobody changes. One query."""
    events = JournalEvent.objects.filter(
        training_file=training_file, kind=JournalEventKind.DOCUMENT_REMOVED
    ).order_by("at", "pk")
    return [Removal(FileRole(event.payload["role"]), event.at) for event in events]

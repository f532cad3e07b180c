"""Documents joined to a file by its parties: checked by content, kept out of reach, read by them alone."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services.private_files import delete_private_file, store_private_file
from rights.enums import EventOrigin, FileRole, JournalEventKind
from rights.exceptions import DocumentRefused
from rights.models import TrainingFileDocument
from rights.rules.file_documents import removal_refusal
from rights.services.journal import append_event
from rights.services.messages import announce_document, announce_document_removed
from rights.services.transitions import lock_file

MEGABYTE: Final = 1024 * 1024
LARGEST_BYTES: Final = 3 * MEGABYTE
MOST_DOCUMENTS: Final = 20
LONGEST_NAME: Final = 120
# The first bytes of each type: what the name and the browser say of a document is not believed.
SIGNATURES: Final[tuple[tuple[bytes, str, tuple[str, ...]], ...]] = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
)


def add_document(
    *, training_file_id: UUID, role: FileRole, author: User, name: str, content: bytes
) -> TrainingFileDocument:
    """Join a document that all parties of the file may open. Two documents of the same content are one.

    Raises DocumentRefused: empty, above LARGEST_BYTES, neither PDF nor JPEG nor PNG by its content, too many already.
    """
    content_type, extensions = _type_of(content)
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        documents = TrainingFileDocument.objects.filter(training_file=training_file)
        if documents.count() >= MOST_DOCUMENTS:
            raise DocumentRefused(
                f"Ce dossier a déjà {MOST_DOCUMENTS} documents. Réunissez ceux qui restent en un seul PDF, ou écrivez "
                "aux parties dans le dossier."
            )
        stored = store_private_file(
            name=_clean_name(name, extensions),
            content=content,
            content_type=content_type,
            owner_holder=training_file.holder,
        )
        same = documents.filter(content__sha256=stored.sha256, role=role).first()
        if same is not None:
            # Sent twice: the second copy goes with its transaction.
            transaction.on_commit(lambda: stored.file.storage.delete(stored.file.name))
            stored.delete()
            return same
        document = TrainingFileDocument.objects.create(
            training_file=training_file, content=stored, role=role, author=author
        )
        # The journal tells that one was joined, neither its name nor what it says.
        append_event(
            kind=JournalEventKind.DOCUMENT_ADDED,
            training_file=training_file,
            origin=EventOrigin.PORTAL,
            payload={"role": role.value},
        )
        announce_document(document=document)
    return document


def remove_document(*, document: TrainingFileDocument, role: FileRole) -> None:
    """Take back a document that this party joined: the content goes, its trace stays in the journal of the file.

    Raises DocumentRefused: joined by another party, or read already by those who settle the file.
    """
    with transaction.atomic():
        training_file = lock_file(document.training_file_id)
        standing = TrainingFileDocument.objects.select_related("content").filter(pk=document.pk).first()
        if standing is None:
            # Taken back already, from another window.
            return
        if refusal := removal_refusal(FileRole(standing.role), training_file.state, role):
            raise DocumentRefused(refusal)
        append_event(
            kind=JournalEventKind.DOCUMENT_REMOVED,
            training_file=training_file,
            origin=EventOrigin.PORTAL,
            # The digest proves which one it was to whoever still has it, and says nothing to others.
            payload={
                "role": role.value,
                "document": str(standing.pk),
                "sha256": standing.content.sha256,
                "joined_at": standing.at.isoformat(),
            },
        )
        announce_document_removed(training_file=training_file, role=role, document_id=standing.pk)
        # Its row goes with it.
        delete_private_file(document=standing.content)


def _type_of(content: bytes) -> tuple[str, tuple[str, ...]]:
    if not content:
        raise DocumentRefused(
            "Le document est vide. Vérifiez-le sur votre appareil, puis choisissez-le de nouveau."
        )
    if len(content) > LARGEST_BYTES:
        raise DocumentRefused(
            f"Le document dépasse {LARGEST_BYTES // MEGABYTE} Mo. Enregistrez-le en moins bonne qualité, ou en "
            "plusieurs documents."
        )
    for signature, content_type, extensions in SIGNATURES:
        if content.startswith(signature):
            return content_type, extensions
    raise DocumentRefused(
        "Ce document n’est ni un PDF ni une image JPEG ou PNG. Enregistrez-le en PDF depuis votre logiciel, ou "
        "prenez-le en photo."
    )


def _clean_name(name: str, extensions: tuple[str, ...]) -> str:
    """The last part of the path, without what is not printed, with the extension of what the document really is."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(
        c for c in unicodedata.normalize("NFC", last) if c.isprintable() and c not in '<>:"/|?*'
    ).strip()
    stem = PurePath(kept).stem if PurePath(kept).suffix.lower() in extensions else kept
    return f"{stem.strip('. ')[:LONGEST_NAME] or 'document'}{extensions[0]}"

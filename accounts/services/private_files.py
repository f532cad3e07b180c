from __future__ import annotations

import hashlib
import mimetypes
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import PrivateFile
from accounts.models.work import PRIVATE_FOLDER, private_storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import FileSystemStorage

    from accounts.models import Holder, User

# A file is written just before its row: one this old without a row belongs to a transaction that was given
# up.
ORPHAN_AFTER = timedelta(days=1)


def store_private_file(
    *,
    name: str,
    content: bytes,
    owner_holder: Holder | None = None,
    owner_user: User | None = None,
    content_type: str = "",
) -> PrivateFile:
    """Keep a document for one owner, out of reach of any address but ours. `name` is what the download is
    called.

    Raises ValueError unless exactly one owner is given. The type is guessed from the name when not given.
    """
    if (owner_holder is None) == (owner_user is None):
        raise ValueError("a private file has one owner: a holder or a user")
    document = PrivateFile(
        name=name,
        content_type=content_type or mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        owner_holder=owner_holder,
        owner_user=owner_user,
    )
    document.file.save(name, ContentFile(content), save=False)
    document.save(force_insert=True)
    return document


def delete_private_file(*, document: PrivateFile) -> None:
    """Remove the row, then the content once the transaction holds."""
    storage, path = document.file.storage, document.file.name
    document.delete()
    transaction.on_commit(lambda: storage.delete(path))


def remove_orphans() -> int:
    """Delete the contents that no row names, older than a day. Returns how many."""
    storage = private_storage()
    removed = 0
    for path in _stored_paths(storage):
        if _is_orphan(storage, path):
            storage.delete(path)
            removed += 1
    return removed


def _is_orphan(storage: FileSystemStorage, path: str) -> bool:
    if storage.get_modified_time(path) > timezone.now() - ORPHAN_AFTER:
        return False
    return not PrivateFile.objects.filter(file=path).exists()


def _stored_paths(storage: FileSystemStorage) -> Iterator[str]:
    if not storage.exists(PRIVATE_FOLDER):
        return
    for folder in storage.listdir(PRIVATE_FOLDER)[0]:
        for name in storage.listdir(f"{PRIVATE_FOLDER}/{folder}")[1]:
            yield f"{PRIVATE_FOLDER}/{folder}/{name}"

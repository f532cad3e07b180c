"""The row that follows an import from its start to its end."""

import hashlib
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.enums import ImportKind, ImportState
from catalog.exceptions import ImportAlreadyRunning, UnreadableFile
from catalog.models import ImportRun
from catalog.services.differences import Tally


def sha256_of(path: Path) -> str:
    """Raises UnreadableFile when the file cannot be opened."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise UnreadableFile("file_missing", f"{path} ne s'ouvre pas : {problem.strerror}.") from problem


def start_run(*, kind: ImportKind, feed: str, path: Path) -> ImportRun:
    """A new run, or the unfinished one of the same file, which goes on where it stopped.

    An unfinished run of another file of the same feed is abandoned: its successor replaces it. Two at once
    are kept apart by the caller's lock (`catalog.services.offer_import`).
    """
    digest = sha256_of(path)
    unfinished = ImportRun.objects.filter(kind=kind, feed=feed, state=ImportState.RUNNING, is_trial=False)
    resumed = unfinished.filter(sha256=digest).first()
    if resumed is not None:
        return resumed
    try:
        with transaction.atomic():
            unfinished.update(
                state=ImportState.FAILED, finished_at=timezone.now(), message="Remplacé par un autre import."
            )
            return ImportRun.objects.create(kind=kind, feed=feed, file_name=path.name[:250], sha256=digest)
    except IntegrityError:
        raise ImportAlreadyRunning("already_running", "Un import de ce flux est déjà en cours.") from None


def finish_run(run: ImportRun, tally: Tally) -> ImportRun:
    run.created += tally.created
    run.changed += tally.changed
    run.closed += tally.closed
    run.state = ImportState.DONE
    run.finished_at = timezone.now()
    run.save()
    return run

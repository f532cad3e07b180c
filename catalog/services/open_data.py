"""The files of the public offer: written each night beside the old ones, shown once they are whole."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from lxml import etree

from catalog.lheo.writing import LHEO_23
from catalog.open_data.lheo import OfferWriter
from catalog.open_data.table import COLUMNS, lines_of
from catalog.selectors.published import published_in_full
from catalog.services.report import csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


TASK = "catalog.tasks.publish_open_data"
MANIFEST = "offre.json"
NAMES = {"xml": "offre-{day}.xml.gz", "csv": "offre-{day}.csv.gz"}
# The feeds come in the evening; people read by day.
FROM_HOUR = 2
# Whoever began to download the file of the day before goes on.
KEPT_DAYS = 3


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "open-data"


def manifest() -> dict[str, Any] | None:
    """What was published last: day, number of trainings and sessions, and each file's name, size in bytes and SHA-256.

    None before the first time.
    """
    try:
        found: dict[str, Any] = json.loads((folder() / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def is_due(now: datetime.datetime) -> bool:
    """Whether the files are those of another day and the night is advanced enough. `now`: local time."""
    found = manifest()
    return found is None or (found["day"] != now.date().isoformat() and now.hour >= FROM_HOUR)


def publish_open_data(*, today: datetime.date) -> dict[str, Any] | None:
    """Write the whole public offer. Returns the manifest, None when another process is writing it."""
    with transaction.atomic():
        if not _alone():
            return None
        folder().mkdir(parents=True, exist_ok=True)
        names = {form: name.format(day=today.isoformat()) for form, name in NAMES.items()}
        with _written(names["xml"]) as xml, _written(names["csv"]) as table:
            counts = _write(xml, table, today)
    files = {form: _described(folder() / name) for form, name in names.items()}
    published = {"day": today.isoformat(), **counts, "files": files}
    with _replaced(folder() / MANIFEST) as draft:
        draft.write_text(json.dumps(published, indent=1), encoding="utf-8")
    _remove_old(today)
    return published


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('catalog.open_data', 0))")
        return bool(cursor.fetchone()[0])


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """A draft that takes the place of the file at once, and only when it is whole."""
    draft = path.with_name(f"{path.name}.draft")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _written(name: str) -> Iterator[gzip.GzipFile]:
    # Without a time in it, the same offer is the same file.
    with _replaced(folder() / name) as draft, gzip.GzipFile(draft, "wb", compresslevel=6, mtime=0) as file:
        yield file


def _write(xml: gzip.GzipFile, table: gzip.GzipFile, today: datetime.date) -> dict[str, int]:
    """Both files in one reading of the offer, training by training."""
    trainings = sessions = 0
    writer, namespace = OfferWriter(), f"{{{LHEO_23}}}"
    table.write("".join(csv_lines([COLUMNS], delimiter=";")).encode())
    with etree.xmlfile(xml, encoding="utf-8") as document:
        document.write_declaration()
        with (
            document.element(f"{namespace}lheo", nsmap={None: LHEO_23}),
            document.element(f"{namespace}offres"),
        ):
            for training in published_in_full(today):
                document.write("\n", writer.formation(training))
                lines = list(csv_lines(lines_of(training), delimiter=";"))
                table.write("".join(lines).encode())
                trainings += 1
                sessions += len(lines)
    return {"trainings": trainings, "sessions": sessions}


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


def _remove_old(today: datetime.date) -> None:
    oldest = (today - datetime.timedelta(days=KEPT_DAYS)).isoformat()
    for path in folder().glob("offre-*.gz"):
        if path.name[len("offre-") :][:10] < oldest:
            path.unlink(missing_ok=True)

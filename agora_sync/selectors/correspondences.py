"""The table of correspondences as pages show it, its versions, and what two of them do not share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from accounts.models import Holder
from agora_sync.mapping.correspondence import Feed, described, digest_of, feeds
from agora_sync.models import CorrespondenceVersion, Exchange
from rights.models import JournalEvent, TrainingFile, TrainingFileFunding

SECTIONS = {"triggers": "Ce que dit chaque événement", "feeds": "D’où vient chaque donnée"}
# What the first word of a source names.
_TABLES: dict[str, type[Model]] = {
    "dossier": TrainingFile,
    "financement": TrainingFileFunding,
    "titulaire": Holder,
    "échange": Exchange,
    "événement": JournalEvent,
}


@dataclass(frozen=True)
class Difference:
    """Of one section, the lines of one version that another does not have, each way."""

    title: str
    added: list[str]
    removed: list[str]


@dataclass(frozen=True)
class Message:
    """One operation with each item that it sends and the fields that it says, in words."""

    operation: str
    rows: list[tuple[Feed, list[str]]]


def messages_fed() -> Iterator[Message]:
    """What we send, operation by operation. No query."""
    for operation, members in groupby(feeds(), key=lambda feed: feed.operation):
        yield Message(operation, [(feed, [source_label(name) for name in feed.sources]) for feed in members])


def source_label(name: str) -> str:
    """The name of a field of ours as its table calls it, with the technical name."""
    table, _, field = name.partition(".")
    try:
        label = str(getattr(_TABLES[table]._meta.get_field(field), "verbose_name", "")) if field else ""
    except FieldDoesNotExist:
        label = ""
    return f"{label} ({name})" if label else name


def versions() -> list[CorrespondenceVersion]:
    """The last first, without their lines. One query."""
    return list(CorrespondenceVersion.objects.defer("lines").order_by("-number"))


def is_kept(version: CorrespondenceVersion | None) -> bool:
    """Whether the code's table is that of the version."""
    return version is not None and version.sha256 == digest_of(described())


def difference(old: CorrespondenceVersion | None, new: CorrespondenceVersion) -> list[Difference]:
    """What a version says that an older one did not, and the other way round, in the order of each."""
    before = old.lines if old else {}
    return [
        Difference(
            title,
            added=[line for line in new.lines.get(name, []) if line not in set(before.get(name, []))],
            removed=[line for line in before.get(name, []) if line not in set(new.lines.get(name, []))],
        )
        for name, title in SECTIONS.items()
    ]

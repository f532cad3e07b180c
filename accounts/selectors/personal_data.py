"""What the portal holds about one person, gathered from every room that declared it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Holder
    from accounts.ports import PersonalDataExporter, RetentionRule


def full_copy(holder: Holder) -> dict[str, Any]:
    """The copy under the right of access (GDPR, article 15), by room, in JSON values."""
    return {room: exporter.export_personal_data(holder) for room, exporter in _exporters()}


def titled_copy(holder: Holder) -> list[tuple[str, dict[str, Any]]]:
    """The same copy under the titles that a person reads, without the rooms that hold nothing about people."""
    parts = ((exporter.TITLE, exporter.export_personal_data(holder)) for _, exporter in _exporters())
    return [(title, part) for title, part in parts if part]


def copied_tables() -> dict[str, tuple[str, str]]:
    """Table to (room, part of the copy that shows it), every room together."""
    return {label: (room, part) for room, exporter in _exporters() for label, part in exporter.COPIED.items()}


def tables_not_copied() -> dict[str, str]:
    """Table to the reason why the copy has no part for it."""
    return {label: why for _, exporter in _exporters() for label, why in exporter.NOT_COPIED.items()}


def retention_rules() -> list[RetentionRule]:
    """How long each class of data is kept, every room together."""
    return [rule for _, exporter in _exporters() for rule in exporter.RETENTION_RULES]


def _exporters() -> Iterator[tuple[str, PersonalDataExporter]]:
    for dotted in settings.PERSONAL_DATA_EXPORTERS:
        yield dotted.partition(".")[0], cast("PersonalDataExporter", import_module(dotted))

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


def retention_rules() -> list[RetentionRule]:
    """How long each class of data is kept, every room together."""
    return [rule for _, exporter in _exporters() for rule in exporter.RETENTION_RULES]


def _exporters() -> Iterator[tuple[str, PersonalDataExporter]]:
    for dotted in settings.PERSONAL_DATA_EXPORTERS:
        yield dotted.partition(".")[0], cast("PersonalDataExporter", import_module(dotted))

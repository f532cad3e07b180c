"""What contributors add to a file: each value keeps its author, and the dictionary says who may replace it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from agora_sync.contract.dictionary import Overwriting, rule_of
from agora_sync.contract.shapes import Wire
from agora_sync.models import FileRecord, Partner
from rights.models import TrainingFile

ROOT = "complement"


def merge_items(*, training_file: TrainingFile, partner: Partner, complement: Wire) -> list[str]:
    """Write the items that the partner may write. Returns the paths of those that it may not: nothing else is lost.

    A repeated group (previous trainings, mandates…) is one value, replaced as a whole. Call with the file locked, or
    just inserted.
    """
    given = dict(_by_path(complement))
    if not given:
        return []
    with transaction.atomic():
        FileRecord.objects.bulk_create([FileRecord(training_file=training_file)], ignore_conflicts=True)
        record = FileRecord.objects.select_for_update().get(training_file=training_file)
        held = dict(_by_path(items_of(record)))
        refused = [
            path for path, value in given.items() if not _may_write(partner, path, value, held, record)
        ]
        changed = {
            path: value for path, value in given.items() if path not in refused and held.get(path) != value
        }
        if changed:
            record.items = json.dumps(_nested({**held, **changed}), ensure_ascii=False)
            record.authors = {**record.authors, **dict.fromkeys(changed, partner.code)}
            record.save()
    return refused


def items_of(record: FileRecord | None) -> Wire:
    """The complement of a file, as nested texts of the contract."""
    return dict(json.loads(record.items)) if record is not None and record.items else {}


def complement_of(training_file: TrainingFile) -> Wire:
    """The same, from the file: use `select_related("agora_record")` for several."""
    return items_of(getattr(training_file, "agora_record", None))


def _may_write(partner: Partner, path: str, value: Any, held: dict[str, Any], record: FileRecord) -> bool:
    if held.get(path) == value:
        return True
    rule = rule_of(path)
    if partner.kind not in rule.writers:
        return False
    if path not in held or record.authors.get(path) == partner.code:
        return True
    return rule.overwriting is Overwriting.CONTRIBUTORS


def _by_path(values: Wire, path: str = ROOT) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        below = f"{path}/{name}"
        if isinstance(value, dict):
            yield from _by_path(value, below)
        else:
            yield below, value


def _nested(by_path: dict[str, Any]) -> Wire:
    nested: Wire = {}
    for path, value in by_path.items():
        *groups, name = path.removeprefix(f"{ROOT}/").split("/")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return nested

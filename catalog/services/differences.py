"""Writing only what differs, so that a second run of the same import changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)
BATCH = 2_000


@dataclass
class Tally:
    created: int = 0
    changed: int = 0
    closed: int = 0


def store_differences(
    model: type[M], wanted: Iterable[M], *, key: str, fields: Sequence[str]
) -> Tally:
    """Insert the rows whose `key` is new, update those with another value in one of `fields` (attribute names)."""
    known: dict[Any, tuple[Any, ...]] = {
        row[0]: row[1:] for row in model._default_manager.values_list(key, *fields)
    }
    tally, rows = Tally(), []
    for row in wanted:
        identity = getattr(row, key)
        values = tuple(getattr(row, name) for name in fields)
        if identity not in known:
            tally.created += 1
        elif known[identity] != values:
            tally.changed += 1
        else:
            continue
        rows.append(row)
    model._default_manager.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[key],
        update_fields=[model._meta.get_field(name).name for name in fields],
    )
    return tally

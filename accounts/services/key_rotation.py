"""Moves what every room keeps encrypted or hashed to the current keys, while the portal runs.

Order of a rotation: put the new secret first in FIELD_ENCRYPTION_KEYS (or NIR_HASH_KEYS), restart, run
this, then remove the old secret once it reports nothing unreadable and no append-only row waits under it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.selectors.encrypted_columns import EncryptedColumn, encrypted_columns
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import (
    EncryptedCharField,
    UnreadableToken,
    needs_reencryption,
    reencrypt,
    reencrypt_rows,
)

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass
class KeyRotationReport:
    """Rows written again, and `table:key` of those that no configured key reads."""

    rewritten: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate_stored_keys() -> KeyRotationReport:
    """Write every row under the current keys. Safe to run twice, to stop and to restart.

    Append-only rows are left as they are, by design and by privilege: the key that reads them stays.
    """
    report = KeyRotationReport()
    columns = [one for one in encrypted_columns() if not issubclass(one.model, AppendOnlyModel)]
    hashes = {(one.model, one.field_name) for one in columns if one.is_hash}
    for column in columns:
        if isinstance(column.model._meta.get_field(column.field_name), EncryptedCharField):
            _rotate_column(column, hashes, report)
        elif not column.is_hash:
            _rotate_sealed(column, report)
    return report


def _rotate_column(
    column: EncryptedColumn, hashes: set[tuple[type[Model], str]], report: KeyRotationReport
) -> None:
    hash_name = f"{column.field_name}_hash"
    done = reencrypt_rows(
        column.model._base_manager.all(),
        field_name=column.field_name,
        hash_field_name=hash_name if (column.model, hash_name) in hashes else "",
    )
    report.rewritten += done.rewritten
    report.unreadable += [f"{column.model._meta.db_table}:{pk}" for pk in done.unreadable]


def _rotate_sealed(column: EncryptedColumn, report: KeyRotationReport) -> None:
    """Tokens that stand in a text or inside a JSON value."""
    for pk in column.model._base_manager.values_list("pk", flat=True).iterator():
        try:
            report.rewritten += _rotate_row(column, pk)
        except UnreadableToken:
            report.unreadable.append(f"{column.model._meta.db_table}:{pk}")


@transaction.atomic
def _rotate_row(column: EncryptedColumn, pk: Any) -> bool:
    row: Model | None = column.model._base_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    name = column.field_name
    held = getattr(row, name)
    fresh = _reencrypted(held)
    if fresh == held:
        return False
    setattr(row, name, fresh)
    row.save(update_fields=[name])
    return True


def _reencrypted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reencrypted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_reencrypted(item) for item in value]
    if isinstance(value, str) and value.startswith("v1.") and needs_reencryption(value):
        return reencrypt(value)
    return value

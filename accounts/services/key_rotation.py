"""Moves what this room keeps encrypted or hashed to the current keys, while the portal runs.

Order of a rotation: put the new secret first in FIELD_ENCRYPTION_KEYS (or NIR_HASH_KEYS), restart, run
this, then remove the old secret once it reports nothing unreadable and no message waits under it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.enums import NotificationState
from accounts.models import HolderNIR, Notification
from cpa_portal.kernel.encryption import UnreadableToken, needs_reencryption, reencrypt, reencrypt_rows

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


@dataclass
class KeyRotationReport:
    """Rows written again, and `table:key` of those that no configured key reads."""

    rewritten: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate_stored_keys() -> KeyRotationReport:
    """Write every row of the room under the current keys. Safe to run twice, to stop and to restart."""
    numbers = reencrypt_rows(HolderNIR.objects.all(), field_name="nir", hash_field_name="nir_hash")
    report = KeyRotationReport(numbers.rewritten, [f"accounts_holdernir:{pk}" for pk in numbers.unreadable])
    _rotate_json(Authenticator.objects.all(), "data", report)
    waiting = Notification.objects.filter(state=NotificationState.WAITING, context__has_key="sealed")
    _rotate_json(waiting, "context", report)
    return report


def _rotate_json(rows: QuerySet[Any], name: str, report: KeyRotationReport) -> None:
    """The same for tokens that stand inside a JSON column."""
    for pk in rows.values_list("pk", flat=True).iterator():
        try:
            report.rewritten += _rotate_row(rows, pk, name)
        except UnreadableToken:
            report.unreadable.append(f"{rows.model._meta.db_table}:{pk}")


@transaction.atomic
def _rotate_row(rows: QuerySet[Any], pk: Any, name: str) -> bool:
    row: Model | None = rows.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
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

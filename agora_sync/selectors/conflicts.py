"""The disputed items as agents see them, within their region, and what may be decided of each."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.mapping.items import ENTRY
from agora_sync.mapping.merging import FIELDS, STATE, may_be_told
from agora_sync.models import ItemConflict
from rights.enums import FileOrigin
from rights.facts import IDENTIFYING


def conflicts_for(user: User) -> QuerySet[ItemConflict]:
    """The conflicts that the user may follow, the oldest first. An agent without region sees none."""
    conflicts = ItemConflict.objects.select_related("training_file", "decision__decided_by").order_by(
        "found_at", "pk"
    )
    if is_cdc(user):
        return conflicts
    return conflicts.filter(region_code__in=scope_codes(user, StaffRole.REGIONAL_AGENT))


def conflict_of(user: User, key: UUID) -> ItemConflict | None:
    """One conflict that the user may follow, with the person it is about; None for any other."""
    return conflicts_for(user).select_related("training_file__holder").filter(pk=key).first()


def open_conflicts(user: User) -> QuerySet[ItemConflict]:
    """Those that wait for a decision."""
    return conflicts_for(user).filter(closed_at__isnull=True)


def conflicts_of_file(user: User, training_file_id: UUID | None) -> list[ItemConflict]:
    """Those of one file, decided or not. One query, none when there is no file."""
    if training_file_id is None:
        return []
    return list(conflicts_for(user).filter(training_file_id=training_file_id))


def is_told_when_kept(conflict: ItemConflict) -> bool:
    """Whether keeping ours tells AGORA: it had the file from us, and the dictionary lets us replace the item."""
    return (
        conflict.training_file.origin == FileOrigin.PORTAL
        and may_be_told(conflict.item)
        and conflict.item != ENTRY
    )


def may_be_taken(conflict: ItemConflict) -> bool:
    """Whether an agent alone may take AGORA's value: what a person committed to here never changes behind them."""
    if conflict.item == STATE:
        return True
    if conflict.item == ENTRY:
        # An entry is declared once.
        return False
    return conflict.training_file.origin != FileOrigin.PORTAL or FIELDS[conflict.item] in IDENTIFYING

"""Who works on the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.permissions import is_administrator, is_cdc, is_training_organisation

if TYPE_CHECKING:
    from accounts.permissions import AnyUser


def can_import(user: AnyUser) -> bool:
    """Whoever follows imports and launches them: an import changes what everybody reads."""
    return is_administrator(user)


def can_try_files(user: AnyUser) -> bool:
    """A training organisation, which sees the files that it tried and no other."""
    return is_training_organisation(user)


def watches_offer(user: AnyUser) -> bool:
    """Whoever looks at signs of fraud: the Caisse des dépôts, which pays, and the administrators."""
    return is_cdc(user) or is_administrator(user)

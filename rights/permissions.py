"""Who may open the pages of this room, beyond the holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import StaffRole
from accounts.selectors.staff import current_roles
from rights.selectors.instruction import INSTRUCTING

if TYPE_CHECKING:
    from accounts.permissions import AnyUser


def instructs_files(user: AnyUser) -> bool:
    """Organisations, payers and the Caisse des dépôts; each sees the files that concern them."""
    return any(role in INSTRUCTING for role in current_roles(user))


def answers_points(user: AnyUser) -> bool:
    """Requests for points come through Mon Compte Formation, which the Caisse des dépôts runs (article R. 4163-15)."""
    return StaffRole.CDC in current_roles(user)


def recovers_sums(user: AnyUser) -> bool:
    """The Caisse des dépôts alone takes back what the account paid without owing it (article L. 6323-45)."""
    return StaffRole.CDC in current_roles(user)

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import Delegation

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Holder, User


def delegations_given_by(holder: Holder) -> list[Delegation]:
    """Every mandate of the person, the last one first, with what was done under each. Two queries."""
    return list(holder.delegations.prefetch_related("entries"))


def delegations_held_by(user: User) -> list[Delegation]:
    """The mandates under which the user may act today. One query."""
    held = Delegation.objects.holding_on(timezone.localdate()).filter(delegate=user)
    return list(held.select_related("holder"))


def delegation_held_by(user: User, key: UUID) -> Delegation | None:
    """One of them; another's, one that is over or taken back, does not exist. One query."""
    held = Delegation.objects.holding_on(timezone.localdate()).filter(delegate=user, pk=key)
    return held.select_related("holder").first()

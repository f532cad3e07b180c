from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import PrivateFile
from accounts.selectors.holders import holder_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def file_of(user: User | AnonymousUser, pk: UUID) -> PrivateFile | None:
    """The document if it belongs to the user or to the account holder that the user is; None otherwise."""
    if not user.is_authenticated:
        return None
    owned = Q(owner_user=user)
    holder = holder_of(user)
    if holder is not None:
        owned |= Q(owner_holder=holder)
    return PrivateFile.objects.filter(owned, pk=pk).first()

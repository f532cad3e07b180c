from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from accounts.models import Holder

if TYPE_CHECKING:
    from accounts.models import User

_MEMO = "_linked_holder"


def holder_of(user: User | AnonymousUser) -> Holder | None:
    """The account holder linked to a web user. One query per user object, also when there is none."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    if _MEMO not in user.__dict__:
        user.__dict__[_MEMO] = Holder.objects.filter(user=user).first()
    holder: Holder | None = user.__dict__[_MEMO]
    return holder


def forget_holder_of(user: User) -> None:
    """Ask the database again next time: the link has just changed."""
    user.__dict__.pop(_MEMO, None)

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from accounts.models import Holder, HolderNIR
from cpa_portal.kernel.encryption import keyed_hashes

if TYPE_CHECKING:
    from accounts.models import User

_MEMO = "_linked_holder"


def holder_of(user: User | AnonymousUser) -> Holder | None:
    """The account holder linked to a web user. One query per user object, also when there is none."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    if not hasattr(user, _MEMO):
        # By attribute, never by __dict__: `request.user` stands for the user and has a __dict__ of its own.
        setattr(user, _MEMO, Holder.objects.filter(user=user).first())
    holder: Holder | None = getattr(user, _MEMO)
    return holder


def forget_holder_of(user: User) -> None:
    """Ask the database again next time: the link has just changed."""
    if hasattr(user, _MEMO):
        delattr(user, _MEMO)


def holder_ids_by_nir(nirs: Iterable[str]) -> dict[str, UUID]:
    """The holder of each canonical number that somebody holds or held. One query, under every key in service."""
    number_of_hash = {hashed: nir for nir in nirs for hashed in keyed_hashes(nir)}
    rows = HolderNIR.objects.filter(nir_hash__in=number_of_hash).values_list("nir_hash", "holder_id")
    return {number_of_hash[hashed]: holder_id for hashed, holder_id in rows}

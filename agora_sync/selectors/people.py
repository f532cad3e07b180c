"""What designates a holder to AGORA."""

from __future__ import annotations

from accounts.models import Holder, HolderNIR
from agora_sync.mapping.requests import PersonIdentity


def agora_identity_of(holder: Holder) -> PersonIdentity | None:
    """The current NIR and the name of birth, None when no NIR is known."""
    current = HolderNIR.objects.filter(holder=holder, until__isnull=True).first()
    if current is None:
        return None
    return PersonIdentity(nir=current.nir, birth_name=holder.birth_name, first_names=holder.first_names)

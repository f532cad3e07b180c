from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import ConsentAct
from accounts.models import Consent

if TYPE_CHECKING:
    from accounts.models import Holder


def consent_holds(holder: Holder, *, purpose: str, beneficiary: str = "") -> bool:
    """Whether the last act for that purpose and beneficiary is a consent. One indexed query."""
    last = (
        Consent.objects.filter(holder=holder, purpose=purpose, beneficiary=beneficiary)
        .order_by("-id")
        .values_list("act", flat=True)
        .first()
    )
    return last == ConsentAct.GIVEN

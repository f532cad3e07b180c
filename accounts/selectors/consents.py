from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.consent_purposes import PURPOSES
from accounts.enums import ConsentAct
from accounts.models import Consent

if TYPE_CHECKING:
    from accounts.consent_purposes import ConsentPurpose
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


def consents_of(holder: Holder) -> list[tuple[ConsentPurpose, Consent | None]]:
    """Every purpose with the last act of the holder for it, None when there was none. One query."""
    rows = Consent.objects.filter(holder=holder, beneficiary="").order_by("id")
    last = {row.purpose: row for row in rows}
    return [(purpose, last.get(purpose.code)) for purpose in PURPOSES]

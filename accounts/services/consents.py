from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.enums import ConsentAct
from accounts.models import Consent, Holder

if TYPE_CHECKING:
    from accounts.models import User


def record_consent(
    *,
    holder: Holder,
    purpose: str,
    act: ConsentAct,
    text_version: str,
    beneficiary: str = "",
    recorded_by: User | None = None,
) -> Consent:
    """Write that the person agreed, or took it back; effective with the caller's commit.

    `text_version`: the version of the sentence that was read, so that one can show what was agreed to (GDPR,
    article 7). `recorded_by`: who wrote it, when it was not the person. Raises ValueError without a purpose
    or a version.
    """
    if not (purpose and text_version):
        raise ValueError("a consent names its purpose and the version of the text")
    with transaction.atomic():
        # Two acts at once are put in an order: the last one decides, and its key says which is last.
        Holder.objects.select_for_update().get(pk=holder.pk)
        return Consent.objects.create(
            holder=holder,
            purpose=purpose,
            beneficiary=beneficiary,
            text_version=text_version,
            act=act,
            recorded_by=recorded_by,
        )

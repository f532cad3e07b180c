from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import DataRequestKind, DataRequestState
from accounts.models import DataRequest

if TYPE_CHECKING:
    from accounts.models import Holder


def is_restricted(holder: Holder) -> bool:
    """Whether the use of the person's data is restricted: asked, accepted, and not asked to end since. One query.

    Their data is then kept and shown to them, to the officer and to whoever answers for security; advisers,
    mandataries and third parties see nothing more of it (GDPR, article 18, paragraph 2).
    """
    return DataRequest.objects.filter(
        holder=holder,
        kind=DataRequestKind.RESTRICTION,
        state=DataRequestState.ACCEPTED,
        restriction_lifted_at__isnull=True,
    ).exists()

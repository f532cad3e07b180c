from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.consent_purposes import ADVISER_READS_RIGHTS
from accounts.selectors.consents import consent_holds
from accounts.selectors.data_requests import is_restricted

if TYPE_CHECKING:
    from accounts.models import Holder


def adviser_may_read_rights(holder: Holder) -> bool:
    """Whether the person lets the adviser who receives them see their rights, at this instant.

    Read at each request and never kept: taking the consent back, restricting the use of one's data, or dying, is
    effective at once. Two queries.
    """
    return (
        holder.is_alive and consent_holds(holder, purpose=ADVISER_READS_RIGHTS) and not is_restricted(holder)
    )

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import AccessLogEntry
from accounts.selectors.staff import current_roles
from cpa_portal.kernel.database.rows import insert_later

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Holder, User


def record_consultation(
    *, actor: User | None, partner: str = "", holder: Holder, purpose: str, what: str
) -> None:
    """Write that someone looked at a person's data. Call it on every read by staff or by a partner.

    `purpose` (why) and `what` (which data) are short French phrases without any value: the holder reads
    them as they stand on « Mes données ». Raises ValueError when nobody, no reason or no object is named.
    The row joins the caller's transaction: if it cannot be written, nothing is shown.
    """
    record_consultations(actor=actor, partner=partner, holders=[holder], purpose=purpose, what=what)


def record_consultations(
    *, actor: User | None, partner: str = "", holders: Iterable[Holder], purpose: str, what: str
) -> None:
    """The same for a list: one row per person shown, in one statement."""
    if actor is None and not partner:
        raise ValueError("a consultation names an actor or a partner")
    if not (purpose and what):
        raise ValueError("a consultation says why and what")
    roles = sorted(current_roles(actor)) if actor is not None else []
    entries = [
        AccessLogEntry(
            actor=actor, actor_roles=roles, partner=partner, holder=holder, purpose=purpose, what=what
        )
        for holder in holders
    ]
    if len(entries) == 1:
        # Each call of a partner comes here: Django would build the statement anew each time.
        insert_later(entries[0])
    else:
        AccessLogEntry.objects.bulk_create(entries)

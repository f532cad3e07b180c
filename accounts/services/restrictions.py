"""The end of a restriction of the use of data: at once if the person asks, after a notice if the officer does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.exceptions import NoSuchRestriction, NotAllowed, NoWayToTell, RestrictionEndSaid
from accounts.selectors.data_requests import restrictions_holding
from accounts.selectors.staff import current_roles
from accounts.services.access_log import record_consultation
from accounts.services.letters import write_restriction_end_letter
from accounts.services.messages import announce_restriction_end
from cpa_portal.kernel.templatetags.cpa import date_fr

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import DataRequest, Holder, User

# The person is told before (regulation (EU) 2016/679, article 18, paragraph 3): the text gives no length; ours lets a
# letter arrive and an answer come back.
NOTICE = timedelta(days=15)
ASKED_BY_THE_PERSON = "Demandé par la personne"


@transaction.atomic
def end_own_restriction(*, holder: Holder, user: User, key: UUID, now: datetime) -> DataRequest:
    """The person asks that it end: it does at once, before the day that an officer announced too.

    Raises NoSuchRestriction: another person's, over, never accepted.
    """
    held = restrictions_holding(now).select_for_update(of=("self",)).filter(pk=key, holder=holder).first()
    if held is None:
        raise NoSuchRestriction
    return _write_end(held, user, ASKED_BY_THE_PERSON, now, ends_at=now)


@transaction.atomic
def announce_end_of_restriction(*, key: UUID, officer: User, reason: str, now: datetime) -> DataRequest:
    """The officer writes why it ends; it does after NOTICE, and the person is told today, by e-mail or by post.

    Raises NotAllowed (not the officer, or one's own), NoSuchRestriction, RestrictionEndSaid, NoWayToTell, ValueError
    without a reason.
    """
    rows = restrictions_holding(now).select_for_update(of=("self",)).select_related("holder")
    held = rows.filter(pk=key).first()
    if held is None:
        raise NoSuchRestriction
    if StaffRole.DATA_PROTECTION not in current_roles(officer) or held.holder.user_id == officer.pk:
        raise NotAllowed
    if held.restriction_lifted_at is not None:
        raise RestrictionEndSaid
    if not reason.strip():
        raise ValueError("the end of a restriction says why")
    _write_end(held, officer, reason.strip(), now, ends_at=now + NOTICE)
    _tell(held)
    record_consultation(
        actor=officer,
        holder=held.holder,
        purpose="Fin de la limitation de l’usage de vos données",
        what="Demandes sur les données",
    )
    return held


def _write_end(held: DataRequest, by: User, reason: str, now: datetime, *, ends_at: datetime) -> DataRequest:
    held.restriction_lifted_at, held.restriction_lift_said_at = ends_at, now
    held.restriction_lift_reason, held.restriction_lifted_by = reason, by
    held.save(
        update_fields=[
            "restriction_lifted_at",
            "restriction_lift_said_at",
            "restriction_lift_reason",
            "restriction_lifted_by",
        ]
    )
    return held


def _tell(held: DataRequest) -> None:
    holder, ends_at = held.holder, held.restriction_lifted_at
    recipient = holder.email or (holder.user.email if holder.user else "")
    what = (
        f"À votre demande, l’usage de vos données était limité. Cette limitation prendra fin le "
        f"{date_fr(timezone.localtime(ends_at))}. Motif : {held.restriction_lift_reason}"
    )
    if recipient:
        announce_restriction_end(holder=holder, key=str(held.pk), recipient=recipient, what=what)
    elif holder.postal_address:
        write_restriction_end_letter(holder=holder, what=what)
    else:
        raise NoWayToTell

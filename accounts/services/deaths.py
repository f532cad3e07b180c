"""A person has died: the account closes, nothing is sent any more, and what was written says who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from accounts.enums import LetterState, NotificationState, StaffRole
from accounts.exceptions import NotAllowed
from accounts.models import (
    ActivationCode,
    DeathRecord,
    Delegation,
    Holder,
    Notification,
    PostalLetter,
    ProofCode,
)
from accounts.selectors.staff import current_roles

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

REGISTRARS: frozenset[str] = frozenset({StaffRole.ADMINISTRATOR, StaffRole.DATA_PROTECTION})
STOPPED = "décès enregistré"


@transaction.atomic
def record_death(*, holder: Holder, deceased_on: date, source: str, actor: User) -> DeathRecord:
    """Close the account: sessions end, mandates and codes too, messages and letters that wait never leave.

    `source`: the document or flow that says it. Rights are kept for their time (retention). Raises NotAllowed,
    ValueError without a source or for a day that is to come or before birth.
    """
    held = _locked(holder, actor, source)
    is_before_birth = held.birth_date is not None and deceased_on < held.birth_date
    if deceased_on > timezone.localdate() or is_before_birth:
        raise ValueError("a death is between birth and today")
    Holder.objects.filter(pk=held.pk).update(deceased_on=deceased_on)
    holder.deceased_on = deceased_on
    _stop(held)
    return DeathRecord.objects.create(
        holder=held, deceased_on=deceased_on, source=source.strip(), recorded_by=actor
    )


@transaction.atomic
def correct_death(*, holder: Holder, source: str, actor: User) -> DeathRecord:
    """The person is alive: the account opens again; mandates, codes and messages that were stopped stay so.

    Raises NotAllowed, ValueError without a source.
    """
    held = _locked(holder, actor, source)
    Holder.objects.filter(pk=held.pk).update(deceased_on=None)
    holder.deceased_on = None
    return DeathRecord.objects.create(holder=held, source=source.strip(), recorded_by=actor)


def _locked(holder: Holder, actor: User, source: str) -> Holder:
    if not REGISTRARS & current_roles(actor) or holder.user_id == actor.pk:
        raise NotAllowed
    if not source.strip():
        raise ValueError("a death record says where it comes from")
    # After this lock no spending of the account is under way: what comes next finds the date.
    return Holder.objects.select_for_update().get(pk=holder.pk)


def _stop(holder: Holder) -> None:
    now = timezone.now()
    waiting = (LetterState.ASKED, LetterState.WAITING)
    PostalLetter.objects.filter(holder=holder, state__in=waiting).delete()
    ActivationCode.objects.filter(holder=holder, used_at__isnull=True, expires_at__gt=now).update(used_at=now)
    ProofCode.objects.filter(holder=holder, closed_at__isnull=True).update(closed_at=now)
    Notification.objects.filter(holder=holder, state=NotificationState.WAITING).update(
        state=NotificationState.FAILED, lease_until=None, last_error=STOPPED, context={}
    )
    Delegation.objects.filter(holder=holder, revoked_at__isnull=True).update(revoked_at=now)
    for session in UserSession.objects.filter(user=holder.user_id) if holder.user_id else ():
        session.end()

"""Mandates: given with a code that the holder hands over, used for the acts they name, taken back at once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import AttemptKind, DelegatedAct, DelegateKind, StaffRole
from accounts.exceptions import DelegationRefused, NotAllowed, WrongDelegationCode
from accounts.models import DelegatedActEntry, Delegation
from accounts.selectors.data_requests import is_restricted
from accounts.selectors.staff import current_roles
from accounts.services.access_log import record_consultation
from accounts.services.activation import CODE_ALPHABET, CODE_LENGTH, canonical_code
from accounts.services.attempts import count_attempt
from accounts.services.data_requests import submit_data_request
from accounts.services.messages import announce_security_event
from accounts.services.situations import declare_situation, end_situation
from cpa_portal.kernel.encryption import keyed_hash, keyed_hashes

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from accounts.enums import DataRequestKind, SituationKind
    from accounts.models import DataRequest, Holder, Situation, User

LONGEST = timedelta(days=366)
CODE_VALID_FOR = timedelta(days=7)


def give_delegation(
    *,
    holder: Holder,
    kind: DelegateKind,
    delegate_name: str,
    acts: Collection[DelegatedAct],
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> tuple[Delegation, str]:
    """Write the mandate and return it with the code, shown once, that the named person will type.

    The code is handed over, not sent: nobody learns from here who has an account. Raises DelegationRefused without an
    act, in the past, or beyond a year.
    """
    if not acts or ends_on < max(starts_on, timezone.localdate(now)) or ends_on - starts_on > LONGEST:
        raise DelegationRefused
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    made = Delegation.objects.create(
        holder=holder,
        kind=kind,
        delegate_name=delegate_name.strip(),
        acts=sorted(set(acts)),
        starts_on=starts_on,
        ends_on=ends_on,
        code_hash=keyed_hash(code),
        code_expires_at=now + CODE_VALID_FOR,
    )
    announce_security_event(
        holder=holder,
        key=f"delegation:{made.pk}",
        subject="Vous avez donné un mandat",
        what=f"Vous permettez à {made.delegate_name} d’agir en votre nom, jusqu’au {ends_on:%d/%m/%Y}.",
    )
    return made, code


def accept_delegation(*, user: User, code: str, origin: str, now: datetime) -> Delegation:
    """Bind the mandate of that code to the user. Raises TooManyAttempts, WrongDelegationCode for every other reason."""
    # Counted on its own: a wrong code undoes nothing of the count.
    count_attempt(user=user, kind=AttemptKind.CODE, origin=origin)
    return _bind(user, code, now)


@transaction.atomic
def _bind(user: User, code: str, now: datetime) -> Delegation:
    waiting = Delegation.objects.select_for_update(of=("self",)).filter(
        code_hash__in=keyed_hashes(canonical_code(code)),
        delegate__isnull=True,
        revoked_at__isnull=True,
        code_expires_at__gt=now,
    )
    found = waiting.select_related("holder").first()
    if found is None or found.holder.user_id == user.pk or not _may_be(user, found.kind):
        raise WrongDelegationCode
    found.delegate, found.accepted_at = user, now
    found.save(update_fields=["delegate", "accepted_at"])
    announce_security_event(
        holder=found.holder,
        key=f"delegation-accepted:{found.pk}",
        subject="Votre mandat est accepté",
        what=f"{found.delegate_name} peut maintenant agir en votre nom, pour les actes que vous avez choisis.",
    )
    return found


def revoke_delegation(*, holder: Holder, key: UUID, now: datetime) -> None:
    """Take it back: the next request of the delegate is refused. Twice is once."""
    Delegation.objects.filter(pk=key, holder=holder, revoked_at__isnull=True).update(revoked_at=now)


@transaction.atomic
def act_under(*, delegation: Delegation, user: User, act: DelegatedAct, what: str) -> Delegation:
    """Check that the user may do the act now, and write that it is done. Call it in the transaction of the act.

    Raises NotAllowed when the mandate is another's, over, taken back, does not name the act, or when the person had
    the use of their data restricted.
    """
    held = (
        Delegation.objects.select_for_update(of=("self",))
        .holding_on(timezone.localdate())
        .select_related("holder")
        .filter(pk=delegation.pk, delegate=user, acts__contains=[act])
        .first()
    )
    if held is None or not _may_be(user, held.kind) or is_restricted(held.holder):
        raise NotAllowed
    DelegatedActEntry.objects.create(delegation=held, actor=user, act=act, what=what)
    record_consultation(actor=user, partner=_quality(held), holder=held.holder, purpose=PURPOSE, what=what)
    return held


PURPOSE = "Mandat que vous avez donné"


@transaction.atomic
def declare_situation_under(
    *,
    delegation: Delegation,
    user: User,
    kind: SituationKind,
    effective_on: date,
    details: dict[str, Any],
    is_over: bool,
) -> Situation:
    """Declare that the situation begins, or ends when `is_over`. Raises NotAllowed, and what declaring raises."""
    held = act_under(
        delegation=delegation,
        user=user,
        act=DelegatedAct.DECLARE_SITUATION,
        what=f"Déclaration de situation : {kind.label}",
    )
    if is_over:
        return end_situation(holder=held.holder, kind=kind, last_day=effective_on)
    declared = declare_situation(holder=held.holder, kind=kind, effective_on=effective_on, details=details)
    declared.source_detail = "par la personne que vous avez mandatée"
    declared.save(update_fields=["source_detail"])
    return declared


@transaction.atomic
def ask_about_data_under(
    *, delegation: Delegation, user: User, kind: DataRequestKind, text: str, today: date
) -> DataRequest:
    """Raises NotAllowed."""
    held = act_under(
        delegation=delegation,
        user=user,
        act=DelegatedAct.ASK_ABOUT_DATA,
        what=f"Demande sur vos données : {kind.label}"[:200],
    )
    return submit_data_request(holder=held.holder, kind=kind, text=text, today=today)


def _may_be(user: User, kind: str) -> bool:
    """An adviser's mandate serves an adviser in office alone."""
    return user.is_active and (kind != DelegateKind.ADVISER or StaffRole.CEP_ADVISER in current_roles(user))


def _quality(delegation: Delegation) -> str:
    return "" if delegation.kind == DelegateKind.ADVISER else f"Mandataire : {delegation.delegate_name}"[:100]

"""Proving one's identity without FranceConnect+: before an agent, or by a code that only one letter-box receives."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import PHOTO_FACTS, AssuranceLevel, ContactKind, ProofKind, StaffRole
from accounts.exceptions import (
    LetterUnderWay,
    NoPostalAddress,
    NotAllowed,
    PhoneNotConfirmed,
    PostalAddressTooRecent,
    TwoFactsNeeded,
    WrongPostedCode,
)
from accounts.models import ContactChange, Holder, IdentityProof, ProofCode
from accounts.rules.contact_points import is_same_phone
from accounts.selectors.contact_points import postal_address_stands_from
from accounts.selectors.staff import current_roles
from accounts.services.access_log import record_consultation
from accounts.services.activation import CODE_ALPHABET, CODE_LENGTH
from accounts.services.letters import write_proof_letter
from accounts.services.messages import announce_identity_proof
from cpa_portal.kernel.encryption import keyed_hash, keyed_hashes

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from accounts.models import User

# Those who receive the public.
COUNTER_AGENTS: frozenset[str] = frozenset({StaffRole.CEP_ADVISER, StaffRole.CEP_MANAGER})
BETWEEN_LETTERS = timedelta(days=7)


@transaction.atomic
def record_counter_check(
    *,
    actor: User,
    holder: Holder,
    facts: Collection[str],
    reason: str,
    now: datetime,
    phone_that_rang: str = "",
) -> IdentityProof:
    """An agent saw two pieces, one of them with a photograph: the person may spend for IDENTITY_PROOF_VALID_DAYS.

    The person is told, and finds the agent's look in « Mes données ». Raises NotAllowed (not an agent of a counter,
    or one's own account), TwoFactsNeeded, PhoneNotConfirmed. `phone_that_rang`: the number that the agent rang, the
    person being there; it is then more than declared.
    """
    if not COUNTER_AGENTS & current_roles(actor) or holder.user_id == actor.pk:
        raise NotAllowed
    seen = sorted(set(facts))
    if len(seen) < 2 or not PHOTO_FACTS & set(seen) or not reason.strip():
        raise TwoFactsNeeded
    if phone_that_rang:
        _confirm_phone(holder, phone_that_rang, now)
    record_consultation(
        actor=actor, holder=holder, purpose="Contrôle de votre identité au guichet", what="Identité"
    )
    return _prove(holder, ProofKind.COUNTER, now, facts=seen, reason=reason.strip(), verified_by=actor)


@transaction.atomic
def send_proof_code(*, holder: Holder, user: User, now: datetime) -> ProofCode:
    """Write a letter with a code to the address that is held, never to one that the person who asks gives.

    Raises NoPostalAddress, PostalAddressTooRecent (the former address has not read its letter yet), LetterUnderWay
    (one a week, so that nobody fills a letter-box).
    """
    held = Holder.objects.select_for_update().get(pk=holder.pk)
    if not held.postal_address:
        raise NoPostalAddress
    stands_from = postal_address_stands_from(held)
    if stands_from is not None and now < stands_from:
        raise PostalAddressTooRecent(stands_from)
    if ProofCode.objects.filter(holder=held, created_at__gt=now - BETWEEN_LETTERS).exists():
        raise LetterUnderWay
    ProofCode.objects.filter(holder=held, closed_at__isnull=True).update(closed_at=now)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    row = ProofCode.objects.create(
        holder=held,
        user=user,
        code_hash=keyed_hash(code),
        created_at=now,
        expires_at=now + timedelta(days=settings.PROOF_CODE_VALID_DAYS),
    )
    write_proof_letter(holder=held, code=code, expires_at=row.expires_at)
    return row


def prove_by_posted_code(*, holder: Holder, user: User, code: str, now: datetime) -> IdentityProof:
    """The code of the letter, typed by whoever asked for it. Serves once; five wrong ones close it.

    Raises WrongPostedCode for every reason: wrong, expired, used, another person's.
    """
    with transaction.atomic():
        row = (
            ProofCode.objects.select_for_update()
            .filter(
                holder=holder,
                user=user,
                closed_at__isnull=True,
                expires_at__gt=now,
                wrong_tries__lt=settings.PROOF_CODE_ATTEMPTS,
            )
            .first()
        )
        if row is not None and row.code_hash in keyed_hashes(_canonical(code)):
            row.closed_at = now
            row.save(update_fields=["closed_at"])
            _confirm_address(holder, row, now)
            return _prove(holder, ProofKind.POST, now)
        if row is not None:
            ProofCode.objects.filter(pk=row.pk).update(wrong_tries=F("wrong_tries") + 1)
    raise WrongPostedCode


def _prove(
    holder: Holder,
    kind: ProofKind,
    now: datetime,
    *,
    facts: list[str] | None = None,
    reason: str = "",
    verified_by: User | None = None,
) -> IdentityProof:
    proof = IdentityProof.objects.create(
        holder=holder,
        kind=kind,
        level=AssuranceLevel.EIDAS2,
        facts=facts or [],
        reason=reason,
        verified_by=verified_by,
        verified_at=now,
        valid_until=now + timedelta(days=settings.IDENTITY_PROOF_VALID_DAYS),
    )
    announce_identity_proof(holder=holder, proof=proof)
    return proof


def _confirm_phone(holder: Holder, rang: str, now: datetime) -> None:
    held = Holder.objects.select_for_update().get(pk=holder.pk)
    if held.refuses_calls or not is_same_phone(held.phone, rang):
        raise PhoneNotConfirmed
    Holder.objects.filter(pk=held.pk).update(phone_verified_on=timezone.localdate(now))


def _confirm_address(holder: Holder, letter: ProofCode, now: datetime) -> None:
    """The code came by post: the address receives mail, unless it is no longer the one of the letter."""
    moved_since = ContactChange.objects.filter(
        user=holder.user_id, what=ContactKind.POSTAL, applied_at__gt=letter.created_at
    )
    if not moved_since.exists():
        Holder.objects.filter(pk=holder.pk).update(postal_verified_on=timezone.localdate(now))


def _canonical(code: str) -> str:
    """As it was drawn, however the person copies it."""
    return "".join(sign for sign in code.upper() if sign in CODE_ALPHABET)

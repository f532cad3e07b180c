"""Who may spend: the one guard in front of every spending, and the blocks that stop it.

A password shows an account; it never spends from it (51 M€ went that way before strong sign-in was required).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from accounts.enums import AssuranceLevel, BlockKind, StaffRole
from accounts.exceptions import (
    AccountBlocked,
    BlockAlreadyLifted,
    CoolingPeriod,
    IdentityProofNeeded,
    NotAllowed,
    SamePersonLifts,
)
from accounts.models import Holder, SpendingBlock
from accounts.selectors.spending import cooling_until, is_blocked, standing_proof
from accounts.selectors.staff import current_roles

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import User
    from accounts.services.sign_in_proofs import Assurance

# Those who freeze and reopen accounts. Two of them are needed to reopen.
GUARDIANS: frozenset[str] = frozenset({StaffRole.RSSI, StaffRole.ADMINISTRATOR})


def check_may_spend(*, holder: Holder, assurance: Assurance | None, now: datetime) -> None:
    """Refuse a spending that the person may not make now. Call it in the transaction that spends.

    `assurance`: what the session proves, None for a password. Without a fresh strong one, only a standing check at a
    counter or by post counts. Locks the holder's row: a block that commits first wins, one that comes later waits.
    Raises AccountBlocked, CoolingPeriod, IdentityProofNeeded.
    """
    locked = Holder.objects.select_for_update(no_key=True).only("deceased_on").get(pk=holder.pk)
    if not locked.is_alive:
        raise AccountBlocked
    check_not_stopped(holder=holder, now=now)
    if not is_proven(holder=holder, assurance=assurance, now=now):
        raise IdentityProofNeeded


def check_not_stopped(*, holder: Holder, now: datetime) -> None:
    """The part of the guard that no proof of identity lifts. Raises AccountBlocked, CoolingPeriod."""
    if is_blocked(holder):
        raise AccountBlocked
    until = cooling_until(holder)
    if until is not None and until > now:
        raise CoolingPeriod(until)


def is_proven(*, holder: Holder, assurance: Assurance | None, now: datetime) -> bool:
    """A fresh strong sign-in of this very person, or a check at a counter or by post that still holds."""
    return is_strong_and_fresh(holder, assurance, now) or standing_proof(holder, now) is not None


def is_strong_and_fresh(holder: Holder, assurance: Assurance | None, now: datetime) -> bool:
    return (
        assurance is not None
        and assurance.user_id == holder.user_id
        and assurance.level.is_at_least(AssuranceLevel.EIDAS2)
        and assurance.is_fresh(now)
    )


# Blocks ---------------------------------------------------------------------------------------
def block_own_account(*, holder: Holder, user: User) -> SpendingBlock:
    """The person stops every spending at once, without a proof: closing is always allowed. Twice is once."""
    return _place(holder, BlockKind.HOLDER, "Blocage demandé par le titulaire", user)


def freeze_account(*, holder: Holder, actor: User, reason: str) -> SpendingBlock:
    """A guardian stops every spending. Raises NotAllowed, ValueError without a reason."""
    _check_guardian(actor, holder)
    if not reason.strip():
        raise ValueError("a freeze says why")
    return _place(holder, BlockKind.STAFF, reason.strip(), actor)


def reopen_own_account(*, holder: Holder, user: User, assurance: Assurance | None, now: datetime) -> None:
    """The person takes back their own block. A standing check from before the block does not do: whoever has the
    password has it too. Raises IdentityProofNeeded.

    A block placed through a former user of the account, and a freeze, are left to the guardians.
    """
    with transaction.atomic():
        Holder.objects.select_for_update(no_key=True).only("pk").get(pk=holder.pk)
        own = SpendingBlock.objects.filter(
            holder=holder, kind=BlockKind.HOLDER, placed_by=user, lifted_at__isnull=True
        )
        placed_at = own.values_list("placed_at", flat=True).first()
        if placed_at is None:
            return
        proof = standing_proof(holder, now)
        if not is_strong_and_fresh(holder, assurance, now) and (
            proof is None or proof.verified_at <= placed_at
        ):
            raise IdentityProofNeeded
        own.update(lifted_by=user, lifted_at=now)


def ask_to_reopen(*, block_id: UUID, actor: User, reason: str, now: datetime) -> SpendingBlock:
    """The first of two guardians, who says why. Raises NotAllowed, BlockAlreadyLifted, ValueError."""
    if not reason.strip():
        raise ValueError("reopening says why")
    with transaction.atomic():
        block = _standing_block(block_id, actor)
        block.lift_asked_by, block.lift_asked_at, block.lift_reason = actor, now, reason.strip()
        block.save(update_fields=["lift_asked_by", "lift_asked_at", "lift_reason"])
    return block


def confirm_reopening(*, block_id: UUID, actor: User, now: datetime) -> SpendingBlock:
    """The second guardian. Raises NotAllowed, BlockAlreadyLifted, SamePersonLifts (the constraint decides too)."""
    with transaction.atomic():
        block = _standing_block(block_id, actor)
        if block.lift_asked_by_id is None or block.lift_asked_by_id == actor.pk:
            raise SamePersonLifts
        block.lifted_by, block.lifted_at = actor, now
        block.save(update_fields=["lifted_by", "lifted_at"])
    return block


def _place(holder: Holder, kind: BlockKind, reason: str, placed_by: User) -> SpendingBlock:
    with transaction.atomic():
        # After this lock no spending of the account is under way: what comes next finds the block.
        Holder.objects.select_for_update(no_key=True).only("pk").get(pk=holder.pk)
        wanted = SpendingBlock(holder=holder, kind=kind, reason=reason, placed_by=placed_by)
        try:
            with transaction.atomic():
                wanted.save(force_insert=True)
        except IntegrityError:
            return SpendingBlock.objects.get(holder=holder, kind=kind, lifted_at__isnull=True)
    return wanted


def _standing_block(block_id: UUID, actor: User) -> SpendingBlock:
    block = SpendingBlock.objects.select_for_update(of=("self",)).select_related("holder").get(pk=block_id)
    _check_guardian(actor, block.holder)
    if block.lifted_at is not None:
        raise BlockAlreadyLifted
    return block


def _check_guardian(actor: User, holder: Holder) -> None:
    """Nobody freezes or reopens their own account as an agent."""
    if not GUARDIANS & current_roles(actor) or holder.user_id == actor.pk:
        raise NotAllowed

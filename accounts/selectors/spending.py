from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.enums import AssuranceLevel, ContactKind, ProofKind
from accounts.models import ContactChange, IdentityProof, ProofCode, SpendingBlock

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Holder

# FranceConnect proves the session in which it happened, and no other.
STANDING_KINDS = (ProofKind.COUNTER, ProofKind.POST)
STRONG_LEVELS = tuple(level for level in AssuranceLevel if level.is_at_least(AssuranceLevel.EIDAS2))


def is_blocked(holder: Holder) -> bool:
    return SpendingBlock.objects.filter(holder=holder, lifted_at__isnull=True).exists()


def standing_blocks(holder: Holder) -> list[SpendingBlock]:
    """What stops the spending of the account now, newest first. One query."""
    return list(SpendingBlock.objects.filter(holder=holder, lifted_at__isnull=True))


def standing_proof(holder: Holder, now: datetime) -> IdentityProof | None:
    """The check at a counter or by post that was made last, None when none holds. One query."""
    return (
        IdentityProof.objects.filter(
            holder=holder,
            kind__in=STANDING_KINDS,
            level__in=STRONG_LEVELS,
            verified_at__lte=now,
            valid_until__gt=now,
        )
        .order_by("-verified_at")
        .first()
    )


def cooling_until(holder: Holder) -> datetime | None:
    """The end of the period that follows the last change of a contact point, None when nothing changed. One query.

    A first telephone replaces nothing and opens nothing: it stops nothing.
    """
    if holder.user_id is None:
        return None
    changes = ContactChange.objects.filter(user_id=holder.user_id, applied_at__isnull=False).exclude(
        what=ContactKind.PHONE, old_value=""
    )
    last = changes.order_by("-applied_at").values_list("applied_at", flat=True).first()
    return last + timedelta(hours=settings.CONTACT_CHANGE_COOLING_HOURS) if last else None


def all_standing_blocks() -> list[SpendingBlock]:
    """Every account that is stopped, for the guardians of the installation. One query."""
    blocks = SpendingBlock.objects.filter(lifted_at__isnull=True)
    return list(blocks.select_related("holder", "placed_by", "lift_asked_by"))


def open_proof_code(holder: Holder, now: datetime) -> ProofCode | None:
    """The letter under way or received, None when there is none to type a code from. One query."""
    return ProofCode.objects.filter(holder=holder, closed_at__isnull=True, expires_at__gt=now).first()

"""The word of each side on the two mappings: an application has a profile, a profile opens an operation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.rules.names import filtered_words
from agora_sync.enums import ApprovalSide
from agora_sync.exceptions import ApprovalRefused
from agora_sync.models import MappingApproval, PAGMAssignment
from agora_sync.selectors.approvals import Mapping

_REFUSALS = {
    "agora_approval_assignment_side_once": "Cette partie a déjà approuvé une de ces lignes.",
    "agora_approval_right_side_once": "Cette partie a déjà approuvé une de ces lignes.",
    "agora_approval_assignment_person_once": "La même personne ne peut pas approuver pour les deux parties.",
    "agora_approval_right_person_once": "La même personne ne peut pas approuver pour les deux parties.",
    "agora_approval_names_somebody": "Donnez le nom et la qualité de la personne qui approuve.",
    "agora_approval_of_partner_is_written": "Donnez la référence de l’écrit du partenaire.",
}


def approve_mappings(
    *,
    mappings: Iterable[Mapping],
    side: ApprovalSide,
    approver: str,
    quality: str,
    reference: str = "",
    recorded_by: User | None = None,
    at: datetime | None = None,
) -> int:
    """Write that a side approves these very rows, all or none. They count once the other side did. Returns how many.

    `reference`: the writing that says so, needed for a partner. `at` (now by default): when it counts from. Raises
    ApprovalRefused: said already, one person for both sides, a partner that our own agent speaks for, nothing written.
    """
    key = _key(approver)
    if side == ApprovalSide.PARTNER and recorded_by is not None and key == _key(recorded_by.get_full_name()):
        raise ApprovalRefused(
            "Vous ne pouvez pas approuver au nom du partenaire : nommez qui a signé son écrit."
        )
    said = [
        MappingApproval(
            **{"assignment" if isinstance(mapping, PAGMAssignment) else "right": mapping},
            side=side,
            approver=approver.strip(),
            approver_key=key,
            quality=quality.strip(),
            reference=reference.strip(),
            recorded_by=recorded_by,
            approved_at=at or timezone.now(),
        )
        for mapping in mappings
    ]
    try:
        with transaction.atomic():
            MappingApproval.objects.bulk_create(said)
    except IntegrityError as problem:
        raise ApprovalRefused(_reason(problem)) from None
    return len(said)


def _key(name: str) -> str:
    return " ".join(filtered_words(name))[:200]


def _reason(problem: IntegrityError) -> str:
    constraint = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", "")
    try:
        return _REFUSALS[constraint]
    except KeyError:
        raise problem from None

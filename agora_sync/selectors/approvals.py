"""Which mappings of a partner still wait for a word."""

from __future__ import annotations

from agora_sync.enums import ApprovalSide
from agora_sync.models import MappingApproval, PAGMAssignment, PAGMRight, PartnerApplication

Mapping = PAGMAssignment | PAGMRight


def awaiting_approval(application: PartnerApplication, side: ApprovalSide) -> list[Mapping]:
    """The standing mappings of an application, its profiles and what they open, that this side did not approve."""
    said = MappingApproval.objects.filter(side=side)
    assignments = PAGMAssignment.objects.filter(application=application, ends_at__isnull=True)
    rights = PAGMRight.objects.filter(
        pagm__assignments__application=application, ends_at__isnull=True
    ).distinct()
    return [
        *assignments.exclude(pk__in=said.filter(assignment__isnull=False).values("assignment")),
        *rights.exclude(pk__in=said.filter(right__isnull=False).values("right")),
    ]

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agora_sync.enums import ApprovalSide
from agora_sync.models.habilitations import PAGMAssignment, PAGMRight
from cpa_portal.kernel.database import AppendOnlyModel


class MappingApproval(AppendOnlyModel):
    """One side's word on one mapping: that an application has a profile, or that a profile opens an operation.

    It stands on the exact row: what a row maps never changes, so that another mapping is another row, which nobody has
    approved yet. A mapping counts from the later of its two approvals on. Source: framework agreement, list of PAGM.
    """

    assignment = models.ForeignKey(
        PAGMAssignment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals",
        verbose_name="attribution",
    )
    right = models.ForeignKey(
        PAGMRight,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals",
        verbose_name="droit",
    )
    side = models.CharField("partie", max_length=10, choices=ApprovalSide.choices)
    approver = models.CharField("nom", max_length=200)
    # The name without case, accents and separators: what tells whether one person speaks for both sides.
    approver_key = models.CharField("nom filtré", max_length=200, editable=False)
    quality = models.CharField("qualité", max_length=200)
    reference = models.CharField("référence de l’écrit", max_length=200, blank=True)
    # Nobody where a command did it.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="inscrite par",
    )
    approved_at = models.DateTimeField("vaut à partir du")
    recorded_at = models.DateTimeField("inscrite le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "approbation"
        constraints = [
            models.CheckConstraint(
                condition=Q(assignment__isnull=True, right__isnull=False)
                | Q(assignment__isnull=False, right__isnull=True),
                name="agora_approval_of_one_mapping",
            ),
            models.CheckConstraint(
                condition=Q(side__in=ApprovalSide.values), name="agora_approval_side_known"
            ),
            models.CheckConstraint(
                condition=~Q(approver_key="") & ~Q(quality=""), name="agora_approval_names_somebody"
            ),
            # The word of a partner is a writing, which can be shown.
            models.CheckConstraint(
                condition=~Q(side=ApprovalSide.PARTNER) | ~Q(reference=""),
                name="agora_approval_of_partner_is_written",
            ),
            *(
                models.UniqueConstraint(fields=[mapping, once], name=f"agora_approval_{mapping}_{what}_once")
                for mapping in ("assignment", "right")
                for once, what in (("side", "side"), ("approver_key", "person"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} : {self.approver}"

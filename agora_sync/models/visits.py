from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from agora_sync.models.partners import Partner
from cpa_portal.kernel.database import AppendOnlyModel


class PartnerVisit(AppendOnlyModel):
    """A partner opened its own area, or asked there about a trace: which one, and whether it was its own."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="visits", verbose_name="partenaire"
    )
    trace_id = models.UUIDField("identifiant de trace", null=True)
    was_found = models.BooleanField("trouvée", default=False)
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "visite d’un partenaire"
        verbose_name_plural = "visites des partenaires"
        indexes = [models.Index(fields=["partner", "-at"], name="agora_visit_recent_idx")]

    def __str__(self) -> str:
        return f"{self.partner_id} le {self.at:%d/%m/%Y}"

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from agora_sync.enums import CorrectionRuleState


class CorrectionRule(models.Model):
    """A correction made again and again in a region, that later refusals are proposed (règle de correction).

    For a cause, a field of the file and the value that stands there: the right one. Proposed by counting, in the name
    of whoever corrected last; approved by somebody else; switched off, never deleted: what it did stays listed.
    """

    region_code = models.CharField("région (code INSEE)", max_length=3, blank=True)
    fault_code = models.CharField("code de refus", max_length=60)
    # The name of a field of the file, and its values as they are written there.
    field = models.CharField("donnée", max_length=30)
    before = models.JSONField("valeur à remplacer")
    after = models.JSONField("valeur juste")
    state = models.CharField(
        "état", max_length=10, choices=CorrectionRuleState.choices, default=CorrectionRuleState.PROPOSED
    )
    seen = models.PositiveIntegerField("corrections comptées")
    proposed_at = models.DateTimeField("proposée le", db_default=Now(), editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="proposée par"
    )
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidée par",
    )
    sends_by_itself = models.BooleanField("envoie sans confirmation", default=False)
    switched_off_at = models.DateTimeField("arrêtée le", null=True, blank=True)
    switched_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="arrêtée par",
    )
    switched_off_why = models.CharField("pourquoi", max_length=300, blank=True)

    class Meta:
        verbose_name = "règle de correction"
        verbose_name_plural = "règles de correction"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CorrectionRuleState.values), name="agora_rule_state_known"
            ),
            # One answer to one error: two rules would correct each other.
            models.UniqueConstraint(
                fields=["region_code", "fault_code", "field", "before"],
                condition=Q(state__in=[CorrectionRuleState.PROPOSED, CorrectionRuleState.ON]),
                name="agora_rule_one_answer",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="agora_rule_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=CorrectionRuleState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True
                )
                | ~Q(state=CorrectionRuleState.PROPOSED)
                & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="agora_rule_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=CorrectionRuleState.OFF)
                | Q(switched_off_by__isnull=False, switched_off_at__isnull=False),
                name="agora_rule_switched_off_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fault_code} : {self.field}"

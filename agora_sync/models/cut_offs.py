from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from agora_sync.models.partners import Partner


class CutOffQuerySet(models.QuerySet["CutOff"]):
    def in_force(self, at: datetime) -> CutOffQuerySet:
        return self.filter(Q(lifted_at__isnull=True) | Q(lifted_at__gt=at), started_at__lte=at)


class CutOff(models.Model):
    """From when to when the interconnection with a partner was cut: what `Partner.cut_off_at` forgets once lifted.

    The database writes it, whoever changes that column (migrations/_mappings.py).
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="cut_offs", verbose_name="partenaire"
    )
    started_at = models.DateTimeField("depuis")
    lifted_at = models.DateTimeField("levée le", null=True)

    objects = CutOffQuerySet.as_manager()

    class Meta:
        verbose_name = "coupure d’un partenaire"
        verbose_name_plural = "coupures des partenaires"
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("started_at")),
                name="agora_cut_off_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["partner"], condition=Q(lifted_at__isnull=True), name="agora_cut_off_one_at_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} depuis le {self.started_at:%d/%m/%Y}"

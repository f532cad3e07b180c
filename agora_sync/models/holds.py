"""What keeps traces beyond their time, and the months that were lawfully removed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from agora_sync.enums import HoldKind
from cpa_portal.kernel.database import AppendOnlyModel


class TraceHold(models.Model):
    """The traces of some days are kept whatever their age: who decided it, why, from when until when.

    Lifted once, never rewritten nor deleted: a trigger sees to it. Source: service agreement with AGORA (longer under
    an incident or a litigation).
    """

    kind = models.CharField("nature", max_length=20, choices=HoldKind.choices)
    reason = models.CharField("motif", max_length=500)
    first_day = models.DateField("traces à partir du")
    last_day = models.DateField("traces jusqu’au (inclus)")
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="posée par"
    )
    placed_at = models.DateTimeField("posée le", db_default=Now(), editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="levée par",
    )
    lifted_at = models.DateTimeField("levée le", null=True, blank=True)

    class Meta:
        verbose_name = "retenue de traces"
        verbose_name_plural = "retenues de traces"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=HoldKind.values), name="agora_hold_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="agora_hold_says_why"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="agora_hold_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False),
                name="agora_hold_lifting_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.first_day:%d/%m/%Y} au {self.last_day:%d/%m/%Y}"


class TraceRemoval(AppendOnlyModel):
    """A month of traces whose time was over, removed by the command and signed: what is missing there is no fault.

    The signature is made under a key that the database does not hold, so that its owner cannot excuse a removal.
    """

    month = models.DateField("mois", unique=True)
    rows = models.PositiveIntegerField("traces retirées")
    ground = models.CharField("durée et texte appliqués", max_length=300)
    removed_at = models.DateTimeField("retiré le")
    key_id = models.CharField("clé", max_length=16)
    signature = models.CharField("signature", max_length=128)

    class Meta:
        verbose_name = "retrait d’un mois de traces"
        verbose_name_plural = "retraits de mois de traces"

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"

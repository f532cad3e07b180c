"""Asking to close a site: opening one is free, closing one is decided by who answers for the contract."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cep.enums import ClosingDecision
from cep.models.network import Site
from cep.models.plan import SiteClosure


class ClosingRequest(models.Model):
    """What the operator asks, the figures as they were that day, and the decision with its effect.

    Occupancy, distance to another site and a commitment to reopen are asked for by the evaluation of the framework
    contracts (France compétences, 2022).
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="closing_requests", verbose_name="lieu")
    first_day = models.DateField("fermé à partir du")
    reopens_on = models.DateField("rouvert le", help_text="L’engagement de réouverture est daté.")
    reason = models.CharField("motif", max_length=200)
    commitment = models.TextField(
        "engagement",
        max_length=2000,
        help_text="Ce qui permettra de rouvrir, et où les personnes iront d’ici là.",
    )
    evidence = models.TextField(
        "éléments de preuve",
        max_length=2000,
        help_text="Bail, courrier, relevé : ce qui établit le motif, avec sa date.",
    )
    offered_minutes = models.PositiveIntegerField("minutes offertes", editable=False)
    used_minutes = models.PositiveIntegerField("minutes occupées", editable=False)
    # Empty where the operator has no other site.
    nearest_site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="autre lieu",
        editable=False,
    )
    nearest_km = models.FloatField("distance (km)", null=True, blank=True, editable=False)
    asked_at = models.DateTimeField("demandé le", db_default=Now(), editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par",
        editable=False,
    )  # fmt: skip
    decision = models.CharField(
        "décision", max_length=10, choices=ClosingDecision, blank=True, default=ClosingDecision.PENDING
    )
    decision_reason = models.TextField("motif de la décision", max_length=2000, blank=True, default="")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="décidé par", editable=False,
    )  # fmt: skip
    closure = models.OneToOneField(
        SiteClosure, models.PROTECT, null=True, blank=True, related_name="asked", editable=False
    )

    class Meta:
        verbose_name = "demande de fermeture"
        verbose_name_plural = "demandes de fermeture"
        ordering = ["-asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(decision=ClosingDecision.PENDING),
                name="cep_closing_one_pending_per_site",
            ),
            models.CheckConstraint(
                name="cep_closing_days_in_order", condition=Q(reopens_on__gt=F("first_day"))
            ),
            models.CheckConstraint(
                name="cep_closing_said_why",
                condition=~Q(reason="") & ~Q(commitment="") & ~Q(evidence=""),
            ),
            # No effect without a decision, no decision without its reason, no acceptance without its effect.
            models.CheckConstraint(
                name="cep_closing_effect_of_decision",
                condition=Q(decision=ClosingDecision.PENDING, decided_at__isnull=True, closure__isnull=True)
                | (
                    Q(decided_at__isnull=False)
                    & ~Q(decision_reason="")
                    & (
                        Q(decision=ClosingDecision.ACCEPTED, closure__isnull=False)
                        | Q(decision=ClosingDecision.REFUSED, closure__isnull=True)
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}, du {self.first_day:%d/%m/%Y} à la réouverture du {self.reopens_on:%d/%m/%Y}"

    @property
    def is_pending(self) -> bool:
        return self.decision == ClosingDecision.PENDING

    @property
    def occupancy(self) -> float | None:
        """The share of offered time that was used, from 0 to 1; None where nothing was offered."""
        return self.used_minutes / self.offered_minutes if self.offered_minutes else None

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from agora_sync.models.habilitations import instants
from agora_sync.models.partners import Partner


class TransmissionDelegationQuerySet(models.QuerySet["TransmissionDelegation"]):
    def in_force(self, at: datetime) -> TransmissionDelegationQuerySet:
        """Begun, not over and not revoked at that instant."""
        return self.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at),
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=at),
            starts_at__lte=at,
        )


class TransmissionDelegation(models.Model):
    """A partner lets a third party transmit for it (délégation de transmission), notified in writing beforehand.

    The delegate opens the channel with its own certificate; the vector stays the partner's. Ended or revoked, never
    deleted: who could transmit for whom must be answerable. Source: service agreement with AGORA.
    """

    delegator = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="delegations_given", verbose_name="partenaire"
    )
    delegate = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="delegations_held", verbose_name="délégataire"
    )
    notice = models.CharField(
        "référence de la notification écrite", max_length=200, help_text="Courrier ou message, avec sa date."
    )
    notified_at = models.DateTimeField("notifiée le")
    starts_at = models.DateTimeField("à partir du")
    ends_at = models.DateTimeField("jusqu’au", null=True, blank=True)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    objects = TransmissionDelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégation de transmission"
        verbose_name_plural = "délégations de transmission"
        constraints = [
            models.CheckConstraint(
                condition=~Q(delegator=F("delegate")), name="agora_delegation_to_somebody_else"
            ),
            models.CheckConstraint(condition=~Q(notice=""), name="agora_delegation_has_its_notice"),
            models.CheckConstraint(
                condition=Q(notified_at__lte=F("starts_at")), name="agora_delegation_notified_before"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="agora_delegation_dates_in_order",
            ),
            ExclusionConstraint(
                name="agora_delegation_no_overlap",
                expressions=[
                    ("delegator", RangeOperators.EQUAL),
                    ("delegate", RangeOperators.EQUAL),
                    (instants("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegator_id} par {self.delegate_id} depuis le {self.starts_at:%d/%m/%Y}"

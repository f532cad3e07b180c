from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from agora_sync.contract import Version
from agora_sync.contract.notices import NoNotice, earliest_withdrawal
from agora_sync.models.habilitations import instants
from agora_sync.models.partners import Partner


class ContractOpeningQuerySet(models.QuerySet["ContractOpening"]):
    def at(self, instant: datetime) -> ContractOpeningQuerySet:
        """The versions that could be called at that instant."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=instant), starts_at__lte=instant)


class ContractOpening(models.Model):
    """A version of the contract that a partner may call, and when. Without a row in force, it is refused that version.

    A withdrawal is announced: six months before when the change is significant, three months otherwise
    (`contract.notices`). Ended, never deleted: the past must be answerable.
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="contract_openings", verbose_name="partenaire"
    )
    version = models.CharField("version du contrat", max_length=10, choices=Version.choices)
    starts_at = models.DateTimeField("ouverte à partir du")
    ends_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawal_announced_at = models.DateTimeField("retrait annoncé le", null=True, blank=True)
    is_significant = models.BooleanField(
        "changement significatif",
        default=True,
        help_text="Le préavis du retrait est alors le plus long des deux que prévoit la convention.",
    )

    objects = ContractOpeningQuerySet.as_manager()

    class Meta:
        verbose_name = "ouverture d’une version du contrat"
        verbose_name_plural = "ouvertures des versions du contrat"
        ordering = ["partner", "version", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(version__in=Version.values), name="agora_opening_version_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="agora_opening_dates_in_order",
                violation_error_message="Le retrait vient après l’ouverture.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True, withdrawal_announced_at__isnull=True)
                | Q(
                    ends_at__isnull=False,
                    withdrawal_announced_at__isnull=False,
                    withdrawal_announced_at__lt=F("ends_at"),
                ),
                name="agora_opening_withdrawal_announced",
                violation_error_message="Un retrait a sa date et celle de son annonce, qui vient avant.",
            ),
            ExclusionConstraint(
                name="agora_opening_no_overlap",
                expressions=[
                    ("partner", RangeOperators.EQUAL),
                    ("version", RangeOperators.EQUAL),
                    (instants("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette version est déjà ouverte à ce partenaire à ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.version} depuis le {self.starts_at:%d/%m/%Y}"

    def clean(self) -> None:
        """Raises ValidationError when the withdrawal comes before its notice is over."""
        if self.withdrawal_announced_at is None or self.ends_at is None:
            return
        announced = timezone.localdate(self.withdrawal_announced_at)
        try:
            earliest = earliest_withdrawal(announced, is_significant=self.is_significant)
        except NoNotice:
            raise ValidationError(
                {"withdrawal_announced_at": "Aucun préavis n’était convenu à cette date."}
            ) from None
        if timezone.localdate(self.ends_at) < earliest:
            told = (
                f"Annoncé le {announced:%d/%m/%Y}, le retrait prend effet au plus tôt le {earliest:%d/%m/%Y}."
            )
            raise ValidationError({"ends_at": f"Le préavis n’est pas tenu. {told}"})

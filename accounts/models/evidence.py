"""What must stay as it was written: who looked at a person's data, and what the person agreed to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.enums import ConsentAct
from accounts.models.holder import Holder
from cpa_portal.kernel.database import AppendOnlyModel, PartitionedModel


class AccessLogEntry(PartitionedModel):
    """One consultation of one person's data by staff or by a partner. The holder reads it as written."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="consultations",
        verbose_name="consulté par",
    )
    # The roles held at that moment: the evidence must not change when habilitations do.
    actor_roles = ArrayField(models.CharField(max_length=30), default=list, verbose_name="rôles")
    partner = models.CharField("partenaire", max_length=100, blank=True)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="consultations", verbose_name="titulaire"
    )
    purpose = models.CharField("motif", max_length=200)
    what = models.CharField("donnée consultée", max_length=200)

    class Meta:
        verbose_name = "consultation"
        indexes = [models.Index(fields=["holder", "-at"], name="accounts_access_holder_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | ~Q(partner=""), name="accounts_access_someone_looked"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(what=""), name="accounts_access_says_why_and_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} ({self.purpose})"


class Consent(AppendOnlyModel):
    """One act of consent or withdrawal; the last one for a purpose and a beneficiary decides."""

    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="consents", verbose_name="titulaire"
    )
    purpose = models.CharField("finalité", max_length=60)
    beneficiary = models.CharField("bénéficiaire", max_length=100, blank=True)
    text_version = models.CharField("version du texte", max_length=20)
    act = models.CharField("acte", max_length=10, choices=ConsentAct.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="enregistré par",
    )
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "consentement"
        indexes = [
            models.Index(
                fields=["holder", "purpose", "beneficiary", "-id"], name="accounts_consent_latest_idx"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=ConsentAct.values), name="accounts_consent_act_known"),
            models.CheckConstraint(condition=~Q(text_version=""), name="accounts_consent_text_named"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} : {self.get_act_display()}"

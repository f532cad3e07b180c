from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import BackgroundJob
from agora_sync.enums import CorrectionOutcome
from agora_sync.models.correction_rules import CorrectionRule
from agora_sync.models.exchanges import Exchange


class CorrectionBatch(models.Model):
    """Corrections prepared together by an agent: shown first, then sent or undone, once and whole.

    Sending is asked for once (`sending_at`, `sent_by`) and done line by line, by whoever holds its job; `sent_at` says
    that no line is left.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="préparé par"
    )
    # Prepared by a rule, in the name of who approved it: any agent of its region may confirm it.
    rule = models.ForeignKey(
        CorrectionRule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name="règle",
    )
    made_at = models.DateTimeField("préparé le", auto_now_add=True)
    sending_at = models.DateTimeField("envoi demandé le", null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="envoyé par",
    )
    job = models.ForeignKey(
        BackgroundJob,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="travail",
    )
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    # Of a sheet: the lines that could not be taken, each with its reason.
    refused_lines = models.JSONField("lignes écartées", default=list, blank=True)

    class Meta:
        verbose_name = "lot de corrections"
        verbose_name_plural = "lots de corrections"
        constraints = [
            models.CheckConstraint(
                condition=Q(sending_at__isnull=True) | Q(undone_at__isnull=True),
                name="agora_batch_sent_or_undone",
            ),
            models.CheckConstraint(
                condition=Q(sending_at__isnull=False, sent_by__isnull=False)
                | Q(sending_at__isnull=True, sent_by__isnull=True, sent_at__isnull=True),
                name="agora_batch_sent_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(sending_at__isnull=True, undone_at__isnull=True),
                name="agora_batch_one_open_of_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"corrections {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.sending_at is None and self.undone_at is None

    @property
    def is_being_sent(self) -> bool:
        return self.sending_at is not None and self.sent_at is None


class Correction(models.Model):
    """What is corrected for one refused exchange: by field of the file, the value that was there and the right one."""

    batch = models.ForeignKey(
        CorrectionBatch, on_delete=models.CASCADE, related_name="corrections", verbose_name="lot"
    )
    exchange = models.ForeignKey(
        Exchange, on_delete=models.CASCADE, related_name="corrections", verbose_name="échange"
    )
    # Why AGORA had refused it: the exchange forgets once it has left again.
    cause = models.CharField("code de refus", max_length=60, blank=True)
    changes = models.JSONField("valeurs corrigées")
    outcome = models.CharField(
        "résultat",
        max_length=10,
        choices=CorrectionOutcome.choices,
        default=CorrectionOutcome.PREPARED,
    )
    note = models.CharField("pourquoi", max_length=300, blank=True)

    class Meta:
        verbose_name = "correction"
        constraints = [
            models.UniqueConstraint(fields=["batch", "exchange"], name="agora_correction_once_a_batch"),
            models.CheckConstraint(
                condition=Q(outcome__in=CorrectionOutcome.values), name="agora_correction_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"correction de {self.exchange_id}"

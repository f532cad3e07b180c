from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from agora_sync.enums import GapKind, GapStep
from rights.models import TrainingFile


class Reconciliation(models.Model):
    """One comparison of all files with AGORA. `after` is the last person read: whoever goes on begins there."""

    after = models.UUIDField("dernière personne relue", null=True, blank=True)
    checked = models.PositiveIntegerField("personnes relues", default=0)
    unread = models.PositiveIntegerField("personnes qu’AGORA n’a pas pu donner", default=0)
    lease_until = models.DateTimeField("tenu jusqu’à", null=True, blank=True)
    # AGORA is closed, cut off or does not answer: why, and until when there is no point in asking.
    paused_until = models.DateTimeField("en pause jusqu’à", null=True, blank=True)
    paused_reason = models.CharField("motif de la pause", max_length=300, blank=True)
    started_at = models.DateTimeField("commencé le", db_default=Now(), editable=False)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "rapprochement avec AGORA"
        verbose_name_plural = "rapprochements avec AGORA"
        get_latest_by = "started_at"
        constraints = [
            # Two workers at the same instant go on with the same one.
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="agora_reconciliation_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"rapprochement du {self.started_at:%d/%m/%Y}"


class Gap(models.Model):
    """One difference between our files and AGORA's. Found again, it is the same one; `closed_at` when it vanished."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Our file's key, or AGORA's number when we have no such file.
    subject = models.CharField("objet", max_length=40)
    kind = models.CharField("nature", max_length=20, choices=GapKind.choices)
    item = models.CharField("donnée", max_length=120, blank=True)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="agora_gaps", verbose_name="titulaire"
    )
    training_file = models.ForeignKey(
        TrainingFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agora_gaps",
        verbose_name="dossier",
    )
    agora_number = models.CharField("numéro AGORA", max_length=40, blank=True)
    # As on exchanges: whose agents see the row. Empty: CDC alone.
    region_code = models.CharField("région (code INSEE)", max_length=3, blank=True)
    here = models.CharField("valeur ici", max_length=500, blank=True)
    there = models.CharField("valeur chez AGORA", max_length=500, blank=True)
    found_at = models.DateTimeField("constaté le", db_default=Now(), editable=False)
    seen_at = models.DateTimeField("constaté pour la dernière fois le", db_default=Now())
    closed_at = models.DateTimeField("disparu le", null=True, blank=True)

    class Meta:
        verbose_name = "écart avec AGORA"
        verbose_name_plural = "écarts avec AGORA"
        indexes = [
            models.Index(fields=["holder"], name="agora_gap_holder_idx"),
            models.Index(
                fields=["region_code", "kind", "found_at"],
                name="agora_gap_open_idx",
                condition=Q(closed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "item"], name="agora_gap_is_one"),
            models.CheckConstraint(condition=Q(kind__in=GapKind.values), name="agora_gap_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=GapKind.UNKNOWN_HERE) | Q(training_file__isnull=False),
                name="agora_gap_names_its_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class GapEvent(models.Model):
    """One line of the history of a gap: what was found that day, what somebody did about it."""

    gap = models.ForeignKey(Gap, on_delete=models.CASCADE, related_name="events", verbose_name="écart")
    step = models.CharField("ce qui s’est passé", max_length=20, choices=GapStep.choices)
    here = models.CharField("valeur ici", max_length=500, blank=True)
    there = models.CharField("valeur chez AGORA", max_length=500, blank=True)
    # Names the traces of the reading that found it.
    exchange_id = models.UUIDField("identifiant de trace", null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "étape d’un écart"
        verbose_name_plural = "étapes des écarts"
        indexes = [models.Index(fields=["gap", "id"], name="agora_gap_event_idx")]
        constraints = [
            models.CheckConstraint(condition=Q(step__in=GapStep.values), name="agora_gap_step_known")
        ]

    def __str__(self) -> str:
        return self.get_step_display()

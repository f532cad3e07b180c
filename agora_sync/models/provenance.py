from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agora_sync.enums import ConflictChoice
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import EncryptedCharField
from rights.models import TrainingFile


class FileReading(models.Model):
    """What AGORA said of a file the last time it was read, item by item, and on which side each was written."""

    training_file = models.OneToOneField(
        TrainingFile, on_delete=models.PROTECT, related_name="agora_reading", verbose_name="dossier"
    )
    # The JSON of text by path of the dictionary, encrypted as what partners add is.
    items = EncryptedCharField("données lues (chiffrées)", blank=True)
    authors = models.JSONField("côté qui a écrit chaque donnée", default=dict, blank=True)
    read_at = models.DateTimeField("lu le", db_default=Now())

    class Meta:
        verbose_name = "lecture d’un dossier chez AGORA"
        verbose_name_plural = "lectures de dossiers chez AGORA"

    def __str__(self) -> str:
        return f"lecture {self.training_file_id}"


class ItemConflict(models.Model):
    """One item that both sides changed between two readings: both values stay where they are until an agent decides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="agora_conflicts", verbose_name="dossier"
    )
    # As on exchanges: whose agents see the row. Empty: CDC alone.
    region_code = models.CharField("région (code INSEE)", max_length=3, blank=True)
    item = models.CharField("donnée", max_length=120)
    here = models.CharField("valeur ici", max_length=500, blank=True)
    there = models.CharField("valeur chez AGORA", max_length=500, blank=True)
    # What AGORA said at the reading before, and when that was.
    before = models.CharField("valeur à la lecture précédente", max_length=500, blank=True)
    before_at = models.DateTimeField("lecture précédente", null=True, blank=True)
    here_author = models.CharField("écrit ici par", max_length=10)
    # Names the traces of the reading that found it.
    exchange_id = models.UUIDField("identifiant de trace")
    found_at = models.DateTimeField("constaté le", db_default=Now(), editable=False)
    # Decided, or both sides came to say the same.
    closed_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "conflit sur une donnée"
        verbose_name_plural = "conflits sur des données"
        indexes = [
            models.Index(
                fields=["region_code", "found_at"],
                name="agora_conflict_open_idx",
                condition=Q(closed_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["training_file", "item"],
                condition=Q(closed_at__isnull=True),
                name="agora_conflict_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"conflit {self.item}"


class ConflictDecision(AppendOnlyModel):
    """Which value an agent chose, once: the key is the conflict itself."""

    conflict = models.OneToOneField(
        ItemConflict, on_delete=models.PROTECT, related_name="decision", verbose_name="conflit"
    )
    choice = models.CharField("décision", max_length=10, choices=ConflictChoice.choices)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="décidé par"
    )
    # Both as they were seen by whoever decided.
    here = models.CharField("valeur ici", max_length=500, blank=True)
    there = models.CharField("valeur chez AGORA", max_length=500, blank=True)
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "décision sur un conflit"
        verbose_name_plural = "décisions sur les conflits"
        constraints = [
            models.CheckConstraint(
                condition=Q(choice__in=ConflictChoice.values), name="agora_conflict_choice_known"
            )
        ]

    def __str__(self) -> str:
        return self.get_choice_display()

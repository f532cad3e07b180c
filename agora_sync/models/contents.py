from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agora_sync.contract import Operation
from agora_sync.models.partners import Partner
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import EncryptedCharField
from rights.models import TrainingFile


class FileRecord(models.Model):
    """What contributors said of a file beyond what `rights` keeps: items of the data dictionary, and who wrote each.

    `items` is the JSON of the contract's `complement`, encrypted: it tells a person's situation. `authors` gives, by
    path, the code of the partner whose value stands.
    """

    training_file = models.OneToOneField(
        TrainingFile, on_delete=models.PROTECT, related_name="agora_record", verbose_name="dossier"
    )
    items = EncryptedCharField("données (chiffrées)", blank=True)
    authors = models.JSONField("auteurs", default=dict, blank=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        verbose_name = "données complémentaires d’un dossier"
        verbose_name_plural = "données complémentaires des dossiers"

    def __str__(self) -> str:
        return f"données {self.training_file_id}"


class FileDeclaration(AppendOnlyModel):
    """One thing that a partner declared of a file: validation, interruption, pay, exit… Added, never changed."""

    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="agora_declarations", verbose_name="dossier"
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="declarations", verbose_name="partenaire"
    )
    operation = models.CharField("opération", max_length=60, choices=Operation.choices)
    # The day on which it took effect, as declared.
    day = models.DateField("date d’effet")
    values = models.JSONField("données", default=dict, blank=True)
    at = models.DateTimeField("déclaré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "déclaration sur un dossier"
        verbose_name_plural = "déclarations sur les dossiers"
        indexes = [models.Index(fields=["training_file", "id"], name="agora_declaration_file_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__in=Operation.values), name="agora_declaration_operation_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.day:%d/%m/%Y}"

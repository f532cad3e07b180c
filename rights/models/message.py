from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cpa_portal.kernel.database import AppendOnlyModel
from rights.enums import FileRole
from rights.models.training_file import TrainingFile


class TrainingFileMessage(AppendOnlyModel):
    """What one party of a file wrote to the others. All of them read it."""

    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="messages", verbose_name="dossier"
    )
    at = models.DateTimeField("le", db_default=Now(), editable=False)
    role = models.CharField("qualité", max_length=20, choices=FileRole.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    body = models.TextField("message", max_length=2000)

    class Meta:
        verbose_name = "message d’un dossier"
        verbose_name_plural = "messages des dossiers"
        indexes = [models.Index(fields=["training_file", "id"], name="rights_message_file_idx")]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="rights_message_says_something")]

    def __str__(self) -> str:
        return f"Message de {self.get_role_display()}"

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import PrivateFile
from rights.enums import FileRole
from rights.models.training_file import TrainingFile


class TrainingFileDocument(models.Model):
    """A document that one party joined to a file, for all of them. Its content is a private file of the holder.

    The row goes with its content, three years after the death of the person: nothing proves anything without it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="documents", verbose_name="dossier"
    )
    content = models.OneToOneField(
        PrivateFile, on_delete=models.CASCADE, related_name="+", verbose_name="contenu"
    )
    role = models.CharField("qualité", max_length=20, choices=FileRole.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "document d’un dossier"
        verbose_name_plural = "documents des dossiers"
        indexes = [models.Index(fields=["training_file", "at"], name="rights_document_file_idx")]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=FileRole.values), name="rights_document_role_known")
        ]

    def __str__(self) -> str:
        return f"Document de {self.get_role_display()}"

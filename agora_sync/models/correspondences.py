from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from cpa_portal.kernel.database import AppendOnlyModel


class CorrespondenceVersion(AppendOnlyModel):
    """The table of correspondences as the code had it from an instant on, until the next version.

    `lines`: lines of text by section, as `mapping.correspondence.described` writes them; `sha256` is its digest.
    """

    number = models.PositiveIntegerField("version", unique=True)
    at = models.DateTimeField("constatée le", db_default=Now(), editable=False)
    sha256 = models.CharField("empreinte", max_length=64)
    lines = models.JSONField("table")

    class Meta:
        verbose_name = "version des correspondances"
        verbose_name_plural = "versions des correspondances"

    def __str__(self) -> str:
        return f"version {self.number}"

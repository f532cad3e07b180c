from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from cpa_portal.kernel.database import AppendOnlyModel


class Statement(AppendOnlyModel):
    """A situation statement that was drawn, so that whoever holds its code can check that nobody changed it.

    `balances`: the label of each right and its amount in words, as printed; nothing that names the person.
    """

    code_hash = models.CharField("empreinte du code", max_length=64, unique=True)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="statements", verbose_name="titulaire"
    )
    at = models.DateTimeField("établi le", db_default=Now(), editable=False)
    balances = models.JSONField("montants imprimés", default=list)

    class Meta:
        verbose_name = "relevé de situation"
        verbose_name_plural = "relevés de situation"
        constraints = [
            models.CheckConstraint(condition=~Q(code_hash=""), name="rights_statement_has_code"),
        ]

    def __str__(self) -> str:
        return f"Relevé du {self.at:%d/%m/%Y}"

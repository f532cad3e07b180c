"""What was written of a person's death, by whom and on what ground; a mistake is corrected by another row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.holder import Holder
from cpa_portal.kernel.database import AppendOnlyModel


class DeathRecord(AppendOnlyModel):
    """`deceased_on` empty: what was written before was wrong, the person is alive."""

    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="death_records", verbose_name="titulaire"
    )
    deceased_on = models.DateField("date de décès", null=True, blank=True)
    source = models.CharField("pièce ou origine", max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="enregistré par"
    )
    recorded_at = models.DateTimeField("enregistré le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "enregistrement d’un décès"
        verbose_name_plural = "enregistrements de décès"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="accounts_death_says_whence")]

    def __str__(self) -> str:
        return f"enregistré le {timezone.localtime(self.recorded_at):%d/%m/%Y}"

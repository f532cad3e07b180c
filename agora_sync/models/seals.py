from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cpa_portal.kernel.database import AppendOnlyModel


class TraceSeal(AppendOnlyModel):
    """A batch of traces, sealed: their digests, the digest of the seal before, a signature.

    Covers every trace whose instant lies in [from_at, to_at). `entries` holds, for each one in the order of instant
    and key, the key (8 bytes), the instant (8) and the digest (32).
    """

    number = models.PositiveBigIntegerField("numéro", primary_key=True)
    from_at = models.DateTimeField("depuis", unique=True)
    to_at = models.DateTimeField("jusqu’à (exclu)")
    rows = models.PositiveIntegerField("traces scellées")
    entries = models.BinaryField("empreintes")
    previous_digest = models.CharField("empreinte du sceau précédent", max_length=64, unique=True)
    digest = models.CharField("empreinte", max_length=64, unique=True)
    key_id = models.CharField("clé", max_length=16)
    signature = models.CharField("signature", max_length=128)
    at = models.DateTimeField("scellé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "sceau"
        verbose_name_plural = "sceaux"
        constraints = [
            models.CheckConstraint(condition=Q(from_at__lt=F("to_at")), name="agora_seal_span_goes_forward"),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(rows__gte=1), name="agora_seal_holds_something"
            ),
        ]

    def __str__(self) -> str:
        return f"sceau {self.number}"

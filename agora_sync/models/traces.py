from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agora_sync.contract import Operation
from agora_sync.enums import Direction, TraceKind
from agora_sync.models.cases import TraceCase
from cpa_portal.kernel.database import AppendOnlyModel, PartitionedModel


class Trace(PartitionedModel):
    """One message as it passed, kept as evidence: added in the order of `id`, with its digest, never changed.

    `content` is encrypted (a message bears a NIR); `sha256` is that of the clear bytes, so that a message can be
    recognised without being opened. `exchange_id` is the key of the exchange, whose row may not exist: the reception
    is traced before anything is known of the call.
    """

    kind = models.CharField("nature", max_length=20, choices=TraceKind.choices)
    direction = models.CharField("sens", max_length=10, choices=Direction.choices)
    exchange_id = models.UUIDField("identifiant de trace")
    request_id = models.UUIDField("identifiant de requête", null=True, blank=True)
    partner_code = models.CharField("partenaire", max_length=60, blank=True)
    operation = models.CharField("opération", max_length=60, choices=Operation.choices, blank=True)
    http_status = models.PositiveSmallIntegerField("statut HTTP", null=True, blank=True)
    content = models.BinaryField("contenu (chiffré)")
    content_length = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    # Why a call was refused, with what was expected and what came. Encrypted as well.
    diagnostic = models.TextField("diagnostic (chiffré)", blank=True)
    # Under a key that the database does not hold: nobody who writes there makes a trace that passes for ours.
    code = models.CharField("code d’authentification", max_length=80, blank=True)
    # As the message announces it, verified or not: an audit names vectors, and a refused one must be found too.
    vector_id = models.CharField(
        "identifiant du vecteur", max_length=255, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = "trace"
        indexes = [
            models.Index(fields=["exchange_id"], name="agora_trace_exchange_idx"),
            models.Index(fields=["partner_code", "-at"], name="agora_trace_partner_idx"),
            # The order in which traces are sealed and read again.
            models.Index(fields=["at", "id"], name="agora_trace_order_idx"),
            models.Index(fields=["vector_id"], condition=~Q(vector_id=""), name="agora_trace_vector_idx"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TraceKind.values), name="agora_trace_kind_known"),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="agora_trace_direction_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.exchange_id}"


class TraceConsultation(AppendOnlyModel):
    """Somebody looked for traces, or opened those of an exchange under a case: who, when, how many were shown.

    The database takes an opening only while its case is validated and not closed.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="trace_consultations",
        verbose_name="consulté par",
    )
    criteria = models.JSONField("critères", default=dict)
    shown = models.PositiveIntegerField("traces montrées")
    case = models.ForeignKey(
        TraceCase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consultations",
        verbose_name="affaire",
    )
    exchange_id = models.UUIDField("échange ouvert", null=True, blank=True)
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "consultation des traces"
        verbose_name_plural = "consultations des traces"
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, exchange_id__isnull=True)
                | Q(case__isnull=False, exchange_id__isnull=False),
                name="agora_consultation_opens_under_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"consultation du {self.at:%d/%m/%Y}"

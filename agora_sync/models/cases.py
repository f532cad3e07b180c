"""Cases of fraud or audit, under which alone a trace is opened, and what is delivered of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import BackgroundJob, PrivateFile
from agora_sync.enums import CaseKind, DeliveryOutcome
from agora_sync.models.partners import Partner
from cpa_portal.kernel.database import AppendOnlyModel
from rights.parameters import DatedValue, value_on


class TraceCaseQuerySet(models.QuerySet["TraceCase"]):
    def open(self) -> TraceCaseQuerySet:
        """Not closed yet, validated or not."""
        return self.filter(closed_at__isnull=True)


class TraceCase(models.Model):
    """Why traces may be opened: who asked in writing, for whom, and who validated it. Opens nothing before that.

    What was written stays; validation and closing are added once. A trigger sees to both. Source: service agreement
    with AGORA, audit requests.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField("référence", max_length=60, unique=True)
    kind = models.CharField("nature", max_length=20, choices=CaseKind.choices)
    reason = models.CharField("motif", max_length=1000)
    # None: our own control. Named, nothing of another partner is part of the case.
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trace_cases",
        verbose_name="partenaire qui demande",
    )
    requester = models.CharField("demandeur", max_length=200)
    designation = models.CharField("désignation par le RSSI", max_length=200)
    requested_on = models.DateField("date de la demande écrite")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="ouverte par"
    )
    opened_at = models.DateTimeField("ouverte le", db_default=Now(), editable=False)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="validée par",
    )
    validated_at = models.DateTimeField("validée le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="close par",
    )
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    objects = TraceCaseQuerySet.as_manager()

    class Meta:
        verbose_name = "affaire"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CaseKind.values), name="agora_case_kind_known"),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(reason="") & ~Q(requester="") & ~Q(designation=""),
                name="agora_case_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(validated_by__isnull=True) | ~Q(validated_by=F("opened_by")),
                name="agora_case_validated_by_another",
            ),
            models.CheckConstraint(
                condition=Q(validated_by__isnull=True, validated_at__isnull=True)
                | Q(validated_by__isnull=False, validated_at__isnull=False),
                name="agora_case_validation_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="agora_case_closing_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_usable(self) -> bool:
        """Validated and not closed: traces may be opened."""
        return self.validated_at is not None and self.closed_at is None

    @property
    def answer_delay(self) -> DatedValue:
        """In calendar days from the request, with its source."""
        return value_on("trace_answer_days", self.requested_on)

    @property
    def answer_by(self) -> date:
        """The last day to deliver."""
        return self.requested_on + timedelta(days=self.answer_delay.number)


class TraceCaseKey(AppendOnlyModel):
    """What a case covers: the identifier of a vector, or the key of a trace. None is added once it is validated."""

    case = models.ForeignKey(TraceCase, on_delete=models.PROTECT, related_name="keys", verbose_name="affaire")
    value = models.CharField("identifiant", max_length=255)

    class Meta:
        verbose_name = "identifiant visé"
        verbose_name_plural = "identifiants visés"
        constraints = [
            models.UniqueConstraint(fields=["case", "value"], name="agora_case_key_once"),
            models.CheckConstraint(condition=~Q(value=""), name="agora_case_key_says_something"),
        ]

    def __str__(self) -> str:
        return self.value


class TraceDelivery(models.Model):
    """The export of a case, produced by a worker, fetched by link and code until it expires.

    The code itself is kept nowhere: it is shown once, to whoever sends it by another way than the link.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        TraceCase, on_delete=models.PROTECT, related_name="deliveries", verbose_name="affaire"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    job = models.ForeignKey(BackgroundJob, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Encrypted: the disk holds no message in clear.
    pivot = models.ForeignKey(
        PrivateFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="pivot"
    )
    report = models.ForeignKey(
        PrivateFile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="rapport",
    )
    code_hash = models.CharField("empreinte du code de retrait", max_length=128, blank=True)
    code_given_at = models.DateTimeField("code donné le", null=True, blank=True)
    created_at = models.DateTimeField("demandée le", db_default=Now(), editable=False)
    expires_at = models.DateTimeField("expire le")

    class Meta:
        verbose_name = "remise"

    def __str__(self) -> str:
        return f"remise de {self.case_id}"

    def is_ready(self, at: datetime) -> bool:
        """Produced, with a code that was given, and not expired."""
        return self.pivot_id is not None and bool(self.code_hash) and at < self.expires_at


class TraceDeliveryAccess(AppendOnlyModel):
    """Somebody came to a delivery with a code: right or wrong, and what was handed over."""

    delivery = models.ForeignKey(
        TraceDelivery, on_delete=models.PROTECT, related_name="accesses", verbose_name="remise"
    )
    outcome = models.CharField("résultat", max_length=20, choices=DeliveryOutcome.choices)
    document = models.CharField("document", max_length=20, blank=True)
    at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "retrait"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=DeliveryOutcome.values), name="agora_delivery_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.delivery_id}"

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Holder
from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState
from agora_sync.models.partners import Partner
from cpa_portal.kernel.encryption import EncryptedCharField
from rights.models import JournalEvent, TrainingFile


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def due(self, at: datetime) -> ExchangeQuerySet:
        """Waiting to be sent, their time come, held by no worker."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
        return self.filter(
            free, direction=Direction.OUTGOING, state=ExchangeState.PENDING, next_attempt_at__lte=at
        )

    def in_turn(self) -> ExchangeQuerySet:
        """Those of the journal that no earlier one of the same file precedes: AGORA learns things in order."""
        before = Q(event_id__lt=OuterRef("event_id")) | Q(
            event_id=OuterRef("event_id"), operation__lt=OuterRef("operation")
        )
        earlier = Exchange.objects.filter(
            before, training_file=OuterRef("training_file"), state=ExchangeState.PENDING
        )
        return self.filter(~Exists(earlier), event__isnull=False)


class Exchange(models.Model):
    """One exchange with AGORA as daily work sees it: state, fault, failed step, times. No message, no assertion.

    Its key also names its traces. Outgoing: one per operation that a journal event tells, and one per reading of a
    holder's files; identifier and content stay the same for every try. Incoming: one per call received.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    direction = models.CharField("sens", max_length=10, choices=Direction.choices)
    operation = models.CharField("opération", max_length=60, choices=Operation.choices, blank=True)
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name="partenaire",
    )
    event = models.ForeignKey(
        JournalEvent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name="événement",
    )
    training_file = models.ForeignKey(
        TrainingFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name="dossier",
    )
    holder = models.ForeignKey(
        Holder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name="titulaire",
    )
    # Where the person lives, else where the training takes place: whose agents see the row. Empty: CDC alone.
    region_code = models.CharField("région (code INSEE)", max_length=3, blank=True)
    request_id = models.UUIDField("identifiant de requête", null=True, blank=True)
    # What is sent, as the contract writes it, from the first try until the answer is written: it bears a NIR.
    content = EncryptedCharField("demande (chiffrée)", blank=True)
    # Of the training as it was told, to know later whether AGORA has something to learn.
    facts_sha256 = models.CharField("empreinte de la formation", max_length=64, blank=True)
    state = models.CharField("état", max_length=20, choices=ExchangeState.choices)
    attempts = models.PositiveIntegerField("essais", default=0)
    next_attempt_at = models.DateTimeField("prochain essai", null=True, blank=True)
    lease_until = models.DateTimeField("tenu jusqu’à", null=True, blank=True)
    fault_code = models.CharField("code de refus", max_length=60, blank=True)
    fault_label = models.CharField("motif", max_length=300, blank=True)
    failed_step = models.PositiveSmallIntegerField("étape en échec", null=True, blank=True)
    # Which check of that step, by its name in provider/explanations.py: what partners are told of a refusal.
    failed_check = models.CharField("contrôle en échec", max_length=40, blank=True)
    # What the vector said, once its signature held: how far the caller's clock is from ours.
    vector_issued_at = models.DateTimeField("vecteur émis le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    last_attempt_at = models.DateTimeField("dernier essai", null=True, blank=True)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="renvoyé par",
    )
    resent_at = models.DateTimeField("renvoyé le", null=True, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="agora_exchange_due_idx",
                condition=Q(state=ExchangeState.PENDING),
            ),
            models.Index(fields=["region_code", "-created_at"], name="agora_exchange_region_idx"),
            models.Index(fields=["-created_at"], name="agora_exchange_recent_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "operation"], name="agora_exchange_event_told_once"),
            models.CheckConstraint(
                condition=Q(state__in=ExchangeState.values), name="agora_exchange_state_known"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="agora_exchange_direction_known"
            ),
            # What came from AGORA is never sent back, and what partners send us has no event of ours.
            models.CheckConstraint(
                condition=Q(event__isnull=True) | Q(direction=Direction.OUTGOING),
                name="agora_exchange_event_is_outgoing",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExchangeState.PENDING)
                | Q(direction=Direction.INCOMING)
                | Q(next_attempt_at__isnull=False, request_id__isnull=False),
                name="agora_exchange_pending_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation or 'échange'} {self.get_state_display()}"


class HolderPull(models.Model):
    """When a holder's files were last read from AGORA, and whether somebody waits for it."""

    holder = models.OneToOneField(
        Holder, on_delete=models.CASCADE, related_name="agora_pull", verbose_name="titulaire"
    )
    requested_at = models.DateTimeField("demandé le", null=True, blank=True)
    pulled_at = models.DateTimeField("lu le", null=True, blank=True)
    lease_until = models.DateTimeField("tenu jusqu’à", null=True, blank=True)

    class Meta:
        verbose_name = "lecture des dossiers d’un titulaire"
        verbose_name_plural = "lectures des dossiers des titulaires"

    def __str__(self) -> str:
        return f"lecture {self.holder_id}"

"""What people ask about their data, and what they want of it after their death."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.enums import DataRequestKind, DataRequestState
from accounts.models.holder import Holder


class DataRequest(models.Model):
    """One request of a person about their data, with its clock: one month to answer (GDPR, article 12, 3)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.CASCADE, related_name="data_requests", verbose_name="titulaire"
    )
    kind = models.CharField("demande", max_length=20, choices=DataRequestKind.choices)
    text = models.TextField("ce que la personne demande", max_length=2_000)
    state = models.CharField(
        "état", max_length=10, choices=DataRequestState.choices, default=DataRequestState.RECEIVED
    )
    received_at = models.DateTimeField("reçue le", auto_now_add=True)
    due_on = models.DateField("réponse due le")
    answer = models.TextField("réponse", max_length=4_000, blank=True)
    # The text that holds on the day of the answer, when a text decides.
    ground = models.CharField("fondement", max_length=300, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    # From when an accepted restriction holds no more: at once if the person asks, after a notice if the officer does
    # (article 18, paragraph 3).
    restriction_lifted_at = models.DateTimeField("limitation levée le", null=True, blank=True)
    restriction_lift_said_at = models.DateTimeField("levée annoncée le", null=True, blank=True)
    restriction_lift_reason = models.CharField(
        "motif de la levée", max_length=500, blank=True, default="", db_default=""
    )
    restriction_lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="levée par",
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="répondue par",
    )

    class Meta:
        verbose_name = "demande sur les données"
        verbose_name_plural = "demandes sur les données"
        ordering = ["due_on", "received_at"]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(state=DataRequestState.RECEIVED),
                name="accounts_data_request_due_idx",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DataRequestKind.values), name="accounts_data_request_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DataRequestState.RECEIVED, answered_at__isnull=True)
                | (~Q(state=DataRequestState.RECEIVED) & Q(answered_at__isnull=False) & ~Q(answer="")),
                name="accounts_data_request_answered_in_words",
            ),
            models.CheckConstraint(
                condition=Q(
                    restriction_lifted_at__isnull=True,
                    restriction_lift_said_at__isnull=True,
                    restriction_lifted_by__isnull=True,
                    restriction_lift_reason="",
                )
                | Q(
                    kind=DataRequestKind.RESTRICTION,
                    state=DataRequestState.ACCEPTED,
                    # Said one by one: a comparison with nothing is not false, and would let a half-written row in.
                    restriction_lifted_at__isnull=False,
                    restriction_lift_said_at__isnull=False,
                    restriction_lifted_at__gte=F("restriction_lift_said_at"),
                    restriction_lifted_by__isnull=False,
                )
                & ~Q(restriction_lift_reason=""),
                name="accounts_data_request_lift_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.received_at:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        return self.state == DataRequestState.RECEIVED


class AfterDeathInstruction(models.Model):
    """What a person wants done with their data after their death (loi n° 78-17, article 85); the last one holds."""

    holder = models.ForeignKey(
        Holder, on_delete=models.CASCADE, related_name="after_death_instructions", verbose_name="titulaire"
    )
    text = models.TextField("instructions", max_length=2_000)
    trusted_person = models.CharField("personne de confiance", max_length=200, blank=True)
    recorded_at = models.DateTimeField("enregistrées le", auto_now_add=True)
    replaced_at = models.DateTimeField("remplacées le", null=True, blank=True)

    class Meta:
        verbose_name = "instructions après le décès"
        verbose_name_plural = "instructions après le décès"
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(replaced_at__isnull=True),
                name="accounts_after_death_one_current",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(replaced_at__gte=F("recorded_at")),
                name="accounts_after_death_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"instructions du {self.recorded_at:%d/%m/%Y}"

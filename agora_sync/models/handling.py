from __future__ import annotations

import uuid
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agora_sync.enums import HandlingAction
from agora_sync.models.exchanges import Exchange
from cpa_portal.kernel.database import AppendOnlyModel
from rights.models import TrainingFile


class Handling(models.Model):
    """Who looks after a refused exchange, and until when it is set aside. How it came so is in HandlingEntry."""

    exchange = models.OneToOneField(
        Exchange,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="handling",
        verbose_name="échange",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="suivi par",
    )
    since = models.DateTimeField("suivi depuis le", null=True, blank=True)
    # It comes back by itself that day: lists compare, nothing has to run.
    set_aside_until = models.DateField("mis de côté jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "suivi d’un échange"
        verbose_name_plural = "suivis des échanges"
        constraints = [
            models.CheckConstraint(
                condition=Q(assignee__isnull=True, since__isnull=True)
                | Q(assignee__isnull=False, since__isnull=False),
                name="agora_handling_assigned_since",
            ),
        ]

    def __str__(self) -> str:
        return f"suivi de {self.exchange_id}"


class HandlingEntry(AppendOnlyModel):
    """One thing that somebody did about a refused exchange. Notes are never changed: another one is added."""

    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="handling_entries", verbose_name="échange"
    )
    at = models.DateTimeField("le", db_default=Now(), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    action = models.CharField("action", max_length=20, choices=HandlingAction.choices)
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confié à",
    )
    until = models.DateField("jusqu’au", null=True, blank=True)
    note = models.TextField("note", max_length=1000, blank=True)

    class Meta:
        verbose_name = "acte du suivi"
        verbose_name_plural = "actes du suivi"
        indexes = [models.Index(fields=["exchange", "id"], name="agora_handling_exchange_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=HandlingAction.values), name="agora_handling_action_known"
            ),
            models.CheckConstraint(
                condition=(~Q(action=HandlingAction.NOTED) | ~Q(note=""))
                & (~Q(action=HandlingAction.ASSIGNED) | Q(colleague__isnull=False))
                & (~Q(action=HandlingAction.SET_ASIDE) | Q(until__isnull=False)),
                name="agora_handling_entry_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.exchange_id})"


class SendingBackQuerySet(models.QuerySet["SendingBack"]):
    def waiting(self) -> SendingBackQuerySet:
        """Neither answered nor taken back."""
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)

    def overdue(self, today: date) -> SendingBackQuerySet:
        return self.waiting().filter(due_on__lt=today)


class SendingBack(models.Model):
    """A refused value sent back to whoever wrote it, with a date, and what they answered.

    To a colleague, or to all who act for an organisation (its SIRET). One at a time for an exchange.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="sendings_back", verbose_name="échange"
    )
    # The name of a field of the file.
    field = models.CharField("donnée", max_length=30)
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="collègue",
    )
    organisation_siret = models.CharField("organisme (SIRET)", max_length=14, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="renvoyé par"
    )
    sent_at = models.DateTimeField("renvoyé le", db_default=Now(), editable=False)
    due_on = models.DateField("à répondre avant la fin du")
    message = models.TextField("message", max_length=1000)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="répondu par",
    )
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answer = models.TextField("réponse", max_length=1000, blank=True)
    right_value = models.CharField("valeur juste", max_length=500, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="repris par",
    )
    withdrawn_at = models.DateTimeField("repris le", null=True, blank=True)

    objects = SendingBackQuerySet.as_manager()

    class Meta:
        verbose_name = "erreur renvoyée"
        verbose_name_plural = "erreurs renvoyées"
        indexes = [
            models.Index(fields=["organisation_siret", "-sent_at"], name="agora_sent_back_siret_idx"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="agora_sent_back_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(colleague__isnull=True) & ~Q(organisation_siret="")
                | Q(colleague__isnull=False, organisation_siret=""),
                name="agora_sent_back_to_one",
            ),
            models.CheckConstraint(condition=~Q(message=""), name="agora_sent_back_says_something"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="", right_value="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, withdrawn_at__isnull=True)
                & ~Q(answer=""),
                name="agora_sent_back_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} de {self.exchange_id}"

    @property
    def field_label(self) -> str:
        return str(cast("models.Field[Any, Any]", TrainingFile._meta.get_field(self.field)).verbose_name)

    @property
    def is_waiting(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

    def is_overdue(self, today: date) -> bool:
        return self.is_waiting and self.due_on < today

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from cpa_portal.kernel.database import AppendOnlyModel


class UndueSum(AppendOnlyModel):
    """Money that the account paid and should not have: kept back from what it holds, then from what comes.

    A mistake is undone by another row that `cancels` it. `amount_cents` is the whole sum; what was kept is the sum of
    the entries (keys `retain:<id>:…`). Source: article L. 6323-45 du code du travail.
    """

    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="undue_sums", verbose_name="titulaire"
    )
    amount_cents = models.BigIntegerField("montant en centimes")
    reason = models.CharField("motif", max_length=300)
    # The decision that orders it: the same one is never recorded twice.
    reference = models.CharField("décision", max_length=100, unique=True)
    ordered_on = models.DateField("décidée le")
    cancels = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_by",
        verbose_name="annule",
    )
    at = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "somme indue"
        verbose_name_plural = "sommes indues"
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="rights_undue_sum_positive"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(reference=""), name="rights_undue_sum_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"Somme indue {self.reference}"


class Repayment(AppendOnlyModel):
    """The holder says that they pay back all or part of an undue sum, by a transfer that bears `reference`.

    Nothing changes until the money is there (`RepaymentReceipt`): the account still keeps back what is owed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    due = models.ForeignKey(
        UndueSum, on_delete=models.PROTECT, related_name="repayments", verbose_name="somme indue"
    )
    amount_cents = models.BigIntegerField("montant annoncé en centimes")
    announced_on = models.DateField("annoncé le")
    at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "remboursement annoncé"
        verbose_name_plural = "remboursements annoncés"
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="rights_repayment_positive"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the person writes on the transfer: short, and without their name."""
        return f"RI-{self.pk.hex[:10].upper()}"


class RepaymentReceipt(AppendOnlyModel):
    """The Caisse des dépôts received the money of a repayment: it is no longer kept back. Once for each."""

    repayment = models.OneToOneField(
        Repayment, on_delete=models.PROTECT, related_name="receipt", verbose_name="remboursement"
    )
    amount_cents = models.BigIntegerField("montant reçu en centimes")
    received_on = models.DateField("reçu le")
    at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "remboursement reçu"
        verbose_name_plural = "remboursements reçus"
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="rights_receipt_positive"),
        ]

    def __str__(self) -> str:
        return f"Reçu le {self.received_on:%d/%m/%Y}"

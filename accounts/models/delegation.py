"""People whom a holder lets act in their name: for named acts, for a time, each act written under who did it."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import DelegatedAct, DelegateKind
from accounts.models.holder import Holder
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import KEYED_HASH_LENGTH


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def holding_on(self, day: date) -> DelegationQuerySet:
        """Accepted, not taken back, within their dates, of people alive and not restricted."""
        return self.filter(
            delegate__isnull=False,
            revoked_at__isnull=True,
            starts_on__lte=day,
            ends_on__gte=day,
            holder__deceased_on__isnull=True,
        )


class Delegation(models.Model):
    """One mandate. It waits for the code that the holder hands over, then holds until its day or until taken back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="delegations", verbose_name="titulaire"
    )
    kind = models.CharField("qualité", max_length=10, choices=DelegateKind.choices)
    # As the holder names the person: the account behind the code may bear another name.
    delegate_name = models.CharField("personne désignée", max_length=150)
    acts = ArrayField(
        models.CharField(max_length=30, choices=DelegatedAct.choices), verbose_name="actes permis"
    )
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)")
    code_hash = models.CharField(
        "empreinte du code", max_length=KEYED_HASH_LENGTH, unique=True, editable=False
    )
    code_expires_at = models.DateTimeField("code valable jusqu’au")
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name="personne qui agit",
    )
    accepted_at = models.DateTimeField("accepté le", null=True, blank=True)
    created_at = models.DateTimeField("donné le", default=timezone.now, editable=False)
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["delegate", "ends_on"], name="accounts_delegation_of_idx")]
        constraints = [
            models.CheckConstraint(condition=Q(acts__len__gte=1), name="accounts_delegation_names_acts"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="accounts_delegation_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(delegate__isnull=True, accepted_at__isnull=True)
                | Q(delegate__isnull=False, accepted_at__isnull=False),
                name="accounts_delegation_accepted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"mandat du {self.starts_on:%d/%m/%Y} au {self.ends_on:%d/%m/%Y}"

    @property
    def act_labels(self) -> list[str]:
        return [DelegatedAct(act).label for act in self.acts]

    @property
    def is_over(self) -> bool:
        return self.revoked_at is not None or self.ends_on < timezone.localdate()


class DelegatedActEntry(AppendOnlyModel):
    """One act done under a mandate, by whom. Never changed: it answers for what was done in the person's name."""

    delegation = models.ForeignKey(
        Delegation, on_delete=models.PROTECT, related_name="entries", verbose_name="mandat"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="fait par"
    )
    act = models.CharField("acte", max_length=30, choices=DelegatedAct.choices)
    what = models.CharField("ce qui a été fait", max_length=200)
    at = models.DateTimeField("fait le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "acte fait sous mandat"
        verbose_name_plural = "actes faits sous mandat"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_act_display()} le {timezone.localtime(self.at):%d/%m/%Y}"

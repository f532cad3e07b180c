"""What stands between a stolen password and someone's rights: identity proofs, blocks, letters, devices."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import AssuranceLevel, BlockKind, CheckedFact, ContactKind, ProofKind
from accounts.models.holder import Holder
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import KEYED_HASH_LENGTH


class IdentityProof(AppendOnlyModel):
    """One check of a person's identity, by whom and how. Kept as it was written: it answers for what was spent.

    A check at a counter or by post holds until `valid_until`; FranceConnect's proves one session only and its row
    is evidence: see `accounts.services.spending`.
    """

    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="identity_proofs", verbose_name="titulaire"
    )
    kind = models.CharField("moyen", max_length=20, choices=ProofKind.choices)
    level = models.CharField("niveau", max_length=10, choices=AssuranceLevel.choices)
    facts = ArrayField(
        models.CharField(max_length=30, choices=CheckedFact.choices), default=list, verbose_name="pièces vues"
    )
    reason = models.CharField("motif", max_length=200, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="contrôlé par",
    )
    verified_at = models.DateTimeField("contrôlé le", default=timezone.now, editable=False)
    valid_until = models.DateTimeField("valable jusqu’au")

    class Meta:
        verbose_name = "contrôle d’identité"
        verbose_name_plural = "contrôles d’identité"
        indexes = [models.Index(fields=["holder", "-valid_until"], name="accounts_proof_latest_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ProofKind.values, level__in=AssuranceLevel.values),
                name="accounts_proof_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ProofKind.COUNTER)
                | (Q(facts__len__gte=2, verified_by__isnull=False) & ~Q(reason="")),
                name="accounts_proof_counter_traced",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("verified_at")), name="accounts_proof_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} le {timezone.localtime(self.verified_at):%d/%m/%Y}"


class SpendingBlock(models.Model):
    """Nothing may be spent on the account while one of its blocks stands. Placed at once, lifted with care."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="spending_blocks", verbose_name="titulaire"
    )
    kind = models.CharField("origine", max_length=10, choices=BlockKind.choices)
    reason = models.CharField("motif", max_length=300)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="posé par"
    )
    placed_at = models.DateTimeField("posé le", default=timezone.now, editable=False)
    lift_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="levée demandée par",
    )
    lift_asked_at = models.DateTimeField("levée demandée le", null=True, blank=True)
    lift_reason = models.CharField("motif de la levée", max_length=300, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="levé par",
    )
    lifted_at = models.DateTimeField("levé le", null=True, blank=True)

    class Meta:
        verbose_name = "blocage des dépenses"
        verbose_name_plural = "blocages des dépenses"
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "kind"],
                condition=Q(lifted_at__isnull=True),
                name="accounts_block_one_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=BlockKind.values) & ~Q(reason=""), name="accounts_block_says_why"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="accounts_block_lifted_by_someone",
            ),
            # What staff froze, or asks to reopen, two people reopen. A holder reopens alone what they closed.
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | Q(kind=BlockKind.HOLDER, lifted_by=F("placed_by"))
                | (Q(lift_asked_by__isnull=False) & ~Q(lift_reason="") & ~Q(lifted_by=F("lift_asked_by"))),
                name="accounts_block_two_people_lift",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {timezone.localtime(self.placed_at):%d/%m/%Y}"


class ProofCode(models.Model):
    """A code sent to the postal address that is held: typing it proves who receives mail there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.CASCADE, related_name="proof_codes", verbose_name="titulaire"
    )
    # Whoever asked alone may type it.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="demandé par"
    )
    code_hash = models.CharField("empreinte du code", max_length=KEYED_HASH_LENGTH, editable=False)
    created_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("valable jusqu’au")
    wrong_tries = models.PositiveSmallIntegerField("codes faux tapés", default=0)
    closed_at = models.DateTimeField("utilisé ou remplacé le", null=True, blank=True)

    class Meta:
        verbose_name = "code de preuve d’identité"
        verbose_name_plural = "codes de preuve d’identité"
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(closed_at__isnull=True), name="accounts_proof_code_one_open"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_proof_code_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"Code demandé le {timezone.localtime(self.created_at):%d/%m/%Y}"


class ContactChange(models.Model):
    """A new e-mail, telephone or postal address: agreed to at the e-mail in force, then nothing is spent for a while.

    A new e-mail is confirmed on itself too. The row stays, with what it replaced: it is the history of the account.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="contact_changes",
        verbose_name="utilisateur",
    )
    what = models.CharField("coordonnée", max_length=10, choices=ContactKind.choices)
    # What it replaced, written when it was applied. Empty: nothing was known.
    old_value = models.CharField("ancienne valeur", max_length=400, blank=True, default="", db_default="")
    new_value = models.CharField("nouvelle valeur", max_length=400)
    asked_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    confirmed_on_old_at = models.DateTimeField("confirmé sur l’ancienne le", null=True, blank=True)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    refused_at = models.DateTimeField("refusé le", null=True, blank=True)

    class Meta:
        verbose_name = "changement de coordonnée"
        verbose_name_plural = "changements de coordonnée"
        indexes = [models.Index(fields=["user", "-applied_at"], name="accounts_contact_change_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=ContactKind.values) & ~Q(new_value=""),
                name="accounts_contact_change_what",
            ),
            # A first telephone replaces nothing, and opens nothing: it alone is written without an agreement.
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True)
                | Q(confirmed_on_old_at__isnull=False, refused_at__isnull=True)
                | Q(what=ContactKind.PHONE, old_value="", refused_at__isnull=True),
                name="accounts_contact_change_confirmed_first",
            ),
            models.UniqueConstraint(
                fields=["user", "what"],
                condition=Q(applied_at__isnull=True, refused_at__isnull=True),
                name="accounts_contact_change_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} demandé le {timezone.localtime(self.asked_at):%d/%m/%Y}"


class KnownDevice(models.Model):
    """A browser from which the person has signed in before, by the hash of a random cookie."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="known_devices",
        verbose_name="utilisateur",
    )
    token_hash = models.CharField("empreinte", max_length=64)
    first_seen_at = models.DateTimeField("vu la première fois le", default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField("vu la dernière fois le", default=timezone.now)

    class Meta:
        verbose_name = "appareil connu"
        verbose_name_plural = "appareils connus"
        constraints = [
            models.UniqueConstraint(fields=["user", "token_hash"], name="accounts_device_once_per_user")
        ]

    def __str__(self) -> str:
        return f"Appareil vu le {timezone.localtime(self.last_seen_at):%d/%m/%Y}"

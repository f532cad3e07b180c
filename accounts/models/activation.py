"""The way from a web user to the account of the person: attempts, codes sent by post, letters."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.enums import AttemptKind, LetterKind, LetterState
from accounts.models.holder import Holder
from cpa_portal.kernel.encryption import KEYED_HASH_LENGTH, EncryptedCharField


class ActivationAttempt(models.Model):
    """One answer to the questions of the activation, right or wrong: what is counted to stop whoever tries at random.

    Neither the number nor the origin is kept: their keyed hashes are enough to count.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="utilisateur"
    )
    kind = models.CharField("démarche", max_length=10, choices=AttemptKind.choices)
    number_hash = models.CharField("empreinte du numéro", max_length=KEYED_HASH_LENGTH, blank=True)
    origin_hash = models.CharField("empreinte de l’origine", max_length=KEYED_HASH_LENGTH)
    at = models.DateTimeField("le", auto_now_add=True)

    class Meta:
        verbose_name = "essai d’activation"
        verbose_name_plural = "essais d’activation"
        indexes = [
            models.Index(fields=["user", "at"], name="accounts_attempt_user_idx"),
            models.Index(fields=["number_hash", "at"], name="accounts_attempt_number_idx"),
            models.Index(fields=["origin_hash", "at"], name="accounts_attempt_origin_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AttemptKind.values), name="accounts_attempt_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


class ActivationCode(models.Model):
    """A code sent by post, which stands for the proof that the person receives mail at the address known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.CASCADE, related_name="activation_codes", verbose_name="titulaire"
    )
    # Who asked from the site, and alone may type it. Empty when a counter asked for the person.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandé par",
    )
    code_hash = models.CharField("empreinte du code", max_length=KEYED_HASH_LENGTH, unique=True)
    created_at = models.DateTimeField("demandé le", auto_now_add=True)
    expires_at = models.DateTimeField("valable jusqu’au")
    wrong_tries = models.PositiveSmallIntegerField("codes faux tapés", default=0)
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "code d’activation"
        verbose_name_plural = "codes d’activation"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_code_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"code du {self.created_at:%d/%m/%Y}"


class PostalLetter(models.Model):
    """A letter to print and post. What it says is encrypted, and erased once the file has left for the printer.

    Asked from the site, it first holds the answers of whoever asks: the person is looked for afterwards, so that
    asking takes the same time for a person who exists and for one who does not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name="titulaire",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandé par",
    )
    kind = models.CharField("courrier", max_length=30, choices=LetterKind.choices)
    content = EncryptedCharField("contenu (chiffré)", blank=True, max_length=20_000)
    state = models.CharField("état", max_length=10, choices=LetterState.choices, default=LetterState.WAITING)
    created_at = models.DateTimeField("écrit le", auto_now_add=True)
    printed_at = models.DateTimeField("remis à l’impression le", null=True, blank=True)

    class Meta:
        verbose_name = "courrier"
        verbose_name_plural = "courriers"
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=~Q(state=LetterState.PRINTED),
                name="accounts_letter_waiting_idx",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=LetterState.ASKED, holder__isnull=True, printed_at__isnull=True)
                | Q(state=LetterState.WAITING, holder__isnull=False, printed_at__isnull=True)
                | Q(state=LetterState.PRINTED, holder__isnull=False, printed_at__isnull=False),
                name="accounts_letter_state_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

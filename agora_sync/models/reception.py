from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from agora_sync.contract import Operation
from agora_sync.models.partners import Partner
from rights.models import TrainingFile


class ReplayedVector(models.Model):
    """A vector already seen. The constraint, which all workers share, is what makes a vector serve once.

    A row may go once the vector has expired: its dates refuse it from then on.
    """

    issuer = models.CharField("émetteur", max_length=255)
    assertion_id = models.CharField("identifiant de l’assertion", max_length=255)
    seen_at = models.DateTimeField("vu le", db_default=Now(), editable=False)
    expires_at = models.DateTimeField("expire le", db_index=True)

    class Meta:
        verbose_name = "vecteur déjà vu"
        verbose_name_plural = "vecteurs déjà vus"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "assertion_id"], name="agora_vector_serves_once"),
        ]

    def __str__(self) -> str:
        return self.assertion_id


class ReceivedRequest(models.Model):
    """What a partner asked under an identifier, and what it was answered: the same again is answered the same.

    `answer` is the encrypted answer, `refusal` the business refusal; one of them is filled in the transaction of the
    effect.
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="received_requests", verbose_name="partenaire"
    )
    request_id = models.UUIDField("identifiant de requête")
    # The exchange that had the effect; the later ones only repeat its answer.
    exchange_id = models.UUIDField("échange")
    operation = models.CharField("opération", max_length=60, choices=Operation.choices)
    # Of the operation element in canonical form: the vector around it changes with every try.
    body_sha256 = models.CharField("empreinte du corps", max_length=64)
    # What may happen once whatever identifier it comes under, such as "<file>:entry".
    business_key = models.CharField("clé métier", max_length=200, blank=True)
    # Whose data the answer tells: a repeated answer is a consultation too.
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="titulaire"
    )
    answer = models.TextField("réponse (chiffrée)", blank=True)
    refusal = models.JSONField("refus", default=list, blank=True)
    received_at = models.DateTimeField("reçu le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "requête reçue"
        verbose_name_plural = "requêtes reçues"
        constraints = [
            models.UniqueConstraint(fields=["partner", "request_id"], name="agora_request_id_of_partner"),
            models.UniqueConstraint(
                fields=["business_key"], condition=~Q(business_key=""), name="agora_request_business_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.request_id}"


class FileContribution(models.Model):
    """A partner that started or enriched a file: for the others the file does not exist."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="contributions", verbose_name="partenaire"
    )
    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="contributions", verbose_name="dossier"
    )
    since = models.DateTimeField("depuis", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "contribution"
        constraints = [
            models.UniqueConstraint(fields=["partner", "training_file"], name="agora_contribution_once"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.training_file_id}"


class ServiceStopQuerySet(models.QuerySet["ServiceStop"]):
    def in_force(self, at: datetime) -> ServiceStopQuerySet:
        return self.filter(Q(lifted_at__isnull=True) | Q(lifted_at__gt=at), started_at__lte=at)


class ServiceStop(models.Model):
    """A global stop of the service, decided by people and lifted by people."""

    reason = models.CharField("motif", max_length=300)
    started_at = models.DateTimeField("depuis", db_default=Now(), editable=False)
    lifted_at = models.DateTimeField("levé le", null=True, blank=True)

    objects = ServiceStopQuerySet.as_manager()

    class Meta:
        verbose_name = "arrêt du service"
        verbose_name_plural = "arrêts du service"

    def __str__(self) -> str:
        return self.reason

"""Protection against fraud: what people report, and what staff made of each sign."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from accounts.models import Holder
from catalog.enums import FraudSign, ReportReason, ReviewOutcome
from catalog.models.offer import Training
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import KEYED_HASH_LENGTH

LONGEST_TEXT = 2_000


class TrainingReport(models.Model):
    """A person's warning about a training. `holder`: only who asked to follow it; `origin_hash`: for the limit."""

    training = models.ForeignKey(Training, models.PROTECT, related_name="reports", verbose_name="formation")
    reason = models.CharField("motif", max_length=20, choices=ReportReason)
    text = models.TextField("message", blank=True, default="")
    holder = models.ForeignKey(
        Holder,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="training_reports",
        verbose_name="personne",
    )
    origin_hash = models.CharField(
        "empreinte de l’origine", max_length=KEYED_HASH_LENGTH, blank=True, default=""
    )
    sent_at = models.DateTimeField("envoyé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "signalement"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=ReportReason.values), name="catalog_report_reason_known"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), LONGEST_TEXT),
                name="catalog_report_text_is_short",
            ),
        ]
        indexes = [models.Index(fields=["origin_hash", "sent_at"], name="catalog_report_origin")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.training_id})"


class SignReview(AppendOnlyModel):
    """What a member of staff made of a sign. `subject` names what bears it (a training, an organisation, a report).

    `state`: the facts that made the sign, as they were then. When they change, the sign is to be looked at again.
    """

    sign = models.CharField("signe", max_length=12, choices=FraudSign)
    subject = models.CharField("objet", max_length=40)
    state = models.CharField("faits", max_length=80)
    outcome = models.CharField("suite", max_length=12, choices=ReviewOutcome)
    reason = models.CharField("motif", max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_reviews", verbose_name="examiné par"
    )
    at = models.DateTimeField("examiné le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "examen d’un signe"
        verbose_name_plural = "examens de signes"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["sign", "subject"], name="catalog_sign_review_subject")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sign__in=FraudSign.values, outcome__in=ReviewOutcome.values),
                name="catalog_sign_review_known",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="catalog_sign_review_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_sign_display()} : {self.get_outcome_display()}"

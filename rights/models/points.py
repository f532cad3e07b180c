from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from cpa_portal.kernel.database import AppendOnlyModel
from rights.enums import PointsOutcome, PointsUse


class PointsRequest(AppendOnlyModel):
    """A person asks that prevention points be used: they are reserved until it is answered (article R. 4163-17).

    `answer_due_on`: the last day of the answer; silence is a refusal (article R. 4163-16).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="points_requests", verbose_name="titulaire"
    )
    use = models.CharField("usage", max_length=20, choices=PointsUse.choices)
    points = models.PositiveIntegerField("points")
    asked_on = models.DateField("demandée le")
    answer_due_on = models.DateField("réponse au plus tard le")
    at = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "demande d’utilisation de points"
        verbose_name_plural = "demandes d’utilisation de points"
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="rights_points_request_positive"),
            models.CheckConstraint(
                condition=Q(use__in=PointsUse.values), name="rights_points_request_use_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} points : {self.get_use_display()}"


class PointsAnswer(AppendOnlyModel):
    """How a request for points ended, once: what it reserved is taken, or free again."""

    request = models.OneToOneField(
        PointsRequest, on_delete=models.PROTECT, related_name="answer", verbose_name="demande"
    )
    outcome = models.CharField("issue", max_length=20, choices=PointsOutcome.choices)
    answered_on = models.DateField("le")
    source = models.CharField("origine", max_length=200)
    # Read by the person; a refusal has one.
    reason = models.CharField("motif", max_length=300, blank=True, default="", db_default="")
    at = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "réponse à une demande de points"
        verbose_name_plural = "réponses aux demandes de points"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=PointsOutcome.values), name="rights_points_answer_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()

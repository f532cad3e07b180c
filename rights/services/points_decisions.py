"""What the Caisse des dépôts answers to a request to use prevention points (R. 4163-15 to R. 4163-17)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.enums import PointsOutcome
from rights.exceptions import PointsRefused, ReasonMissing
from rights.models import PointsAnswer, PointsRequest
from rights.services.messages import announce_points_answer
from rights.services.points import answer_points
from rights.services.training_files.guards import check_account

SOURCE = "Décision de la Caisse des dépôts"


def decide_points(*, request: PointsRequest, granted: bool, reason: str, today: date) -> PointsAnswer:
    """Grant or refuse a request, once, and tell the person. The same decision again changes nothing.

    Raises AlreadyAnswered, ReasonMissing for a refusal that says nothing, PointsRefused once the delay has passed
    (silence was then a refusal), AccountClosed.
    """
    check_account(request.holder)
    if not granted and not reason.strip():
        raise ReasonMissing
    if today > request.answer_due_on and not PointsAnswer.objects.filter(request=request).exists():
        raise PointsRefused(
            f"Le délai de réponse s’est terminé le {date_fr(request.answer_due_on)} : le silence vaut refus "
            "(article R. 4163-16 du code du travail). La personne peut faire une nouvelle demande."
        )
    outcome = PointsOutcome.GRANTED if granted else PointsOutcome.REFUSED
    with transaction.atomic():
        answer = answer_points(
            request=request, outcome=outcome, answered_on=today, source=SOURCE, reason=reason.strip()
        )
        announce_points_answer(answer=answer)
    return answer

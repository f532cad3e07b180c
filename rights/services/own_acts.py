"""What a person does with their rights without a training: nothing that cannot be undone on a password alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Holder
from rights.enums import PointsOutcome, PointsUse
from rights.models import Entry, PointsAnswer, PointsRequest
from rights.rules.conversion import MainActivity
from rights.services.conversions import convert_rights
from rights.services.points import HALF_TIME, answer_points, request_points
from rights.services.training_files.guards import check_spending

if TYPE_CHECKING:
    from accounts.services.sign_in_proofs import Assurance


def convert_own_rights(
    *,
    holder: Holder,
    toward: MainActivity,
    key: UUID,
    today: date,
    expected_given: int,
    assurance: Assurance | None,
) -> list[Entry]:
    """The conversion that the person read and confirmed. Raises what `convert_rights` and `check_spending` raise."""
    with transaction.atomic():
        check_spending(holder=holder, assurance=assurance, now=timezone.now())
        return convert_rights(
            holder=holder, toward=toward, key=key, today=today, expected_given=expected_given
        )


def request_own_points(
    *, holder: Holder, use: PointsUse, points: int, key: UUID, today: date, assurance: Assurance | None
) -> PointsRequest:
    """The points that the person asks to use; a part time is a half one. Raises what the two below raise."""
    with transaction.atomic():
        check_spending(holder=holder, assurance=assurance, now=timezone.now())
        return request_points(
            key=key, holder=holder, use=use, points=points, today=today, coefficient=HALF_TIME
        )


def withdraw_own_request(*, request: PointsRequest, today: date) -> PointsAnswer:
    """The person no longer asks: the points are theirs again, which needs no proof. Raises AlreadyAnswered."""
    return answer_points(request=request, outcome=PointsOutcome.WITHDRAWN, answered_on=today, source="Vous")

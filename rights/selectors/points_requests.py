"""Requests to use prevention points, for those who answer them."""

from __future__ import annotations

from django.db.models import QuerySet

from rights.models import PointsRequest


def waiting_requests() -> QuerySet[PointsRequest]:
    """Those without an answer, the nearest deadline first."""
    rows = PointsRequest.objects.filter(answer__isnull=True).select_related("holder")
    return rows.order_by("answer_due_on", "at", "pk")


def answered_requests() -> QuerySet[PointsRequest]:
    """Those that ended, the last answer first."""
    rows = PointsRequest.objects.filter(answer__isnull=False).select_related("holder", "answer")
    return rows.order_by("-answer__at", "-pk")


def points_requests() -> QuerySet[PointsRequest]:
    return PointsRequest.objects.select_related("holder", "answer")

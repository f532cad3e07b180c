"""Workshops to come, near the places of a person, and those where they have a seat."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import Holder
from cep.models import GroupSession
from cep.selectors.places import Point
from cep.selectors.sites import sites_near

MOST_SESSIONS: Final = 50


def sessions_to_come(*, now: datetime) -> QuerySet[GroupSession]:
    """Those that are announced and have not begun, soonest first."""
    return _with_place_and_adviser().filter(called_off_at__isnull=True, span__startswith__gt=now)


def sessions_near(points: Sequence[Point], *, now: datetime) -> list[GroupSession]:
    """At the sites around the points; everywhere when no point is known. MOST_SESSIONS at most.

    One query for each point, and one.
    """
    found = sessions_to_come(now=now)
    if points:
        near = [sites_near(latitude=point.latitude, longitude=point.longitude) for point in points]
        found = found.filter(site__in={near_site.site.pk for sites in near for near_site in sites})
    return list(found[:MOST_SESSIONS])


def sessions_of(holder: Holder, *, now: datetime) -> QuerySet[GroupSession]:
    """Where the person has a seat and which are not over, called-off ones included. One query."""
    return _with_place_and_adviser().filter(seats__holder=holder, span__endswith__gt=now)


def session_for(holder: Holder, key: int, *, now: datetime) -> GroupSession | None:
    """A session to come, or one where the person has a seat, whatever became of it. One query."""
    mine = Q(seats__holder=holder)
    open_to_all = Q(called_off_at__isnull=True, span__startswith__gt=now)
    return _with_place_and_adviser().filter(mine | open_to_all, pk=key).distinct().first()


def _with_place_and_adviser() -> QuerySet[GroupSession]:
    """Soonest first."""
    return GroupSession.objects.select_related("site", "adviser__user", "absence").order_by("span", "pk")

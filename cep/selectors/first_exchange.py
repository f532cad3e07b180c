"""Requests that wait for a first exchange, for those who answer for the delay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.enums import StaffRole
from accounts.models import StaffScope, User
from accounts.selectors.staff import scope_codes
from cep.enums import STATUSES_ACTIVE
from cep.models import AdviceRequest, Booking, Operator
from cep.rules.first_exchange import ALERT_DAYS, DELAY_DAYS
from cpa_portal.kernel.working_days import Zone

LEVELS = (*ALERT_DAYS, DELAY_DAYS)


@dataclass(frozen=True)
class ZoneCount:
    """How many requests run in a zone, and how many of them have come to each level or beyond."""

    zone: str
    running: int
    reached: Mapping[int, int]


def requests_visible_to(user: User, *, now: datetime) -> QuerySet[AdviceRequest]:
    """Those of the manager's operators, with their level and the day of the next meeting. One query, and the roles."""
    next_meeting = Booking.objects.filter(
        holder=OuterRef("holder"), status__in=STATUSES_ACTIVE, span__endswith__gt=now
    ).order_by("span")
    return (
        AdviceRequest.objects.filter(site__operator__code__in=scope_codes(user, StaffRole.CEP_MANAGER))
        .at(now)
        .annotate(next_meeting_on=Subquery(next_meeting.values("local_date")[:1]))
        .select_related("holder__user", "site__operator")
    )


def waiting_by_zone(user: User, *, now: datetime) -> list[ZoneCount]:
    """Running requests by zone of public holidays, in the order of its name. One query, and the roles."""
    reached = {f"reached_{level}": Count("pk", filter=Q(level__gte=level)) for level in LEVELS}
    rows = (
        AdviceRequest.objects.running()
        .filter(site__operator__code__in=scope_codes(user, StaffRole.CEP_MANAGER))
        .at(now)
        .values("site__holiday_zone")
        .annotate(running=Count("pk"), **reached)
        .order_by("site__holiday_zone")
    )
    return [
        ZoneCount(
            zone=str(Zone(row["site__holiday_zone"]).label),
            running=row["running"],
            reached={level: row[f"reached_{level}"] for level in LEVELS},
        )
        for row in rows
    ]


def managers_of(operator: Operator, *, day: date) -> QuerySet[User]:
    """Who answers for an operator on that day and can be written to. One query."""
    scopes = StaffScope.objects.filter(role=StaffRole.CEP_MANAGER, scope_code=operator.code).on(day)
    return User.objects.filter(pk__in=scopes.values("user"), is_active=True).exclude(email="").order_by("pk")

"""Habilitations as those who manage them see them, and what people of one organisation share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.enums import StaffRole
from accounts.models import Invitation, SiteRight, StaffScope, StandIn
from accounts.permissions import is_administrator
from accounts.selectors.staff import scope_codes

if TYPE_CHECKING:
    from accounts.models import User

# A quarter, then a fortnight for the forgetful: the habilitation closes after that.
CONFIRM_EVERY_DAYS = 92
GRACE_DAYS = 15
# Who besides administrators gives which role, within their own scope codes.
GIVEN_BY = {StaffRole.CEP_ADVISER: StaffRole.CEP_MANAGER}


def can_give(actor: User, role: StaffRole, scope_code: str) -> bool:
    """Administrators give every role; a site's manager gives advisers of their own operator."""
    if is_administrator(actor):
        return True
    giver = GIVEN_BY.get(role)
    return giver is not None and scope_code in scope_codes(actor, giver)


def _within(actor: User) -> Q:
    if is_administrator(actor):
        return Q()
    wanted = Q(pk__in=())
    for role, giver in GIVEN_BY.items():
        wanted |= Q(role=role, scope_code__in=scope_codes(actor, giver))
    return wanted


def managed_scopes(actor: User, *, today: date) -> QuerySet[StaffScope]:
    """The scopes of today that the actor answers for, longest unconfirmed first. One query."""
    return (
        StaffScope.objects.on(today)
        .filter(_within(actor))
        .select_related("user", "confirmed_by", "connection")
        .order_by("confirmed_on", "user__email", "pk")
    )


def open_invitations(actor: User, *, now: object) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        _within(actor), accepted_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=now
    ).select_related("invited_by")


def confirmation_wanted_before(today: date) -> date:
    """Confirmed before that day: somebody must answer for the person now."""
    return today - timedelta(days=CONFIRM_EVERY_DAYS)


def confirmation_due_before(today: date) -> date:
    """Confirmed before that day: too late, the habilitation closes."""
    return today - timedelta(days=CONFIRM_EVERY_DAYS + GRACE_DAYS)


def inbox_sites(scope: StaffScope, *, today: date) -> dict[str, bool] | None:
    """The sites whose requests the person receives, with the right to answer, those of absent colleagues included.

    None: the whole organisation. At most three queries.
    """
    own = _sites_of([scope.pk])
    absent = list(
        StandIn.objects.filter(stand_in=scope).on(today).values_list("absent", flat=True)  # type: ignore[attr-defined]
    )
    if not own:
        return None
    for key in absent:
        theirs = _sites_of([key])
        if not theirs:
            return None
        for site, answers in theirs.items():
            own[site] = own.get(site, False) or answers
    return own


def _sites_of(scopes: list[int]) -> dict[str, bool]:
    return dict(SiteRight.objects.filter(scope__in=scopes).values_list("site_code", "may_answer"))

"""Who looks after what AGORA refused: the lists of an agent, their counts, their colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.enums import StaffRole
from accounts.models import StaffScope, User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.models import Exchange, Handling, HandlingEntry, SendingBack
from agora_sync.selectors.rejects import rejected_exchanges


class Followed(models.TextChoices):
    """The lists of rejects. The stored value is the word of the address; empty: all that is not set aside."""

    TO_DO = "", "À traiter"
    MINE = "a-moi", "Suivis par moi"
    NOBODYS = "a-personne", "Suivis par personne"
    SET_ASIDE = "de-cote", "Mis de côté"
    OVERDUE = "en-retard", "Réponse en retard"


@dataclass(frozen=True)
class FollowedCount:
    """One list with its count, in the order in which they are offered."""

    followed: Followed
    count: int


def condition_of(followed: Followed, user: User, *, today: date) -> Q:
    """What makes a refused exchange belong to the list. Set aside: until a later day than today."""
    is_aside = Q(handling__set_aside_until__gt=today)
    overdue = SendingBack.objects.overdue(today).filter(exchange=OuterRef("pk"))
    return {
        Followed.TO_DO: ~is_aside,
        Followed.MINE: Q(handling__assignee=user) & ~is_aside,
        Followed.NOBODYS: Q(handling__assignee__isnull=True) & ~is_aside,
        Followed.SET_ASIDE: is_aside,
        Followed.OVERDUE: Q(Exists(overdue)),
    }[followed]


def followed_rejects(user: User, followed: Followed, cause: str | None, *, today: date) -> QuerySet[Exchange]:
    """The refused exchanges of one list, with who looks after them; of one cause when it is given."""
    rejects = rejected_exchanges(user, cause).filter(condition_of(followed, user, today=today))
    return rejects.select_related("training_file", "handling__assignee")


def followed_counts(user: User, *, today: date) -> list[FollowedCount]:
    """How many refused exchanges each list holds. One query."""
    counted = (
        rejected_exchanges(user)
        .order_by()
        .aggregate(
            **{
                followed.name: Count("pk", filter=condition_of(followed, user, today=today))
                for followed in Followed
            }
        )
    )
    return [FollowedCount(followed, counted[followed.name]) for followed in Followed]


def colleagues_of(user: User, *, today: date) -> QuerySet[User]:
    """Who may be given an exchange by this user: the agents of the same regions, the user among them.

    The Caisse des dépôts gives to its own people and to every agent.
    """
    agents = StaffScope.objects.on(today).filter(role=StaffRole.REGIONAL_AGENT)
    if is_cdc(user):
        held = agents | StaffScope.objects.on(today).filter(role=StaffRole.CDC)
    else:
        held = agents.filter(scope_code__in=scope_codes(user, StaffRole.REGIONAL_AGENT))
    people = User.objects.filter(pk__in=held.values("user"), is_active=True)
    return people.order_by("last_name", "first_name", "pk")


def handling_of(exchange: Exchange) -> Handling | None:
    """Who looks after it; None when nobody ever did. One query."""
    return Handling.objects.filter(exchange=exchange).select_related("assignee").first()


def handling_entries_of(exchange: Exchange) -> QuerySet[HandlingEntry]:
    """What was done about it, the last first."""
    return exchange.handling_entries.select_related("actor", "colleague").order_by("-id")

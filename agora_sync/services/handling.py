"""What agents do about refused exchanges before they correct them: claim, give, release, annotate, set aside.

Each works on one exchange or a thousand in the same few statements, and writes who did it. A row lock decides between
two agents: the second finds the condition gone, and is told who was first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.enums import HandlingAction
from agora_sync.exceptions import HandlingRefused
from agora_sync.models import Handling, HandlingEntry
from agora_sync.selectors.handling import colleagues_of
from agora_sync.selectors.rejects import rejected_exchanges
from agora_sync.services.messages import tell_staff
from cpa_portal.kernel.masking import mask_text

LONGEST_ASIDE = timedelta(days=366)
NO_COLLEAGUE = "Cette personne ne suit pas les échanges de votre région."
WRONG_DAY = "Choisissez un jour à venir, dans l’année."


@dataclass(frozen=True)
class Handled:
    """What was done: for how many exchanges, and by whom the others are followed already (name and how many)."""

    done: int
    left: dict[str, int] = field(default_factory=dict)


def claim(*, user: User, exchange_ids: Collection[UUID]) -> Handled:
    """Look after those that nobody looks after."""
    changes = {"assignee": user, "since": timezone.now()}
    return _handled(user, exchange_ids, HandlingAction.CLAIMED, changes, Q(assignee__isnull=True))


def assign(*, user: User, exchange_ids: Collection[UUID], colleague: User) -> Handled:
    """Give them to a colleague who follows their region, whoever had them; the colleague is told. Raises
    HandlingRefused.
    """
    if not colleagues_of(user, today=timezone.localdate()).filter(pk=colleague.pk).exists():
        raise HandlingRefused(NO_COLLEAGUE)
    within = Q()
    if not is_cdc(colleague):
        within = Q(exchange__region_code__in=scope_codes(colleague, StaffRole.REGIONAL_AGENT))
    changes = {"assignee": colleague, "since": timezone.now()}
    with transaction.atomic():
        handled = _handled(user, exchange_ids, HandlingAction.ASSIGNED, changes, within, colleague=colleague)
        if handled.done and colleague != user:
            tell_staff(
                recipients=[colleague.email],
                key=f"assigned:{uuid4()}",
                subject="Des échanges refusés vous sont confiés",
                what=_given(user, handled.done),
                path=f"{reverse('agora_sync:reject_list')}?suivi=a-moi",
            )
    return handled


def _given(user: User, count: int) -> str:
    if count == 1:
        return f"{user} vous confie un échange qu’AGORA a refusé."
    return f"{user} vous confie {count} échanges qu’AGORA a refusés."


def release(*, user: User, exchange_ids: Collection[UUID]) -> Handled:
    """Look after them no more. Only one's own: a colleague's are given, not released."""
    changes = {"assignee": None, "since": None}
    return _handled(user, exchange_ids, HandlingAction.RELEASED, changes, Q(assignee=user))


def annotate(*, user: User, exchange_ids: Collection[UUID], note: str) -> Handled:
    """Add a note, whoever looks after them. What looks like a NIR, an address or a number is masked. Raises
    HandlingRefused for an empty one.
    """
    written = mask_text(note.strip())
    if not written:
        raise HandlingRefused("Écrivez la note.")
    return _handled(user, exchange_ids, HandlingAction.NOTED, {}, Q(), note=written)


def set_aside(*, user: User, exchange_ids: Collection[UUID], until: date, note: str = "") -> Handled:
    """Take them out of the lists until that day, on which they come back. A colleague's are left. Raises
    HandlingRefused.
    """
    today = timezone.localdate()
    if not today < until <= today + LONGEST_ASIDE:
        raise HandlingRefused(WRONG_DAY)
    return _handled(
        user,
        exchange_ids,
        HandlingAction.SET_ASIDE,
        {"set_aside_until": until},
        _mine_or_free(user),
        until=until,
        note=mask_text(note.strip()),
    )


def bring_back(*, user: User, exchange_ids: Collection[UUID]) -> Handled:
    """Put back in the lists what was set aside, before its day."""
    aside = Q(set_aside_until__gt=timezone.localdate())
    changes = {"set_aside_until": None}
    return _handled(user, exchange_ids, HandlingAction.BROUGHT_BACK, changes, aside & _mine_or_free(user))


def _mine_or_free(user: User) -> Q:
    return Q(assignee=user) | Q(assignee__isnull=True)


def _handled(
    user: User,
    exchange_ids: Collection[UUID],
    action: HandlingAction,
    changes: dict[str, Any],
    among: Q,
    **told: Any,
) -> Handled:
    """Do it for those of the user's rejects that satisfy the condition. `told`: what the history keeps of it."""
    with transaction.atomic():
        # In one order for everybody: two groups that overlap wait for each other, never both.
        reachable = rejected_exchanges(user).filter(pk__in=exchange_ids).order_by("pk")
        keys = list(reachable.values_list("pk", flat=True))
        Handling.objects.bulk_create([Handling(exchange_id=key) for key in keys], ignore_conflicts=True)
        free = Handling.objects.filter(among, pk__in=keys).select_for_update(of=("self",)).order_by("pk")
        taken = list(free.values_list("pk", flat=True))
        if changes:
            Handling.objects.filter(pk__in=taken).update(**changes)
        HandlingEntry.objects.bulk_create(
            HandlingEntry(exchange_id=key, actor=user, action=action, **told) for key in taken
        )
        return Handled(len(taken), _followers(set(keys) - set(taken), user))


def _followers(keys: set[UUID], user: User) -> dict[str, int]:
    left = Handling.objects.filter(pk__in=keys, assignee__isnull=False).select_related("assignee")
    return dict(Counter("vous" if row.assignee == user else str(row.assignee) for row in left))

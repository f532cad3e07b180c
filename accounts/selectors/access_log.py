from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.enums import StaffRole
from accounts.models import AccessLogEntry

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Holder


@dataclass(frozen=True, slots=True)
class Consultation:
    """One look at a person's data, in words. Who: the capacity, never the name of the agent."""

    at: datetime
    who: str
    purpose: str
    what: str


def consultations_of(holder: Holder, *, limit: int | None = None) -> list[Consultation]:
    """Who looked at the holder's data, newest first. One query.

    Staff appear by their role: the person is told who in the sense of the recipient, and the agent's own
    identity stays with the security officer (CJEU, 22 June 2023, C-579/21).
    """
    entries = AccessLogEntry.objects.filter(holder=holder).order_by("-at", "-id")
    if limit is not None:
        entries = entries[:limit]
    return [
        Consultation(at=entry.at, who=_capacity(entry), purpose=entry.purpose, what=entry.what)
        for entry in entries
    ]


def _capacity(entry: AccessLogEntry) -> str:
    if entry.partner:
        return entry.partner
    labels = [StaffRole(role).label for role in entry.actor_roles if role in StaffRole.values]
    return ", ".join(labels) or "Agent du portail"

"""Values of this room in the words of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import SituationKind
from accounts.forms.situations import LEVELS
from accounts.selectors.places import commune_label
from cpa_portal.kernel.money import format_hours

if TYPE_CHECKING:
    from accounts.models import Situation


def situation_details(situation: Situation) -> str:
    """What the situation says beyond its kind, "" when it says nothing more."""
    details = situation.details
    if situation.kind == SituationKind.DIPLOMA_LEVEL:
        return dict(LEVELS).get(details.get("level", 0), "")
    if situation.kind in {SituationKind.HOME_PLACE, SituationKind.WORK_PLACE}:
        return commune_label(details.get("commune", ""))
    if situation.kind == SituationKind.PUBLIC_AGENT:
        return _public_agent(details.get("category", ""), details.get("weekly_minutes"))
    if situation.kind == SituationKind.RETIRED and "full_rate" in details:
        return "à taux plein" if details["full_rate"] else "sans taux plein"
    return ""


def _public_agent(category: str, weekly_minutes: int | None) -> str:
    parts = [f"catégorie {category}" if category else ""]
    if weekly_minutes:
        parts.append(f"{format_hours(weekly_minutes)} par semaine")
    return ", ".join(filter(None, parts))

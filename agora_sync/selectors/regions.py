"""Which region a person or a place belongs to, by public codes."""

from __future__ import annotations

from accounts.models import Holder
from catalog.models import Commune


def region_code_of(holder: Holder) -> str:
    """The INSEE code of the region where the person lives, else works; empty when neither commune is known."""
    wanted = [code for code in (holder.home_commune_code, holder.work_commune_code) if code]
    if not wanted:
        return ""
    regions = dict(
        Commune.objects.filter(pk__in=wanted).values_list("pk", "department__region_id").order_by()
    )
    return next((regions[code] for code in wanted if code in regions), "")

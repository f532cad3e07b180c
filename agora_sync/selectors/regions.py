"""Which region a person or a place belongs to, by public codes."""

from __future__ import annotations

from accounts.models import Holder
from cpa_portal.kernel.database.prepared import prepared

# Asked in each exchange: written out, because Django would build the same statement each time.
_REGIONS = (
    "SELECT commune.code, department.region_id FROM catalog_commune commune "
    "JOIN catalog_department department ON department.code = commune.department_id WHERE commune.code = ANY(%s)"
)


def region_code_of(holder: Holder) -> str:
    """The INSEE code of the region where the person lives, else works; empty when neither commune is known."""
    wanted = [code for code in (holder.home_commune_code, holder.work_commune_code) if code]
    if not wanted:
        return ""
    with prepared(_REGIONS, [wanted]) as cursor:
        regions: dict[str, str] = dict(cursor.fetchall())
    return next((regions[code] for code in wanted if code in regions), "")

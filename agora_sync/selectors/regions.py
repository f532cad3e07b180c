"""Which region a person or a place belongs to, by public codes."""

from __future__ import annotations

from django.db.models.expressions import RawSQL

from accounts.models import Holder
from cpa_portal.kernel.database.prepared import prepared

_REGION = (
    "SELECT department.region_id FROM catalog_commune commune "
    "JOIN catalog_department department ON department.code = commune.department_id "
    "WHERE commune.code IN (%s, %s) ORDER BY commune.code = %s DESC LIMIT 1"
)


def region_code_of(holder: Holder) -> str:
    """The INSEE code of the region where the person lives, else works; empty when neither commune is known."""
    with prepared(_REGION, _communes(holder)) as cursor:
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def region_found_for(holder: Holder) -> RawSQL:
    """The same, found by the statement that writes it: one trip less in each exchange."""
    return RawSQL(f"COALESCE(({_REGION}), '')", _communes(holder))  # noqa: S611 - a constant, values apart


def _communes(holder: Holder) -> list[str]:
    return [holder.home_commune_code, holder.work_commune_code, holder.home_commune_code]

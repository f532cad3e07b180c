from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import Holder
    from accounts.ports import CommuneLookup


def commune_label(code: str) -> str:
    """`Ajaccio (2A004)`, the code alone for a commune that is not known (abolished, abroad), "" for no code."""
    if not code:
        return ""
    commune = _lookup()(code)
    return f"{commune.name} ({code})" if commune else code


def region_codes_of(holders: Iterable[Holder]) -> dict[UUID, set[str]]:
    """The regions (INSEE codes) where each person lives and works, as far as known. One query per distinct commune."""
    communes = {holder.pk: {holder.home_commune_code, holder.work_commune_code} - {""} for holder in holders}
    lookup = _lookup()
    found = {code: lookup(code) for code in set().union(*communes.values())}
    return {
        key: {commune.region_code for code in codes if (commune := found[code]) is not None}
        for key, codes in communes.items()
    }


def _lookup() -> CommuneLookup:
    return cast("CommuneLookup", import_string(settings.COMMUNE_LOOKUP))

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from accounts.ports import CommuneLookup


def commune_label(code: str) -> str:
    """`Ajaccio (2A004)`, the code alone for a commune that is not known (abolished, abroad), "" for no code."""
    if not code:
        return ""
    lookup = cast("CommuneLookup", import_string(settings.COMMUNE_LOOKUP))
    commune = lookup(code)
    return f"{commune.name} ({code})" if commune else code

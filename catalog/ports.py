"""What this room asks of the rooms above it, which name their implementation in the settings."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from accounts.models import Holder


@dataclass(frozen=True, slots=True)
class RightsOutlook:
    """What a person's rights would pay that day. `reason` says why, in French, for the person.

    `cents`: the sum of the balances that pay a training. `any_training`: the situation opens every training, not
    only those that are registered.
    """

    cents: int
    any_training: bool
    reason: str


class RightsLookup(Protocol):
    """Named in settings.RIGHTS_LOOKUP: what the holder's rights would pay that day."""

    def __call__(self, holder: Holder, day: datetime.date) -> RightsOutlook: ...


def rights_outlook(holder: Holder | None, day: datetime.date) -> RightsOutlook | None:
    """None for somebody without an account."""
    if holder is None:
        return None
    return cast("RightsLookup", import_string(settings.RIGHTS_LOOKUP))(holder, day)

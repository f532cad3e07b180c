from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.enums import SituationKind
from accounts.models import Situation
from accounts.selectors.holders import holder_of

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from accounts.ports import DiplomaEffect, DiplomaEffectLookup


def diploma_effect(declared_on: date) -> DiplomaEffect:
    """What a declaration made on that day would change, as the dated values have it."""
    return cast("DiplomaEffectLookup", import_string(settings.DIPLOMA_EFFECT))(declared_on)


def asks_diploma_first(user: User) -> bool:
    """Whether the question comes by itself: never shown to this holder, and no diploma known."""
    holder = holder_of(user)
    if holder is None or holder.diploma_asked_at is not None:
        return False
    return not Situation.objects.filter(holder=holder, kind=SituationKind.DIPLOMA_LEVEL).exists()

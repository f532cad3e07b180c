"""Whether AGORA is worth calling now, as far as we know before we call."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from agora_sync.models import ServiceStop
from agora_sync.provider.opening import seconds_left_in_window

# What begins now must be over before the window opens.
MARGIN = timedelta(minutes=1)
AFTER_A_STOP = timedelta(minutes=10)


def closed_until(at: datetime) -> tuple[datetime, str] | None:
    """Until when there is no point in calling, and why; None when AGORA should be open. A stop is lifted by people."""
    for instant in (at, at + MARGIN):
        seconds = seconds_left_in_window(settings.AGORA_MAINTENANCE_WINDOWS, instant)
        if seconds is not None:
            return instant + timedelta(seconds=seconds), "Plage de maintenance d’AGORA."
    if ServiceStop.objects.filter(lifted_at__isnull=True).exists():
        return at + AFTER_A_STOP, "Les échanges sont arrêtés : quelqu’un doit lever l’arrêt."
    return None

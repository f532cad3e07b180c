from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import ReadingAlarm


def alarms_to_watch() -> QuerySet[ReadingAlarm]:
    """Every alarm, those to handle first. For the head of security, who watches the whole installation. One query."""
    return ReadingAlarm.objects.select_related("actor", "handled_by").order_by("-state", "-day", "kind", "pk")

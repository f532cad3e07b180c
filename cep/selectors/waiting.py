"""The waiting lists that a person is on."""

from django.db.models import QuerySet

from accounts.models import Holder
from cep.enums import WaitingState
from cep.models import WaitingEntry


def waits_of(holder: Holder) -> QuerySet[WaitingEntry]:
    """What the person still waits for, an offer under way included, oldest wish first. One query."""
    return (
        WaitingEntry.objects.filter(holder=holder, state__in=[WaitingState.WAITING, WaitingState.OFFERED])
        .select_related("site", "holder")
        .order_by("asked_at", "pk")
    )


def wait_of(holder: Holder, key: int) -> WaitingEntry | None:
    """One of them; another person's, or one that is over, does not exist. One query."""
    return waits_of(holder).filter(pk=key).first()

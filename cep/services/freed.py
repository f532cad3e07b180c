"""A slot has come free: who is told of it, in the transaction that freed it.

First those who wait for that place, one at a time; else one person who is met at a distance for want of a place. The
slot stays open to everyone meanwhile.
"""

from datetime import datetime, timedelta
from typing import Final

from cep.enums import BookingStatus, MeetingKind, MeetingMode, RemoteReason
from cep.models import Booking
from cep.rules.meetings import bookable_period
from cep.selectors.slots import free_slots
from cep.services.messages import announce_freed_on_site
from cep.services.waiting import tell_those_who_wait

AN_INSTANT: Final = timedelta(microseconds=1)


def tell_of_freed(*, freed: Booking, now: datetime) -> None:
    """Nobody is told of a slot whose opening has gone, or that begins too soon."""
    if _is_free(freed, now) and tell_those_who_wait(freed=freed, now=now) is None:
        _propose_on_site(freed, now)


def _is_free(freed: Booking, now: datetime) -> bool:
    start = freed.starts_at
    return bool(
        free_slots(
            sites=[freed.site], mode=freed.mode, since=start, until=start + AN_INSTANT, now=now,
            kind=MeetingKind.FIRST,
        )
    )  # fmt: skip


def _propose_on_site(freed: Booking, now: datetime) -> None:
    """Once per person: who has been told and has kept the distance is left in peace."""
    first, last = bookable_period(now)
    if freed.mode != MeetingMode.ON_SITE or not first <= freed.starts_at < last:
        return
    booking = (
        Booking.objects.filter(
            site=freed.site_id, status=BookingStatus.CONFIRMED, remote_reason=RemoteReason.SHORTAGE,
            on_site_proposed_at__isnull=True, holder__isnull=False, span__startswith__gt=now,
        )
        .exclude(mode=MeetingMode.ON_SITE)
        .exclude(holder=freed.holder_id)
        .order_by("created_at", "pk")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("site", "holder__user")
        .first()
    )  # fmt: skip
    if booking is None:
        return
    booking.on_site_proposed_at = now
    booking.save(update_fields=["on_site_proposed_at"])
    announce_freed_on_site(booking, start=freed.starts_at)

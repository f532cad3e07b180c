"""The waiting list: a freed slot is told to one person at a time, and to nobody too often.

The slot stays open to everyone meanwhile: a promise that it is kept would leave it empty while somebody reads their
mail. Who takes it first has it, and the constraint decides.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Holder
from cep.enums import BookingStatus, MeetingKind, MeetingMode, RequestChannel, WaitingState
from cep.exceptions import CallsRefused
from cep.models import Booking, Site, WaitingEntry
from cep.rules.meetings import bookable_period
from cep.selectors.slots import free_slots
from cep.services.first_exchange import open_request
from cep.services.messages import announce_freed_slot

OFFER: Final = timedelta(hours=2)
# Three messages that led to nothing: a fourth would be noise.
MOST_NOTICES: Final = 3
AN_INSTANT: Final = timedelta(microseconds=1)


def wait_for_slot(*, holder: Holder, site: Site, mode: MeetingMode) -> WaitingEntry:
    """Put the person on the list. Asked twice, they are on it once, at their first place.

    Raises CallsRefused: nobody waits for a call that they asked not to have.
    """
    if mode == MeetingMode.PHONE and holder.refuses_calls:
        raise CallsRefused
    entry = WaitingEntry(holder=holder, site=site, mode=mode)
    with transaction.atomic():
        WaitingEntry.objects.bulk_create([entry], ignore_conflicts=True)
        if not Booking.objects.filter(holder=holder, status=BookingStatus.DONE).exists():
            # Nobody has met them yet: the promised delay runs from here at the latest.
            open_request(holder=holder, site=site, channel=RequestChannel.ONLINE, now=timezone.now())
    return WaitingEntry.objects.get(
        holder=holder, site=site, mode=mode, state__in=[WaitingState.WAITING, WaitingState.OFFERED]
    )


def tell_those_who_wait(*, freed: Booking, now: datetime) -> WaitingEntry | None:
    """In the transaction that frees the slot: the first of the list is told, but who has just given it back.

    None when nobody else waits.
    """
    return tell_next(
        site=freed.site, mode=MeetingMode(freed.mode), start=freed.starts_at, now=now, but=freed.holder_id
    )


def tell_next(
    *, site: Site, mode: MeetingMode, start: datetime, now: datetime, but: UUID | None = None
) -> WaitingEntry | None:
    """Tell the next person of a free slot. Several workers at once serve different people: none waits for another.

    `but`: the key of the holder who does not want that slot.
    """
    first, last = bookable_period(now)
    if not first <= start < last:
        return None
    with transaction.atomic():
        entry = (
            WaitingEntry.objects.filter(
                _may_be_told(mode), site=site, mode=mode, state=WaitingState.WAITING, notices__lt=MOST_NOTICES
            )
            .exclude(holder=but)
            # Who has been told least comes first: one who lets an offer pass goes behind the others.
            .order_by("notices", "asked_at", "pk")
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("site", "holder__user")
            .first()
        )
        if entry is None:
            return None
        return _offer(entry, start, now)


def _may_be_told(mode: MeetingMode) -> Q:
    """Who has asked since not to be called is not told of a call."""
    return Q(holder__refuses_calls=False) if mode == MeetingMode.PHONE else Q()


def _offer(entry: WaitingEntry, start: datetime, now: datetime) -> WaitingEntry | None:
    entry.state, entry.offered_start = WaitingState.OFFERED, start
    entry.offer_ends_at, entry.notices = min(now + OFFER, start), entry.notices + 1
    try:
        with transaction.atomic():
            entry.save(update_fields=["state", "offered_start", "offer_ends_at", "notices"])
    except IntegrityError:
        # Somebody is thinking about this very slot: one at a time.
        return None
    announce_freed_slot(entry)
    return entry


def refuse_offer(*, entry: WaitingEntry, now: datetime) -> None:
    """The person does not want that slot: they keep their place for another, the next one is told of it."""
    if _back_to_the_list(entry.pk, now, over=False):
        _tell_next_if_free(entry, now, but=entry.holder_id)


def end_expired_offers(*, now: datetime) -> int:
    """Swept: offers without an answer go to the next person, as long as the slot is free. Returns how many ended."""
    over = WaitingEntry.objects.filter(state=WaitingState.OFFERED, offer_ends_at__lte=now)
    ended = 0
    for entry in over.select_related("site", "holder").order_by("pk"):
        if _back_to_the_list(entry.pk, now, over=True):
            ended += 1
            _tell_next_if_free(entry, now)
    return ended


def leave_the_list(*, entry: WaitingEntry) -> None:
    WaitingEntry.objects.filter(pk=entry.pk, state__in=[WaitingState.WAITING, WaitingState.OFFERED]).update(
        state=WaitingState.WITHDRAWN
    )


def _back_to_the_list(key: int, now: datetime, *, over: bool) -> bool:
    """Compare and set: of two sweeps, or a sweep and an answer, one ends the offer."""
    offered = WaitingEntry.objects.filter(pk=key, state=WaitingState.OFFERED)
    if over:
        offered = offered.filter(offer_ends_at__lte=now)
    ended = offered.filter(notices__lt=MOST_NOTICES).update(state=WaitingState.WAITING)
    return bool(ended or offered.update(state=WaitingState.WITHDRAWN))


def _tell_next_if_free(entry: WaitingEntry, now: datetime, *, but: UUID | None = None) -> None:
    start = entry.offered_start
    if start is not None and free_slots(
        sites=[entry.site], mode=entry.mode, since=start, until=start + AN_INSTANT, now=now,
        kind=MeetingKind.FIRST,
    ):  # fmt: skip
        tell_next(site=entry.site, mode=MeetingMode(entry.mode), start=start, now=now, but=but)

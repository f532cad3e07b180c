"""Taking an appointment. The database decides between those who ask at the same instant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import Holder
from cep.enums import BookingAction, BookingStatus, MeetingKind, MeetingMode
from cep.exceptions import CallsRefused, HoldGone, KindNotOffered, SlotTaken, SlotUnavailable, WindowClosed
from cep.models import Adviser, Booking, BookingEvent, Site
from cep.rules.meetings import HOLD, MODES_OF_KIND, Slot
from cep.selectors.remote import remote_reason
from cep.selectors.slots import free_advisers, nearest_slots
from cep.services.messages import announce_confirmation
from cep.services.taking import (
    ConflictVanished,
    in_one_transaction,
    refuse_outside_bookable_period,
    same_meeting,
    take,
    wanted_booking,
    with_retries,
)


def book_appointment(
    *,
    key: UUID,
    holder: Holder,
    adviser: Adviser,
    site: Site,
    mode: MeetingMode,
    start: datetime,
    now: datetime,
    kind: MeetingKind = MeetingKind.FIRST,
) -> Booking:
    """Book the meeting that begins at `start` (aware) for the holder, under the request's own key.

    The same key with the same meeting gives the same appointment back, however often it is sent; where the key is
    that of a slot held for the person, the hold becomes the appointment.
    Raises SlotTaken, WindowClosed, SlotTooSoon or SlotBeyondHorizon, each with the three nearest free
    meetings; HolderAlreadyBooked with the appointment in the way, FirstMeetingAlready with the one that stands;
    KeyAlreadyUsed; BookingBusy; KindNotOffered; CallsRefused for a telephone meeting of a person who asked not to be
    called.
    """
    slot = Slot(site.pk, adviser.pk, mode, start, kind)
    wanted = wanted_booking(
        key=key, holder=holder, adviser=adviser, site=site, slot=slot, status=BookingStatus.CONFIRMED
    )
    already = Booking.objects.filter(pk=key).first()
    if already is not None and already.status != BookingStatus.HELD:
        return same_meeting(already, wanted)
    _refuse_the_way_of_meeting(holder, mode, kind)
    try:
        refuse_outside_bookable_period(start, now)
        wanted.remote_reason = remote_reason(site=site, mode=mode, kind=kind, now=now)
        return with_retries(lambda: in_one_transaction(lambda: _book(wanted, now)))
    except SlotUnavailable as refusal:
        # Searched once the transaction is over: no lock is held while looking for something else.
        refusal.nearest = nearest_slots(site=site, mode=mode, start=start, now=now, kind=kind)
        raise


def book_with_anyone(
    *,
    key: UUID,
    holder: Holder,
    site: Site,
    mode: MeetingMode,
    start: datetime,
    now: datetime,
    kind: MeetingKind = MeetingKind.FIRST,
) -> Booking:
    """Book at that hour with any adviser of the site who is free: the least busy that day first.

    Refuses as `book_appointment` does; SlotTaken once every adviser has been tried.
    """
    already = Booking.objects.filter(pk=key).select_related("adviser").first()
    if already is not None:
        advisers: Sequence[Adviser] = [already.adviser]
    else:
        advisers = free_advisers(site=site, mode=mode, start=start, kind=kind, holder=holder, now=now)
    for adviser in advisers:
        try:
            return book_appointment(
                key=key, holder=holder, adviser=adviser, site=site, mode=mode, start=start, now=now, kind=kind
            )
        except (SlotTaken, WindowClosed):
            # Somebody else was quicker with this one.
            continue
    raise SlotTaken(nearest_slots(site=site, mode=mode, start=start, now=now, kind=kind))


def hold_slot(
    *,
    key: UUID,
    holder: Holder,
    adviser: Adviser,
    site: Site,
    mode: MeetingMode,
    start: datetime,
    now: datetime,
    kind: MeetingKind = MeetingKind.FIRST,
) -> Booking:
    """Keep a slot for the person while they read and confirm, HOLD_MINUTES long. One hold per person: the last.

    Confirmed by `book_appointment` under the same key. Raises what `book_appointment` raises.
    """
    slot = Slot(site.pk, adviser.pk, mode, start, kind)
    wanted = wanted_booking(
        key=key, holder=holder, adviser=adviser, site=site, slot=slot, status=BookingStatus.HELD
    )
    wanted.expires_at = now + HOLD
    already = Booking.objects.filter(pk=key).first()
    if already is not None and already.status != BookingStatus.HELD:
        # The button of a page that was left open: the slot is the person's already.
        return same_meeting(already, wanted)
    _refuse_the_way_of_meeting(holder, mode, kind)
    try:
        refuse_outside_bookable_period(start, now)
        return with_retries(lambda: in_one_transaction(lambda: take(wanted, now=now)))
    except SlotUnavailable as refusal:
        refusal.nearest = nearest_slots(site=site, mode=mode, start=start, now=now, kind=kind)
        raise


def release_hold(*, key: UUID, holder: Holder) -> None:
    """Give the slot back before its time. Raises HoldGone when nothing is held under that key for the person."""
    given_back, _ = Booking.objects.filter(pk=key, holder=holder, status=BookingStatus.HELD).delete()
    if not given_back:
        raise HoldGone


def remove_expired_holds(*, now: datetime) -> int:
    """Housekeeping: an expired hold keeps nobody out, but its row stays until somebody wants the slot."""
    removed, _ = Booking.objects.filter(status=BookingStatus.HELD, expires_at__lte=now).delete()
    return removed


def kind_for(holder: Holder) -> MeetingKind:
    """What the person's next meeting is: the first until one has taken place."""
    met = Booking.objects.filter(holder=holder, status=BookingStatus.DONE).exists()
    return MeetingKind.FOLLOW_UP if met else MeetingKind.FIRST


def _refuse_the_way_of_meeting(holder: Holder, mode: MeetingMode, kind: MeetingKind) -> None:
    if mode == MeetingMode.PHONE and holder.refuses_calls:
        raise CallsRefused
    if mode not in MODES_OF_KIND[kind]:
        raise KindNotOffered


def _book(wanted: Booking, now: datetime) -> Booking:
    booked = take(wanted, now=now)
    if booked.status == BookingStatus.HELD:
        _confirm_hold(booked, wanted.remote_reason)
    _record_first_event(booked)
    # Written with the booking, swept by a task: a crash after the commit loses no message.
    announce_confirmation(booked)
    return booked


def _confirm_hold(held: Booking, reason: str) -> None:
    """The held row becomes the appointment. Past its time too, as long as nobody else has wanted the slot."""
    confirmed = Booking.objects.filter(pk=held.pk, status=BookingStatus.HELD).update(
        status=BookingStatus.CONFIRMED, expires_at=None, remote_reason=reason
    )
    if not confirmed:
        # Given back between the look and the update, or confirmed by the same request sent twice.
        raise ConflictVanished
    held.status, held.expires_at, held.remote_reason = BookingStatus.CONFIRMED, None, reason


def _record_first_event(booked: Booking) -> None:
    first = BookingEvent(
        booking=booked,
        action=BookingAction.BOOK,
        status_after=BookingStatus.CONFIRMED,
        actor_id=booked.person.user_id,
    )
    # One per booking by constraint: two sendings of one request write it once.
    BookingEvent.objects.bulk_create([first], ignore_conflicts=True)

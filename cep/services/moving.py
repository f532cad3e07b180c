"""Moving an appointment: the new one is taken and the old one left in one transaction, or nothing changes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from cep.enums import BookingAction, BookingStatus, ImpactEnd, MeetingKind, MeetingMode
from cep.exceptions import (
    ActionRefused,
    BookingBusy,
    CallsRefused,
    HolderAlreadyBooked,
    SlotUnavailable,
)
from cep.models import Adviser, Booking, BookingEvent, Impact, Site
from cep.rules.meetings import Slot
from cep.selectors.slots import free_advisers, nearest_slots
from cep.services.freed import tell_of_freed
from cep.services.messages import announce_move, announce_no_replacement, announce_proposal
from cep.services.taking import (
    in_one_transaction,
    refuse_outside_bookable_period,
    same_meeting,
    take,
    wanted_booking,
    with_retries,
)

# How many free meetings are tried before a person is said to have no replacement.
MOST_TRIES: Final = 12


def move_appointment(
    *,
    key: UUID,
    booking: Booking,
    adviser: Adviser,
    site: Site,
    mode: MeetingMode,
    start: datetime,
    actor: User | None,
    now: datetime,
) -> Booking:
    """Give the appointment another hour, place or adviser; its calendar entry is updated, not doubled.

    The same key with the same meeting gives the same answer. Raises ActionRefused when the appointment is over or
    has begun, and what `book_appointment` raises: the old appointment then stands as it did.
    """
    if mode == MeetingMode.PHONE and booking.person.refuses_calls:
        raise CallsRefused
    try:
        refuse_outside_bookable_period(start, now)
        return _moved(
            key, booking, _slot(booking, adviser, site, mode, start), adviser, site, actor, now,
            BookingStatus.CONFIRMED,
        )  # fmt: skip
    except SlotUnavailable as refusal:
        refusal.nearest = nearest_slots(
            site=site, mode=mode, start=start, now=now, kind=MeetingKind(booking.kind)
        )
        raise


def propose_replacement(
    *, impact: Impact, actor: User | None, now: datetime, same_hour_only: bool = False
) -> Booking | None:
    """Keep another meeting for the person and ask them: same hour and place with a colleague first, else the nearest.

    None when nothing is free: the impact stays open, the person is told that they will be called, unless only the same
    hour was looked for.
    """
    with transaction.atomic():
        impact = Impact.objects.select_for_update(no_key=True, of=("self",)).get(pk=impact.pk)
        old = Booking.objects.select_related("site", "adviser__user", "holder__user").get(
            pk=impact.booking_id
        )
    if impact.closed_at is not None or not old.is_active:
        return None
    for slot, site in _candidates(old, now, same_hour_only=same_hour_only):
        try:
            return _moved(
                uuid4(), old, slot, Adviser.objects.get(pk=slot.adviser_id), site, actor, now,
                BookingStatus.PROPOSED,
            )  # fmt: skip
        except (SlotUnavailable, BookingBusy, HolderAlreadyBooked):
            # Taken meanwhile, or the person is elsewhere at that hour: the next one.
            continue
        except ActionRefused:
            # The person has moved or cancelled it themselves meanwhile.
            return None
    if not same_hour_only:
        announce_no_replacement(old)
    return None


def propose_replacements(*, impacts: Iterable[Impact], actor: User | None, now: datetime) -> int:
    """One after the other, each in a transaction of its own. Returns how many people have a proposal.

    First those who can keep their hour with a colleague, so that nobody's hour goes to another who needs any.
    """
    impacts = list(impacts)
    left = [
        impact
        for impact in impacts
        if propose_replacement(impact=impact, actor=actor, now=now, same_hour_only=True) is None
    ]
    found = sum(propose_replacement(impact=impact, actor=actor, now=now) is not None for impact in left)
    return len(impacts) - len(left) + found


def _candidates(old: Booking, now: datetime, *, same_hour_only: bool) -> Iterator[tuple[Slot, Site]]:
    kind, mode = MeetingKind(old.kind), MeetingMode(old.mode)
    if mode == MeetingMode.PHONE and old.person.refuses_calls:
        # Asked since: another way of meeting at a distance, never another call.
        mode = MeetingMode.REMOTE
    colleagues = free_advisers(
        site=old.site, mode=mode, start=old.starts_at, kind=kind, holder=old.person, now=now
    )
    for adviser in colleagues:
        yield Slot(old.site_id, adviser.pk, mode, old.starts_at, kind), old.site
    if same_hour_only:
        return
    others = [
        old.site,
        *Site.objects.filter(operator=old.site.operator_id).exclude(pk=old.site_id).order_by("pk"),
    ]
    for site in others:
        for slot in nearest_slots(
            site=site, mode=mode, start=old.starts_at, now=now, kind=kind, limit=MOST_TRIES
        ):
            yield slot, site


def _slot(booking: Booking, adviser: Adviser, site: Site, mode: MeetingMode, start: datetime) -> Slot:
    return Slot(site.pk, adviser.pk, mode, start, MeetingKind(booking.kind))


def _moved(
    key: UUID,
    booking: Booking,
    slot: Slot,
    adviser: Adviser,
    site: Site,
    actor: User | None,
    now: datetime,
    status: BookingStatus,
) -> Booking:
    wanted = wanted_booking(
        key=key, holder=booking.person, adviser=adviser, site=site, slot=slot, status=status
    )
    return with_retries(lambda: in_one_transaction(lambda: _move_once(booking, wanted, actor, now)))


def _move_once(booking: Booking, wanted: Booking, actor: User | None, now: datetime) -> Booking:
    old = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    done = Booking.objects.filter(pk=wanted.pk).first()
    if done is not None and done.status != BookingStatus.HELD:
        return same_meeting(done, wanted)
    if not old.is_active:
        raise ActionRefused(f"Ce rendez-vous est déjà « {old.status_for_person} ».")
    if old.starts_at <= now and wanted.status == BookingStatus.CONFIRMED:
        raise ActionRefused("Ce rendez-vous a déjà commencé : il ne peut plus être déplacé.")
    old.status = BookingStatus.MOVED
    old.save(update_fields=["status"])
    wanted.calendar_uid, wanted.sequence, wanted.moved_from = old.calendar_uid, old.sequence + 1, old
    if wanted.mode != MeetingMode.ON_SITE:
        wanted.remote_reason, wanted.on_site_proposed_at = old.remote_reason, old.on_site_proposed_at
    if done is not None:
        # The slot was held under this key: it is given back and taken at once, in this transaction.
        done.delete()
    taken = take(wanted, now=now)
    _write_history(old, taken, actor, now)
    (announce_move if taken.is_confirmed else announce_proposal)(taken)
    # What was left behind is free for others, unless its opening has gone.
    tell_of_freed(freed=old, now=now)
    return taken


def _write_history(old: Booking, new: Booking, actor: User | None, now: datetime) -> None:
    action = BookingAction.BOOK if new.is_confirmed else BookingAction.PROPOSE
    BookingEvent.objects.bulk_create(
        [
            BookingEvent(
                booking=old, action=BookingAction.MOVE, status_after=BookingStatus.MOVED, actor=actor
            ),
            BookingEvent(booking=new, action=action, status_after=new.status, actor=actor),
        ]
    )
    Impact.objects.filter(booking=old, closed_at__isnull=True).update(closed_at=now, end=ImpactEnd.REPLACED)

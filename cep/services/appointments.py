"""What becomes of an appointment once it is taken: cancelled, done, missed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from cep.enums import BookingAction, BookingStatus, ImpactEnd
from cep.exceptions import ActionRefused
from cep.models import Booking, BookingEvent, Impact
from cep.rules.meetings import OUTCOMES, TRANSITIONS
from cep.services.first_exchange import restart_clock, stop_clock
from cep.services.freed import tell_of_freed
from cep.services.messages import announce_cancellation, announce_confirmation

CANCELLATIONS: Final = frozenset({BookingAction.CANCEL_BY_PERSON, BookingAction.CANCEL_BY_SERVICE})


def act_on_appointment(*, key: UUID, action: BookingAction, actor: User | None, now: datetime) -> Booking:
    """Apply one action to an appointment and write it in its history. The caller has checked whose it is.

    An action that has been applied already changes nothing. Raises ActionRefused when the state or the hour
    does not allow it, Booking.DoesNotExist for an unknown key.
    """
    with transaction.atomic():
        booking = Booking.objects.select_for_update(no_key=True).get(pk=key)
        if booking.status == OUTCOMES[action]:
            # Done already, by a first click or in another tab.
            return booking
        status = TRANSITIONS.get((BookingStatus(booking.status), action))
        if status is None:
            raise ActionRefused(f"Ce rendez-vous est déjà « {booking.status_for_person} ».")
        _refuse_at_the_wrong_hour(booking, action, now)
        _change_status(booking, action, status)
        BookingEvent.objects.create(booking=booking, action=action, status_after=status, actor=actor)
        _close_impact(booking, action, now)
        if action == BookingAction.MARK_DONE:
            stop_clock(met=booking)
        elif action == BookingAction.MARK_NO_SHOW:
            restart_clock(missed=booking)
        if action in CANCELLATIONS:
            announce_cancellation(booking)
            # The slot is free for everyone at once, and those who wait for one are told in their order.
            tell_of_freed(freed=booking, now=now)
        elif action == BookingAction.ACCEPT:
            announce_confirmation(booking)
    return booking


def cancel_appointment(*, booking: Booking, actor: User | None, now: datetime) -> Booking:
    """Cancel on behalf of the person. Raises ActionRefused once the meeting has begun, or is over."""
    return act_on_appointment(key=booking.pk, action=BookingAction.CANCEL_BY_PERSON, actor=actor, now=now)


def accept_proposal(*, booking: Booking, actor: User | None, now: datetime) -> Booking:
    """The person takes the replacement. Raises ActionRefused once the hour has come, or it is no longer proposed."""
    return act_on_appointment(key=booking.pk, action=BookingAction.ACCEPT, actor=actor, now=now)


def _refuse_at_the_wrong_hour(booking: Booking, action: BookingAction, now: datetime) -> None:
    has_begun = booking.starts_at <= now
    if action in CANCELLATIONS and has_begun:
        raise ActionRefused("Ce rendez-vous a déjà commencé : il ne peut plus être annulé.")
    if action == BookingAction.ACCEPT:
        if has_begun:
            raise ActionRefused("L’heure de ce rendez-vous est passée. Choisissez-en un autre.")
        return
    if action not in CANCELLATIONS and not has_begun:
        raise ActionRefused(
            "Ce rendez-vous n’a pas encore commencé : attendez l’heure pour dire ce qu’il en a été."
        )


def _close_impact(booking: Booking, action: BookingAction, now: datetime) -> None:
    if action == BookingAction.ACCEPT:
        # The replacement may have lost its own opening since: it stays to be replaced.
        return
    end = ImpactEnd.CANCELLED if action in CANCELLATIONS else ImpactEnd.KEPT
    Impact.objects.filter(booking=booking, closed_at__isnull=True).update(closed_at=now, end=end)


def _change_status(booking: Booking, action: BookingAction, status: BookingStatus) -> None:
    # Only what calendars must learn gets a new number: they keep the highest one they were shown.
    booking.sequence += action in CANCELLATIONS or action == BookingAction.ACCEPT
    booking.status = status
    booking.save(update_fields=["status", "sequence"])

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Notification
from cep.enums import BookingAction, BookingStatus
from cep.exceptions import ActionRefused
from cep.models import Booking, BookingEvent
from cep.services.appointments import act_on_appointment, cancel_appointment
from tests.support.factories.accounts import UserFactory
from tests.support.factories.cep import MONDAY, BookingFactory, at

pytestmark = pytest.mark.django_db

BEFORE, AFTER = at(MONDAY, "08:59"), at(MONDAY, "10:00")
CANCEL_PERSON, CANCEL_SERVICE = BookingAction.CANCEL_BY_PERSON, BookingAction.CANCEL_BY_SERVICE
ACCEPT = BookingAction.ACCEPT
DONE, NO_SHOW = BookingAction.MARK_DONE, BookingAction.MARK_NO_SHOW

ALLOWED = {
    ("confirmed", CANCEL_PERSON): "cancelled_by_person",
    ("confirmed", CANCEL_SERVICE): "cancelled_by_service",
    ("confirmed", DONE): "done",
    ("confirmed", NO_SHOW): "no_show",
    ("proposed", CANCEL_PERSON): "cancelled_by_person",
    ("proposed", CANCEL_SERVICE): "cancelled_by_service",
    ("proposed", DONE): "done",
    ("proposed", NO_SHOW): "no_show",
    ("proposed", ACCEPT): "confirmed",
    ("done", NO_SHOW): "no_show",
    ("no_show", DONE): "done",
}
# The second click of the same action finds it done.
ALREADY = {
    ("cancelled_by_person", CANCEL_PERSON),
    ("cancelled_by_service", CANCEL_SERVICE),
    ("confirmed", ACCEPT),
    ("done", DONE),
    ("no_show", NO_SHOW),
}
ACTIONS = [CANCEL_PERSON, CANCEL_SERVICE, ACCEPT, DONE, NO_SHOW]


def right_time(action):
    return BEFORE if action in (CANCEL_PERSON, CANCEL_SERVICE, ACCEPT) else AFTER


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", BookingStatus)
def test_act_on_appointment_every_state_and_action(status, action):
    booking = BookingFactory(status=status)
    actor = UserFactory()
    pair = (status.value, action)

    if pair not in ALLOWED and pair not in ALREADY:
        with pytest.raises(ActionRefused):
            act_on_appointment(key=booking.pk, action=action, actor=actor, now=right_time(action))
    else:
        act_on_appointment(key=booking.pk, action=action, actor=actor, now=right_time(action))

    booking.refresh_from_db()
    assert booking.status == ALLOWED.get(pair, status)
    written = list(BookingEvent.objects.values_list("booking", "action", "status_after", "actor"))
    assert written == ([(booking.pk, action, ALLOWED[pair], actor.pk)] if pair in ALLOWED else [])


@pytest.mark.parametrize("action", ACTIONS)
def test_act_on_appointment_at_the_wrong_hour_changes_nothing(action):
    booking = BookingFactory(status=BookingStatus.PROPOSED)
    wrong = AFTER if right_time(action) == BEFORE else BEFORE

    with pytest.raises(ActionRefused):
        act_on_appointment(key=booking.pk, action=action, actor=None, now=wrong)

    booking.refresh_from_db()
    assert booking.is_proposed
    assert not BookingEvent.objects.exists()
    assert not Notification.objects.exists()


def test_act_on_appointment_begins_at_its_first_instant():
    booking = BookingFactory()

    with pytest.raises(ActionRefused):
        act_on_appointment(key=booking.pk, action=CANCEL_PERSON, actor=None, now=booking.starts_at)

    just_before = booking.starts_at - timedelta(microseconds=1)
    assert not act_on_appointment(
        key=booking.pk, action=CANCEL_PERSON, actor=None, now=just_before
    ).is_confirmed


@pytest.mark.parametrize("action", [CANCEL_PERSON, CANCEL_SERVICE])
def test_act_on_appointment_cancelling_tells_the_person_and_their_calendar(action):
    booking = BookingFactory()

    act_on_appointment(key=booking.pk, action=action, actor=None, now=BEFORE)

    booking.refresh_from_db()
    assert booking.sequence == 1
    message = Notification.objects.get()
    assert (message.kind, message.recipient) == ("cep.appointment_cancelled", booking.holder.email)
    assert message.context["sequence"] == 1


@pytest.mark.parametrize("action", [DONE, NO_SHOW])
def test_act_on_appointment_outcome_writes_to_nobody(action):
    booking = BookingFactory()

    act_on_appointment(key=booking.pk, action=action, actor=None, now=AFTER)

    booking.refresh_from_db()
    assert booking.sequence == 0
    assert not Notification.objects.exists()


def test_act_on_appointment_unknown_is_not_found():
    with pytest.raises(Booking.DoesNotExist):
        act_on_appointment(key=uuid4(), action=DONE, actor=None, now=AFTER)


def test_cancel_appointment_twice_is_no_fault():
    booking = BookingFactory()

    for _ in range(2):
        cancelled = cancel_appointment(booking=booking, actor=booking.holder.user, now=BEFORE)

    assert cancelled.status == BookingStatus.CANCELLED_BY_PERSON
    assert BookingEvent.objects.count() == Notification.objects.count() == 1

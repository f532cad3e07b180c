"""Thirty working days between the request and the first exchange: what starts the clock, stops it, and who is told."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Notification
from cep.enums import BookingAction, RequestEnd
from cep.exceptions import ActionRefused
from cep.models import AdviceRequest
from cep.rules.first_exchange import Clock
from cep.services.appointments import act_on_appointment, cancel_appointment
from cep.services.booking import book_appointment
from cep.services.first_exchange import end_request, raise_alerts, render_requests_waiting
from cep.services.moving import move_appointment
from cep.services.waiting import wait_for_slot
from cep.tasks import watch_first_exchanges
from cpa_portal.kernel.working_days import Zone
from tests.cep.services.crowds import answers_of
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviceRequestFactory,
    BookingFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def manager():
    return UserFactory(cep_manager=True, scope_code=OperatorFactory().code)


def booked(**changes):
    booking = book_appointment(**demand(WindowFactory(), **changes))
    return booking, AdviceRequest.objects.get(holder=booking.holder)


@pytest.mark.parametrize(
    ("asked", "zone", "due"),
    [
        (date(2027, 4, 12), Zone.METROPOLE, date(2027, 5, 26)),
        (date(2027, 4, 12), Zone.MAYOTTE, date(2027, 5, 27)),
        (date(2027, 4, 26), Zone.GUADELOUPE, date(2027, 6, 10)),
        (date(2027, 11, 15), Zone.REUNION, date(2027, 12, 28)),
    ],
    ids=["metropole", "Mayotte", "Guadeloupe", "Réunion"],
)
def test_delay_ends_on_the_golden_day_of_the_zone(asked, zone, due):
    clock = Clock(asked, zone)

    assert clock.due_on == due
    assert [clock.elapsed(day) for day in (asked, *clock.alert_dates, due)] == [0, 15, 20, 25, 30]


def test_request_of_late_evening_counts_from_the_day_of_the_place():
    """22:30 UTC on a Sunday: already Monday in La Réunion, still Sunday in Guadeloupe."""
    moment = datetime(2026, 11, 22, 22, 30, tzinfo=ZoneInfo("UTC"))
    days = [
        AdviceRequestFactory(site=site, received_at=moment).received_on
        for site in (SiteFactory(reunion=True), SiteFactory(guadeloupe=True))
    ]

    assert days == [date(2026, 11, 23), date(2026, 11, 22)]


def test_booking_starts_the_clock_once_and_does_not_stop_it():
    booking, request = booked()
    act_on_appointment(key=booking.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    book_appointment(
        **demand(WindowFactory(), holder=booking.holder, now=NOW + 2 * DAY, start=at(MONDAY, "10:00"))
    )

    assert AdviceRequest.objects.get() == request
    assert (request.end, request.received_at) == (RequestEnd.OPEN, NOW)
    assert request.due_on == date(2027, 1, 5)


def test_waiting_list_starts_the_clock_for_who_has_not_been_met_and_for_nobody_else():
    site = SiteFactory()
    known = BookingFactory(site=site, status="done").holder

    for holder in (known, HolderFactory()):
        wait_for_slot(holder=holder, site=site, mode="on_site")

    assert AdviceRequest.objects.exclude(holder=known).count() == AdviceRequest.objects.count() == 1


def test_meeting_that_takes_place_stops_the_clock_at_its_hour():
    booking, request = booked()

    act_on_appointment(key=booking.pk, action=BookingAction.MARK_DONE, actor=None, now=at(MONDAY, "12:00"))

    request.refresh_from_db()
    assert (request.end, request.ended_at, request.met_by) == (RequestEnd.MET, at(MONDAY, "09:00"), booking)


@pytest.mark.parametrize("undone", ["missed", "cancelled", "moved"])
def test_meeting_that_does_not_take_place_leaves_the_clock_running(undone):
    booking, request = booked()
    if undone == "missed":
        act_on_appointment(
            key=booking.pk, action=BookingAction.MARK_NO_SHOW, actor=None, now=at(MONDAY, "12:00")
        )
    elif undone == "cancelled":
        cancel_appointment(booking=booking, actor=None, now=NOW)
    else:
        move_appointment(
            key=uuid4(), booking=booking, adviser=booking.adviser, site=booking.site, mode=booking.mode,
            start=at(MONDAY, "10:00"), actor=None, now=NOW,
        )  # fmt: skip

    request.refresh_from_db()
    assert (request.end, request.due_on) == (RequestEnd.OPEN, date(2027, 1, 5))


def test_meeting_marked_as_done_by_mistake_gives_the_request_its_own_day_back():
    booking, request = booked()
    for action in (BookingAction.MARK_DONE, BookingAction.MARK_NO_SHOW):
        act_on_appointment(key=booking.pk, action=action, actor=None, now=at(MONDAY, "12:00"))

    request.refresh_from_db()
    assert (request.end, request.ended_at, request.met_by_id, request.received_at) == ("", None, None, NOW)


def test_request_ended_otherwise_is_not_ended_again():
    request = AdviceRequestFactory()
    for _ in range(2):
        end_request(request=request, end=RequestEnd.WITHDRAWN, now=NOW)

    with pytest.raises(ActionRefused, match="déjà close"):
        end_request(request=request, end=RequestEnd.MET, now=NOW)

    request.refresh_from_db()
    assert request.end == RequestEnd.WITHDRAWN


# Alerts -------------------------------------------------------------------------------------------------------------


def test_managers_are_told_at_15_20_25_and_past_30_once_each(manager):
    UserFactory(cep_manager=True, scope_code=OperatorFactory(code="elsewhere").code)
    request = AdviceRequestFactory()
    told = []

    for days in range(60):
        risen = [raise_alerts(now=NOW + days * DAY) for _ in range(2)]
        told += [request.clock.elapsed(NOW.date() + days * DAY)] if risen == [1, 0] else []

    assert told == [15, 20, 25, 31]
    letters = Notification.objects.filter(kind="cep.requests_waiting").order_by("pk")
    assert {letter.recipient for letter in letters} == {manager.email}
    assert len(letters) == 4


def test_alert_is_given_on_the_calendar_of_each_place(manager):
    """After 12 April 2027 the 15th working day is 3 May; 27 April is a holiday in Mayotte alone."""
    asked = at(date(2027, 4, 12), "12:00")
    here = AdviceRequestFactory(received_at=asked)
    there = AdviceRequestFactory(
        site=SiteFactory(time_zone="Indian/Mayotte", holiday_zone="mayotte"), received_at=asked
    )

    assert (there.alert_dates[0] - here.alert_dates[0]).days == 1
    assert raise_alerts(now=at(here.alert_dates[0], "12:00")) == 1
    assert raise_alerts(now=at(here.alert_dates[0] + DAY, "12:00")) == 1


def test_days_without_a_sweep_are_made_good_by_the_next_one_with_the_highest_level(manager):
    AdviceRequestFactory.create_batch(2)
    AdviceRequestFactory(site=SiteFactory(guadeloupe=True))

    assert raise_alerts(now=NOW + 32 * DAY) == 3

    letter = Notification.objects.get()
    text = render_requests_waiting(letter.context).text
    assert "- Guadeloupe : 1 demande à 20 jours ouvrés" in text
    assert "- Métropole : 2 demandes à 20 jours ouvrés" in text


def test_request_that_is_over_alerts_nobody(manager):
    end_request(request=AdviceRequestFactory(), end=RequestEnd.MET, now=NOW)

    assert raise_alerts(now=NOW + 60 * DAY) == 0


def test_task_sweeps(manager, travel_to):
    AdviceRequestFactory()
    travel_to("2026-12-14 09:00")

    watch_first_exchanges()

    assert Notification.objects.filter(kind="cep.requests_waiting").count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_sweeping_together_tell_each_request_once():
    UserFactory(cep_manager=True, scope_code=OperatorFactory().code)
    AdviceRequestFactory.create_batch(6)

    risen = answers_of([lambda: raise_alerts(now=NOW + 24 * DAY)] * 4)

    assert sum(risen) == 6
    assert set(AdviceRequest.objects.values_list("alerted", flat=True)) == {15}
    assert Notification.objects.count() == sum(count > 0 for count in risen)

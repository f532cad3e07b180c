"""The hard cases of openings and appointments, by their number in the domain's list, each with its data.

Cases 13, 14 and 17 in a crowd are in `services/test_races_for_*.py`, 19 to 21 in `services/test_departure.py`,
30 in the tests of the triage.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from dateutil.rrule import rrulestr
from icalendar import Calendar

from accounts.models import Notification
from cep.enums import BookingAction, MeetingMode, WaitingState
from cep.exceptions import FirstMeetingAlready, PlanRefused, SlotTaken
from cep.models import Absence, Booking, ExtraOpening, WaitingEntry, Window
from cep.rules.local_time import zone_note
from cep.rules.recurrence import Recurrence
from cep.selectors.slots import free_slots
from cep.services.agenda import extend_plans, lay_down
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment, hold_slot, release_hold
from cep.services.calendar_files import MeetingFacts, calendar_file
from cep.services.moving import move_appointment
from cep.services.plans import lift, record_absence, record_opening
from cep.services.waiting import MOST_NOTICES, end_expired_offers, refuse_offer, wait_for_slot
from cpa_portal.kernel.working_days import Zone, add_working_days
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviserFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    pattern,
    span,
)

pytestmark = pytest.mark.django_db

EVERY_DAY = list(range(7))
ZONES = {
    "paris": ("Europe/Paris", "metropole"),
    "metz": ("Europe/Paris", "alsace_moselle"),
    "guadeloupe": ("America/Guadeloupe", "guadeloupe"),
    "reunion": ("Indian/Reunion", "reunion"),
    "mayotte": ("Indian/Mayotte", "mayotte"),
    "miquelon": ("America/Miquelon", "saint_pierre_et_miquelon"),
}


def place(name: str, **changes):
    zone, holidays = ZONES[name]
    return SiteFactory(time_zone=zone, holiday_zone=holidays, **changes)


def opened(site, *days: date, hours=("09:00", "12:00"), mode=MeetingMode.ON_SITE, adviser=None):
    """Local hours of the windows that one rule gives on those days; the rule is laid down a week before."""
    adviser = adviser or AdviserFactory(operator=site.operator)
    now = datetime.combine(days[0] - timedelta(days=7), time(12), tzinfo=UTC)
    start, end = (time.fromisoformat(hour) for hour in hours)
    rule = pattern(adviser, site, weekdays=EVERY_DAY, local_start=start, local_end=end, mode=mode)
    record_opening(opening=rule, actor=None, now=now)
    windows = Window.objects.filter(adviser=adviser, site=site).order_by("span")
    local = [(w.span.lower.astimezone(site.zone), w.span.upper.astimezone(site.zone)) for w in windows]
    return [f"{start:%d/%m %H:%M}-{end:%H:%M} {start:%z}" for start, end in local if start.date() in days]


SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("where", "days", "hours", "expected"),
    [
        ("paris", [SPRING - DAY, SPRING], ("09:00", "12:00"),
         ["27/03 09:00-12:00 +0100", "28/03 09:00-12:00 +0200"]),
        ("paris", [SPRING - DAY, SPRING], ("02:30", "04:00"), ["27/03 02:30-04:00 +0100"]),
        ("paris", [AUTUMN], ("02:30", "04:00"), ["31/10 02:30-04:00 +0200"]),
        ("reunion", [SPRING - DAY, SPRING], ("10:00", "12:00"),
         ["27/03 10:00-12:00 +0400", "28/03 10:00-12:00 +0400"]),
        ("miquelon", [date(2027, 3, 13), date(2027, 3, 14)], ("09:00", "12:00"),
         ["13/03 09:00-12:00 -0300", "14/03 09:00-12:00 -0200"]),
        ("paris", [date(2027, 5, 27)], ("09:00", "12:00"), ["27/05 09:00-12:00 +0200"]),
        ("guadeloupe", [date(2027, 5, 27)], ("09:00", "12:00"), []),
        ("metz", [date(2027, 3, 26)], ("09:00", "12:00"), []),
        ("paris", [date(2027, 3, 26)], ("09:00", "12:00"), ["26/03 09:00-12:00 +0100"]),
        ("metz", [date(2028, 12, 26)], ("09:00", "12:00"), []),
        ("paris", [date(2027, 5, 1)], ("09:00", "12:00"), []),
    ],
    ids=["1 spring", "2 night of spring", "3 night of autumn", "4 Réunion", "5 Saint-Pierre", "7 27 May in Paris",
         "7 27 May in Guadeloupe", "8 Good Friday in Metz", "8 Good Friday in Paris", "8 26 December in Metz",
         "10 Saturday 1 May"],
)  # fmt: skip
def test_hours_are_those_of_the_place(where, days, hours, expected):
    assert opened(place(where), *days, hours=hours) == expected


def test_4_reunion_is_seen_from_paris_three_hours_later_then_two():
    site = place("reunion")
    adviser = AdviserFactory(operator=site.operator)
    now = at(SPRING - 7 * DAY, "12:00")
    record_opening(opening=pattern(adviser, site, weekdays=EVERY_DAY), actor=None, now=now)

    before, after = (
        Window.objects.get(span__contains=at(day, "09:30", "Indian/Reunion")).span.lower.astimezone(
            at(day, "00:00").tzinfo
        )
        for day in (SPRING - DAY, SPRING)
    )

    assert (before.hour, after.hour) == (6, 7)
    assert zone_note(site.time_zone) == "heure de La Réunion"


def test_7_one_adviser_serves_both_shores_each_with_its_holidays():
    operator = OperatorFactory()
    adviser = AdviserFactory(operator=operator)
    paris, guadeloupe = place("paris", operator=operator), place("guadeloupe", operator=operator)
    abolition = date(2027, 5, 27)

    here = opened(paris, abolition, adviser=adviser, mode=MeetingMode.REMOTE)
    there = opened(guadeloupe, abolition, adviser=adviser, mode=MeetingMode.REMOTE)

    assert (len(here), len(there)) == (1, 0)


@pytest.mark.parametrize("works", [True, False])
def test_9_whit_monday_is_worked_where_the_operator_says_so(works):
    site = place("paris", operator=OperatorFactory(code=f"pentecote-{works}", works_whit_monday=works))

    assert bool(opened(site, date(2027, 5, 17))) == works


@pytest.mark.parametrize(
    ("asked", "zone", "due"),
    [
        (date(2027, 4, 12), Zone.METROPOLE, date(2027, 5, 26)),
        (date(2027, 4, 12), Zone.MAYOTTE, date(2027, 5, 27)),
        (date(2027, 4, 26), Zone.METROPOLE, date(2027, 6, 9)),
        (date(2027, 4, 26), Zone.GUADELOUPE, date(2027, 6, 10)),
        (date(2027, 11, 15), Zone.METROPOLE, date(2027, 12, 27)),
        (date(2027, 11, 15), Zone.REUNION, date(2027, 12, 28)),
    ],
)
def test_11_thirty_working_days_end_on_the_golden_days(asked, zone, due):
    assert add_working_days(asked, 30, zone) == due


def test_14_answer_lost_and_sent_again_after_the_hold_gives_the_same_appointment():
    window = WindowFactory()
    wanted = demand(window)
    hold_slot(**wanted)

    first, again = (
        book_appointment(**wanted),
        book_appointment(**wanted | {"now": NOW + timedelta(minutes=9)}),
    )

    assert first.pk == again.pk == wanted["key"]
    assert Booking.objects.count() == Notification.objects.count() == 1


def test_14_back_button_then_another_slot_leaves_one_first_meeting():
    window = WindowFactory()
    person = HolderFactory()
    booked = book_appointment(**demand(window, holder=person))

    with pytest.raises(FirstMeetingAlready) as refusal:
        book_appointment(**demand(window, holder=person, start=at(MONDAY, "10:00")))

    assert refusal.value.booking == booked


def test_hold_keeps_others_out_until_its_instant_and_shows_free_from_it_on():
    window = WindowFactory(span=span("09:00", "10:00"))
    held = hold_slot(**demand(window))

    def free(now):
        return free_slots(sites=[window.site], mode=window.mode, since=NOW, until=NOW + 7 * DAY, now=now)

    assert free(held.expires_at - timedelta(seconds=1)) == []
    assert len(free(held.expires_at)) == 1
    with pytest.raises(SlotTaken):
        book_appointment(**demand(window, now=held.expires_at - timedelta(seconds=1)))
    assert book_appointment(**demand(window, now=held.expires_at)).is_confirmed


def test_hold_given_back_is_free_for_everybody_at_once():
    window = WindowFactory()
    wanted = demand(window)
    hold_slot(**wanted)

    release_hold(key=wanted["key"], holder=wanted["holder"])

    assert book_appointment(**demand(window)).is_confirmed


def test_17_and_18_freed_slot_is_told_to_one_after_the_other_and_stays_open_to_all():
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    first, second = (
        wait_for_slot(holder=HolderFactory(), site=window.site, mode=window.mode) for _ in range(2)
    )

    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (WaitingState.OFFERED, WaitingState.WAITING)
    assert first.offered_start == booked.starts_at
    refuse_offer(entry=first, now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (WaitingState.WAITING, WaitingState.OFFERED)
    taken = book_appointment(**demand(window, holder=second.holder))
    second.refresh_from_db()
    assert taken.is_confirmed
    assert second.state == WaitingState.SERVED


def test_18_offer_without_an_answer_goes_on_and_nobody_is_told_too_often():
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    entry = wait_for_slot(holder=HolderFactory(), site=window.site, mode=window.mode)
    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    for hours in range(3, 30, 3):
        end_expired_offers(now=NOW + timedelta(hours=hours))

    entry.refresh_from_db()
    assert entry.notices == MOST_NOTICES
    assert entry.state == WaitingState.WITHDRAWN
    assert Notification.objects.filter(kind="cep.slot_freed").count() == MOST_NOTICES
    assert WaitingEntry.objects.count() == 1


def test_23_bus_stands_elsewhere_each_week_and_the_calendar_says_where():
    site = place("paris")
    adviser = AdviserFactory(operator=site.operator)
    for week, square in enumerate(("Place du marché, Corte", "Parking de la gare, Calvi")):
        day = MONDAY + timedelta(weeks=week)
        stop = ExtraOpening(
            adviser=adviser, site=site, mode=MeetingMode.ON_SITE, day=day, local_start=time(9), local_end=time(12),
            place=square,
        )  # fmt: skip
        record_opening(opening=stop, actor=None, now=NOW)

    bookings = [
        book_appointment(
            key=uuid4(), holder=HolderFactory(), adviser=adviser, site=site, mode=MeetingMode.ON_SITE,
            start=at(MONDAY + timedelta(weeks=week), "09:00"), now=NOW,
        )
        for week in range(2)
    ]  # fmt: skip

    assert [booking.address for booking in bookings] == [
        "Place du marché, Corte",
        "Parking de la gare, Calvi",
    ]
    (event,) = Calendar.from_ical(
        calendar_file(MeetingFacts.of(bookings[1], now=NOW), method="REQUEST")
    ).walk("VEVENT")
    assert str(event["LOCATION"]).endswith("Parking de la gare, Calvi")


def test_move_keeps_the_calendar_entry_and_a_lost_race_keeps_the_appointment():
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    book_appointment(**demand(window, start=at(MONDAY, "11:00")))
    wanted = {"adviser": window.adviser, "site": window.site, "mode": window.mode, "actor": None, "now": NOW}

    with pytest.raises(SlotTaken):
        move_appointment(key=uuid4(), booking=booked, start=at(MONDAY, "11:00"), **wanted)
    booked.refresh_from_db()
    assert booked.is_confirmed
    moved = move_appointment(key=uuid4(), booking=booked, start=at(MONDAY, "10:00"), **wanted)

    assert (moved.calendar_uid, moved.sequence) == (booked.calendar_uid, booked.sequence + 1)
    cancelled = act_on_appointment(key=moved.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)
    assert cancelled.sequence == 2


def test_one_occurrence_is_taken_out_and_put_back():
    site = place("paris")
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    before = set(Window.objects.values_list("span", flat=True))
    day_off = Absence(adviser=adviser, first_day=MONDAY, last_day=MONDAY, kind="closed")

    record_absence(absence=day_off, actor=None, now=NOW)

    assert len(before) - Window.objects.count() == 1
    lift(entry=day_off, now=NOW)
    assert set(Window.objects.values_list("span", flat=True)) == before


def test_laying_down_twice_changes_nothing_and_each_night_adds_the_day_that_came_near():
    site = place("paris")
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site, weekdays=EVERY_DAY), actor=None, now=NOW)
    kept = set(Window.objects.values_list("pk", flat=True))

    again = lay_down(adviser=adviser, now=NOW)

    assert (again.added, again.removed) == (0, 0)
    assert extend_plans(now=NOW + DAY) == 1
    assert kept < set(Window.objects.values_list("pk", flat=True))


def test_opening_in_two_places_at_once_is_refused_and_not_recorded():
    site = place("paris")
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    before = Window.objects.count()

    with pytest.raises(PlanRefused, match="ailleurs"):
        record_opening(
            opening=pattern(adviser, site, mode=MeetingMode.PHONE, local_start=time(11), local_end=time(15)),
            actor=None,
            now=NOW,
        )

    assert Window.objects.count() == before


@pytest.mark.parametrize(
    "rule",
    [
        Recurrence(frozenset({0, 3}), date(2027, 1, 4)),
        Recurrence(frozenset({1}), date(2027, 1, 7), every_weeks=2),
        Recurrence(frozenset({4}), date(2027, 1, 1), week_of_month=1),
        Recurrence(frozenset({4}), date(2027, 1, 1), week_of_month=-1),
        Recurrence(frozenset({2}), date(2027, 1, 1), ends_on=date(2027, 3, 3)),
    ],
    ids=lambda rule: rule.as_rrule(),
)
def test_recurrence_falls_on_the_days_that_dateutil_finds(rule):
    start = datetime.combine(rule.starts_on, time())
    until = start + timedelta(days=400)
    found = {
        moment.date() for moment in rrulestr(rule.as_rrule(), dtstart=start).between(start, until, inc=True)
    }

    assert set(rule.days(rule.starts_on, until.date())) == found

"""Hard cases of appointments, beside those of the domain's list: holds, waiting lists, moves, odd nights."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from ical.calendar_stream import CalendarStream

from accounts.models import Notification
from cep.enums import BookingAction, BookingStatus, ImpactCause, MeetingKind, MeetingMode, WaitingState
from cep.exceptions import HoldGone, SlotTaken, WindowClosed
from cep.models import Absence, Booking, BookingEvent, Impact, Window
from cep.services.appointments import accept_proposal, act_on_appointment, cancel_appointment
from cep.services.booking import book_appointment, book_with_anyone, hold_slot, release_hold
from cep.services.calendar_files import MeetingFacts, calendar_file
from cep.services.moving import move_appointment, propose_replacement, propose_replacements
from cep.services.plans import lift, record_absence, record_departure, record_opening
from cep.services.waiting import end_expired_offers, leave_the_list, refuse_offer, wait_for_slot
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviserFactory,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    pattern,
    span,
)

pytestmark = pytest.mark.django_db

DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
ON_SITE, PHONE = MeetingMode.ON_SITE, MeetingMode.PHONE
AUTUMN = date(2027, 10, 31)


def cancelled(booking: Booking, now: datetime = NOW) -> Booking:
    return cancel_appointment(booking=booking, actor=None, now=now)


def moved(booking: Booking, window: Window, start: datetime, **changes) -> Booking:
    wanted = {"adviser": window.adviser, "site": window.site, "mode": window.mode, "actor": None, "now": NOW}
    return move_appointment(key=uuid4(), booking=booking, start=start, **wanted | changes)


def waiting(window: Window, **changes):
    return wait_for_slot(**{"holder": HolderFactory(), "site": window.site, "mode": window.mode} | changes)


def states(*entries) -> list[str]:
    for entry in entries:
        entry.refresh_from_db()
    return [entry.state for entry in entries]


# Holds --------------------------------------------------------------------------------------------------------------


def test_hold_of_the_last_hour_ends_and_the_second_person_takes_it_before_the_first_confirms():
    window = WindowFactory(span=span("09:00", "10:00"))
    slow = demand(window)
    held = hold_slot(**slow)
    quick = book_appointment(**demand(window, now=held.expires_at))

    with pytest.raises(SlotTaken):
        book_appointment(**slow | {"now": held.expires_at + timedelta(seconds=1)})

    assert Booking.objects.get() == quick


def test_hold_that_is_over_is_still_confirmed_while_nobody_else_wants_it():
    wanted = demand(WindowFactory())
    held = hold_slot(**wanted)

    booked = book_appointment(**wanted | {"now": held.expires_at + AN_HOUR})

    assert (booked.status, booked.expires_at) == (BookingStatus.CONFIRMED, None)


def test_hold_is_given_back_by_an_absence_and_its_confirmation_says_that_it_is_closed():
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    wanted = demand(Window.objects.order_by("span").first())
    hold_slot(**wanted)

    absence = Absence(adviser=adviser, first_day=MONDAY, last_day=MONDAY)
    report = record_absence(absence=absence, actor=None, now=NOW)

    assert report.impacts == []
    assert not Booking.objects.exists()
    with pytest.raises(WindowClosed) as refusal:
        book_appointment(**wanted)
    assert len(refusal.value.nearest) == 3


def test_second_tab_holds_another_hour_and_the_first_is_free_at_once():
    window = WindowFactory()
    person = HolderFactory()
    first = demand(window, holder=person)
    hold_slot(**first)

    second = hold_slot(**demand(window, holder=person, start=at(MONDAY, "10:00")))

    assert Booking.objects.get() == second
    assert book_appointment(**demand(window)).is_confirmed
    with pytest.raises(HoldGone):
        release_hold(key=first["key"], holder=person)


def test_two_advisers_free_at_one_hour_take_two_people_and_refuse_the_third():
    site = SiteFactory()
    windows = WindowFactory.create_batch(2, site=site, span=span("09:00", "10:00"))
    asked = {"site": site, "mode": ON_SITE, "start": at(MONDAY, "09:00"), "now": NOW}

    booked = [book_with_anyone(key=uuid4(), holder=HolderFactory(), **asked) for _ in windows]

    with pytest.raises(SlotTaken):
        book_with_anyone(key=uuid4(), holder=HolderFactory(), **asked)
    assert {booking.adviser_id for booking in booked} == {window.adviser_id for window in windows}


# Waiting lists ------------------------------------------------------------------------------------------------------


def test_hour_given_back_is_not_offered_to_who_has_just_given_it_back():
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    mine, other = waiting(window, holder=booked.holder), waiting(window)

    cancelled(booked)

    assert states(mine, other) == [WaitingState.WAITING, WaitingState.OFFERED]


def test_proposal_that_is_refused_goes_to_the_next_and_not_back_to_the_same_person():
    window, other = WindowFactory(), WindowFactory(span=span("14:00", "15:00"))
    old = BookingFactory(adviser=window.adviser, site=other.site, start=at(MONDAY, "15:00"))
    impact = Impact.objects.create(booking=old, cause=ImpactCause.ABSENCE)
    proposed = propose_replacement(impact=impact, actor=None, now=NOW)
    mine = wait_for_slot(holder=old.holder, site=proposed.site, mode=proposed.mode)

    cancelled(proposed)

    assert states(mine) == [WaitingState.WAITING]


def test_offered_hour_that_somebody_else_books_is_not_offered_again_when_the_offer_ends():
    window = WindowFactory(span=span("09:00", "10:00"))
    first, second = waiting(window), waiting(window)
    cancelled(BookingFactory(adviser=window.adviser, site=window.site))
    book_appointment(**demand(window))

    ended = end_expired_offers(now=NOW + 3 * AN_HOUR)

    assert ended == 1
    assert states(first, second) == [WaitingState.WAITING, WaitingState.WAITING]


def test_offer_ends_with_the_hour_itself_and_never_after_it():
    start = at(MONDAY, "09:00")
    window = WindowFactory()
    entry = waiting(window)

    cancelled(
        BookingFactory(adviser=window.adviser, site=window.site), now=start - timedelta(hours=2, minutes=1)
    )

    entry.refresh_from_db()
    assert entry.offer_ends_at < start


def test_answer_and_sweep_at_one_time_end_an_offer_once():
    window = WindowFactory()
    first, second, third = (waiting(window) for _ in range(3))
    cancelled(BookingFactory(adviser=window.adviser, site=window.site))
    first.refresh_from_db()

    refuse_offer(entry=first, now=NOW)
    refuse_offer(entry=first, now=NOW)
    end_expired_offers(now=NOW)

    assert states(first, second, third) == [
        WaitingState.WAITING,
        WaitingState.OFFERED,
        WaitingState.WAITING,
    ]


def test_only_person_of_the_list_is_not_offered_at_once_the_hour_they_have_just_refused():
    window = WindowFactory()
    entry = waiting(window)
    cancelled(BookingFactory(adviser=window.adviser, site=window.site))

    refuse_offer(entry=entry, now=NOW)

    entry.refresh_from_db()
    assert (entry.state, entry.notices) == (WaitingState.WAITING, 1)


def test_two_hours_that_come_free_are_told_to_two_people():
    window = WindowFactory()
    first, second = waiting(window), waiting(window)
    for hour in ("09:00", "10:00"):
        cancelled(BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, hour)))

    assert states(first, second) == [WaitingState.OFFERED] * 2
    assert {first.offered_start, second.offered_start} == {at(MONDAY, "09:00"), at(MONDAY, "10:00")}


def test_who_left_the_list_or_refuses_calls_since_is_told_nothing():
    window = WindowFactory(mode=PHONE)
    gone, silent, reachable = (waiting(window) for _ in range(3))
    leave_the_list(entry=gone)
    silent.holder.refuses_calls = True
    silent.holder.save(update_fields=["refuses_calls"])

    cancelled(BookingFactory(adviser=window.adviser, site=window.site, mode=PHONE))

    assert states(gone, silent, reachable) == [
        WaitingState.WITHDRAWN,
        WaitingState.WAITING,
        WaitingState.OFFERED,
    ]


# Moves, replacements ------------------------------------------------------------------------------------------------


def test_move_by_half_an_hour_over_its_own_hour_is_no_conflict_with_itself():
    window = WindowFactory()
    booked = book_appointment(**demand(window))

    later = moved(booked, window, at(MONDAY, "09:30"))

    assert (later.status, later.calendar_uid, later.sequence) == (
        BookingStatus.CONFIRMED,
        booked.calendar_uid,
        1,
    )


def test_replacement_that_is_displaced_in_its_turn_keeps_the_calendar_entry_and_counts_on():
    windows = [WindowFactory(span=span("09:00", "10:00"))]
    site = windows[0].site
    windows += [WindowFactory(site=site, span=span(f"{hour}:00", f"{hour + 1}:00")) for hour in (14, 16)]
    booked = book_appointment(**demand(windows[0]))
    chain = [booked]
    for window in windows[:2]:
        report = record_departure(adviser=window.adviser, last_day=NOW.date(), actor=None, now=NOW)
        chain.append(propose_replacement(impact=report.impacts[0], actor=None, now=NOW))

    accepted = accept_proposal(booking=chain[-1], actor=None, now=NOW)

    assert accepted.starts_at == at(MONDAY, "16:00")
    assert {row.calendar_uid for row in chain} == {booked.calendar_uid}
    assert accepted.sequence == 3
    assert list(Booking.objects.order_by("span").values_list("status", flat=True)) == [
        BookingStatus.MOVED,
        BookingStatus.MOVED,
        BookingStatus.CONFIRMED,
    ]


def test_twelve_people_of_a_departure_and_nine_places_left_are_all_answered():
    site = SiteFactory()
    leaving, staying = AdviserFactory.create_batch(2, operator=site.operator)
    for adviser in (leaving, staying):
        rule = pattern(adviser, site, weekdays=[0, 1, 2, 3], ends_on=MONDAY + 6 * DAY)
        record_opening(opening=rule, actor=None, now=NOW)
    window = Window.objects.filter(adviser=leaving).first()
    starts = [at(MONDAY + day * DAY, hour) for day in range(4) for hour in ("09:00", "10:00", "11:00")]
    met = [
        book_appointment(**demand(window, start=start, holder=HolderFactory(nir=None))) for start in starts
    ]
    taken = Window.objects.filter(adviser=staying).first()
    for start in starts[:3]:
        book_appointment(**demand(taken, start=start, holder=HolderFactory(nir=None)))
    Notification.objects.all().delete()

    report = record_departure(adviser=leaving, last_day=NOW.date(), actor=None, now=NOW)
    proposed = propose_replacements(impacts=report.impacts, actor=None, now=NOW)

    assert (len(report.impacts), proposed) == (12, 9)
    assert Impact.objects.filter(closed_at=None).count() == 3
    told = Notification.objects.values_list("holder", flat=True)
    assert sorted(told) == sorted(booking.holder_id for booking in met)


def test_absence_taken_back_after_the_proposals_does_not_bring_two_meetings_to_one_person():
    site = SiteFactory()
    first, second = AdviserFactory.create_batch(2, operator=site.operator)
    for adviser in (first, second):
        record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    booked = book_appointment(**demand(Window.objects.filter(adviser=first).order_by("span").first()))
    absence = Absence(adviser=first, first_day=MONDAY, last_day=MONDAY)
    report = record_absence(absence=absence, actor=None, now=NOW)
    propose_replacements(impacts=report.impacts, actor=None, now=NOW)

    lift(entry=absence, now=NOW)

    active = Booking.objects.filter(holder=booked.holder).exclude(status=BookingStatus.MOVED)
    assert [booking.adviser for booking in active] == [second]
    assert not Impact.objects.filter(closed_at=None).exists()


def test_first_meeting_marked_as_missed_lets_the_person_book_another_first_one():
    window = WindowFactory()
    person = HolderFactory()
    missed = book_appointment(**demand(window, holder=person, kind=MeetingKind.FIRST))
    now = at(MONDAY, "09:20")
    act_on_appointment(key=missed.pk, action=BookingAction.MARK_NO_SHOW, actor=None, now=now)

    later = WindowFactory(site=window.site, span=span("09:00", "10:00", day=MONDAY + DAY))

    assert book_appointment(**demand(later, holder=person, now=now)).is_confirmed
    assert BookingEvent.objects.filter(booking=missed).count() == 2


# Calendars of odd nights --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Europe/Paris", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("Europe/Paris", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
        ("America/Miquelon", datetime(2027, 11, 7, 3, 30, tzinfo=UTC)),
        ("America/Miquelon", datetime(2027, 11, 7, 4, 30, tzinfo=UTC)),
    ],
    ids=["first half past two", "second half past two", "before the change in Miquelon", "after it"],
)
def test_hour_that_comes_twice_is_the_right_one_in_the_calendar(zone, instant):
    """RFC 5545 §3.3.5: a local hour that comes twice is the first one; the second can only be said in UTC."""
    booking = BookingFactory(site=SiteFactory(time_zone=zone), start=instant)

    content = calendar_file(MeetingFacts.of(booking, now=NOW), method="REQUEST").decode()

    (event,) = CalendarStream.from_ics(content).calendars[0].events
    assert (event.dtstart.astimezone(UTC), event.dtend.astimezone(UTC)) == (instant, instant + AN_HOUR)


def test_meeting_of_a_person_far_away_is_said_on_the_clock_of_the_place():
    site = SiteFactory(time_zone="Pacific/Noumea")
    adviser = AdviserFactory(operator=site.operator)
    rule = pattern(adviser, site, local_start=time(8), local_end=time(10), mode=MeetingMode.REMOTE)
    record_opening(opening=rule, actor=None, now=NOW)
    window = Window.objects.order_by("span").first()

    booked = book_appointment(**demand(window))

    assert booked.starts_at == datetime(2026, 11, 22, 21, tzinfo=UTC)
    assert booked.when == "lundi 23 novembre 2026 à 8\u00a0h (heure de Nouméa)"

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import Notification
from cep.enums import BookingAction, BookingStatus, MeetingMode
from cep.exceptions import (
    CallsRefused,
    HolderAlreadyBooked,
    KeyAlreadyUsed,
    SlotBeyondHorizon,
    SlotTaken,
    SlotTooSoon,
    WindowClosed,
)
from cep.models import Booking, BookingEvent
from cep.rules.meetings import HORIZON, NOTICE
from cep.services.booking import book_appointment
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
    span,
)

pytestmark = pytest.mark.django_db


def assert_nothing_written(bookings: int = 0) -> None:
    assert Booking.objects.count() == bookings
    assert not BookingEvent.objects.exists()
    assert not Notification.objects.exists()


def hours(slots) -> list[str]:
    return [slot.start.astimezone(NOW.tzinfo).strftime("%d %H:%M") for slot in slots]


def test_book_appointment_free_slot_writes_booking_history_and_message():
    window = WindowFactory()
    holder = HolderFactory()

    booked = book_appointment(**demand(window, holder=holder))

    stored = Booking.objects.get()
    assert stored == booked
    assert (stored.holder, stored.adviser, stored.site) == (holder, window.adviser, window.site)
    assert (stored.starts_at, stored.ends_at) == (at(MONDAY, "09:00"), at(MONDAY, "10:00"))
    assert (stored.status, stored.sequence) == (BookingStatus.CONFIRMED, 0)
    assert list(stored.events.values_list("action", "status_after", "actor")) == [
        (BookingAction.BOOK, BookingStatus.CONFIRMED, holder.user.pk)
    ]
    message = Notification.objects.get()
    assert (message.kind, message.recipient) == ("cep.appointment_confirmed", holder.email)


def test_book_appointment_by_telephone_of_who_refuses_calls_is_refused_and_books_nothing():
    holder = HolderFactory(refuses_calls=True)

    with pytest.raises(CallsRefused):
        book_appointment(**demand(WindowFactory(mode=MeetingMode.PHONE), holder=holder))
    assert not Booking.objects.exists()

    assert book_appointment(**demand(WindowFactory(mode=MeetingMode.REMOTE), holder=holder))


def test_book_appointment_costs_eight_queries_beside_the_savepoint(django_assert_num_queries):
    wanted = demand(WindowFactory())

    # savepoint, look for the key, limits, windows, insert, look, history, message, release
    with django_assert_num_queries(10):
        book_appointment(**wanted)


def test_book_appointment_overseas_keeps_the_local_hour():
    site = SiteFactory(reunion=True)
    window = WindowFactory(site=site)

    booked = book_appointment(**demand(window))

    assert (booked.local_date, booked.local_time.isoformat()) == (MONDAY, "09:00:00")
    assert booked.time_zone == "Indian/Reunion"
    assert booked.starts_at.utctimetuple().tm_hour == 5


def test_book_appointment_person_without_address_is_booked_without_message():
    holder = HolderFactory(user=None)

    book_appointment(**demand(WindowFactory(), holder=holder))

    assert Booking.objects.count() == 1
    assert not Notification.objects.exists()


@pytest.mark.parametrize("start", ["09:00", "09:30", "10:00", "10:30"])
def test_book_appointment_overlapping_one_of_another_person_changes_nothing(start):
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, "09:30"))

    if start == "10:30":
        assert book_appointment(**demand(window, start=at(MONDAY, start))).is_confirmed
        return
    with pytest.raises(SlotTaken):
        book_appointment(**demand(window, start=at(MONDAY, start)))

    assert_nothing_written(bookings=1)


def test_book_appointment_taken_slot_offers_the_three_nearest():
    window = WindowFactory()
    WindowFactory(adviser=window.adviser, site=window.site, span=span("14:00", "17:00"))
    BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, "10:00"))

    with pytest.raises(SlotTaken) as refusal:
        book_appointment(**demand(window, start=at(MONDAY, "10:00")))

    assert hours(refusal.value.nearest) == ["23 09:00", "23 11:00", "23 14:00"]


def test_book_appointment_taken_slot_offers_a_colleague_at_the_same_hour_first():
    window = WindowFactory()
    colleague = WindowFactory(site=window.site)
    BookingFactory(adviser=window.adviser, site=window.site)

    with pytest.raises(SlotTaken) as refusal:
        book_appointment(**demand(window))

    first = refusal.value.nearest[0]
    assert (first.adviser_id, first.start) == (colleague.adviser_id, window.span.lower)


def test_book_appointment_taken_slot_looks_over_the_whole_period_when_the_days_around_are_full():
    window = WindowFactory(span=span("09:00", "10:00"))
    later = WindowFactory(
        adviser=window.adviser, site=window.site, span=span("09:00", "10:00", day=MONDAY + timedelta(35))
    )
    BookingFactory(adviser=window.adviser, site=window.site)

    with pytest.raises(SlotTaken) as refusal:
        book_appointment(**demand(window))

    assert [slot.start for slot in refusal.value.nearest] == [later.span.lower]


def test_book_appointment_same_key_again_gives_the_same_appointment():
    wanted = demand(WindowFactory())
    first = book_appointment(**wanted)

    again = book_appointment(**wanted)

    assert again == first
    assert Booking.objects.count() == BookingEvent.objects.count() == Notification.objects.count() == 1


def test_book_appointment_same_key_after_the_slot_is_past_still_gives_the_appointment():
    wanted = demand(WindowFactory())
    first = book_appointment(**wanted)

    again = book_appointment(**wanted | {"now": at(MONDAY, "09:05")})

    assert again == first


def test_book_appointment_same_key_for_another_meeting_is_refused():
    window = WindowFactory()
    wanted = demand(window)
    book_appointment(**wanted)

    with pytest.raises(KeyAlreadyUsed):
        book_appointment(**wanted | {"start": at(MONDAY, "10:00")})

    assert Booking.objects.count() == 1


def test_book_appointment_key_of_another_person_reveals_nothing():
    wanted = demand(WindowFactory())
    book_appointment(**wanted)

    with pytest.raises(KeyAlreadyUsed) as refusal:
        book_appointment(**wanted | {"holder": HolderFactory()})

    assert not hasattr(refusal.value, "booking")
    assert Booking.objects.count() == 1


def test_book_appointment_person_already_elsewhere_is_shown_that_appointment():
    window = WindowFactory()
    elsewhere = BookingFactory(site=SiteFactory(bastia=True), start=at(MONDAY, "09:30"))

    with pytest.raises(HolderAlreadyBooked) as refusal:
        book_appointment(**demand(window, holder=elsewhere.holder))

    assert refusal.value.booking == elsewhere
    assert_nothing_written(bookings=1)


def test_book_appointment_after_a_cancellation_takes_the_slot():
    window = WindowFactory()
    cancelled = BookingFactory(
        adviser=window.adviser, site=window.site, status=BookingStatus.CANCELLED_BY_PERSON
    )

    booked = book_appointment(**demand(window, holder=cancelled.holder))

    assert booked.is_confirmed


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"start": at(MONDAY, "08:30")}, "before the opening"),
        ({"start": at(MONDAY, "11:30")}, "ends after the closing"),
        ({"start": at(MONDAY, "09:15")}, "off the grid"),
        ({"start": at(MONDAY, "09:00") + timedelta(seconds=1)}, "off by a second"),
        ({"mode": MeetingMode.PHONE}, "another mode"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_book_appointment_outside_what_is_open_changes_nothing(change, why):
    window = WindowFactory()

    with pytest.raises(WindowClosed):
        book_appointment(**demand(window, **change))

    assert_nothing_written()


def test_book_appointment_adviser_of_another_site_changes_nothing():
    window = WindowFactory()

    with pytest.raises(WindowClosed):
        book_appointment(**demand(window, adviser=AdviserFactory()))

    assert_nothing_written()


def test_book_appointment_over_two_windows_that_touch_is_one_opening():
    window = WindowFactory(span=span("09:00", "09:30"))
    WindowFactory(adviser=window.adviser, site=window.site, span=span("09:30", "10:00"))

    booked = book_appointment(**demand(window))

    assert booked.ends_at == at(MONDAY, "10:00")


def test_book_appointment_over_two_windows_with_a_hole_changes_nothing():
    window = WindowFactory(span=span("09:00", "09:30"))
    WindowFactory(adviser=window.adviser, site=window.site, span=span("09:40", "10:30"))

    with pytest.raises(WindowClosed):
        book_appointment(**demand(window))

    assert_nothing_written()


@pytest.mark.parametrize(
    "dates",
    [{"ends_on": MONDAY - timedelta(days=1)}, {"starts_on": MONDAY + timedelta(days=1)}],
    ids=["has left", "has not come"],
)
def test_book_appointment_with_an_adviser_outside_their_dates_changes_nothing(dates):
    window = WindowFactory(adviser=AdviserFactory(**dates))

    with pytest.raises(WindowClosed):
        book_appointment(**demand(window))

    assert_nothing_written()


def test_book_appointment_in_the_past_changes_nothing():
    window = WindowFactory()

    with pytest.raises(SlotTooSoon):
        book_appointment(**demand(window, now=at(MONDAY, "09:01")))

    assert_nothing_written()


def test_book_appointment_notice_is_counted_to_the_instant():
    window = WindowFactory()

    with pytest.raises(SlotTooSoon):
        book_appointment(**demand(window, now=window.span.lower - NOTICE + timedelta(microseconds=1)))

    assert book_appointment(**demand(window, now=window.span.lower - NOTICE)).is_confirmed


def test_book_appointment_horizon_is_counted_to_the_instant():
    window = WindowFactory()

    with pytest.raises(SlotBeyondHorizon):
        book_appointment(**demand(window, now=window.span.lower - HORIZON))

    booked = book_appointment(**demand(window, now=window.span.lower - HORIZON + timedelta(microseconds=1)))
    assert booked.is_confirmed


def test_book_appointment_insert_is_done_without_waiting_for_a_failure(django_assert_num_queries):
    """A plain insert is right but deadlocks in a crowd: the statement says what to do on conflict."""
    wanted = demand(WindowFactory())

    with django_assert_num_queries(10) as queries:
        book_appointment(**wanted)

    inserts = [query["sql"] for query in queries if 'INSERT INTO "cep_booking"' in query["sql"]]
    assert len(inserts) == 1
    assert "ON CONFLICT DO NOTHING" in inserts[0]


def test_book_appointment_waits_no_longer_than_it_says():
    book_appointment(**demand(WindowFactory(), key=uuid4()))

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("3s", "5s")

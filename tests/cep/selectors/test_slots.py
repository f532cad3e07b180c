from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from cep.enums import STATUSES_HOLDING_ADVISER, BookingStatus, MeetingKind, MeetingMode
from cep.models import Booking, Window
from cep.rules.meetings import HORIZON
from cep.selectors import slots as module
from cep.selectors.slots import (
    bookable_slots,
    first_bookable_slot,
    first_slot_of_each_site,
    free_slots,
    nearest_slots,
)
from cpa_portal.kernel.database.statistics import measure
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviserFactory,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    span,
)

pytestmark = pytest.mark.django_db


def slots_of(*sites, mode=MeetingMode.ON_SITE, days=1):
    return free_slots(
        sites=sites, mode=mode, since=at(MONDAY, "00:00"), until=at(MONDAY + timedelta(days=days), "00:00")
    )


def starts(slots, zone="Europe/Paris") -> list[str]:
    return [slot.start.astimezone(ZoneInfo(zone)).strftime("%H:%M") for slot in slots]


def test_free_slots_of_an_empty_window_follow_one_another():
    window = WindowFactory()

    slots = slots_of(window.site)

    assert starts(slots) == ["09:00", "10:00", "11:00"]
    assert {(slot.site_id, slot.adviser_id, slot.mode) for slot in slots} == {
        (window.site_id, window.adviser_id, "on_site")
    }
    assert all(slot.start.tzinfo is UTC for slot in slots)


def test_free_slots_leave_out_what_is_booked():
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, "10:00"))

    assert starts(slots_of(window.site)) == ["09:00", "11:00"]


@pytest.mark.parametrize("status", BookingStatus)
def test_free_slots_count_only_bookings_that_hold_the_adviser(status):
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, "10:00"), status=status)

    taken = status in STATUSES_HOLDING_ADVISER

    assert ("10:00" in starts(slots_of(window.site))) is not taken


def test_free_slots_leave_out_the_adviser_booked_at_another_site():
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=SiteFactory(bastia=True), start=at(MONDAY, "10:00"))

    assert starts(slots_of(window.site)) == ["09:00", "11:00"]


def test_free_slots_begin_on_the_half_hour_whatever_the_end_of_the_meeting_before():
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=window.site, span=span("09:00", "09:40"))

    assert starts(slots_of(window.site)) == ["10:00", "11:00"]


def test_free_slots_of_a_window_off_the_grid_begin_on_the_grid():
    window = WindowFactory(span=span("09:10", "11:40"))

    assert starts(slots_of(window.site)) == ["09:30", "10:30"]


def test_free_slots_go_over_windows_that_touch():
    window = WindowFactory(span=span("09:00", "09:30"))
    WindowFactory(adviser=window.adviser, site=window.site, span=span("09:30", "10:00"))

    assert starts(slots_of(window.site)) == ["09:00"]


def test_free_slots_of_two_free_advisers_show_once():
    window = WindowFactory()
    WindowFactory(site=window.site)

    assert starts(slots_of(window.site)) == ["09:00", "10:00", "11:00"]


def test_free_slots_with_two_advisers_do_not_always_offer_the_same_one():
    site = SiteFactory()
    for _ in range(2):
        adviser = AdviserFactory(operator=site.operator)
        for day in range(5):
            WindowFactory(
                site=site, adviser=adviser, span=span("09:00", "17:00", day=MONDAY + timedelta(days=day))
            )

    offered = [slot.adviser_id for slot in slots_of(site, days=5)]

    assert len(offered) == 40
    assert all(offered.count(adviser) >= 10 for adviser in set(offered))
    assert len(set(offered)) == 2


def test_free_slots_are_of_the_mode_and_the_sites_asked_for():
    here = WindowFactory()
    WindowFactory(mode=MeetingMode.PHONE, site=here.site)
    WindowFactory()

    assert len(slots_of(here.site)) == 3
    assert {slot.mode for slot in slots_of(here.site, mode=MeetingMode.PHONE)} == {"phone"}


@pytest.mark.parametrize(
    "dates",
    [{"ends_on": MONDAY - timedelta(days=1)}, {"starts_on": MONDAY + timedelta(days=1)}],
    ids=["has left", "has not come"],
)
def test_free_slots_of_an_adviser_outside_their_dates_are_none(dates):
    window = WindowFactory(adviser=AdviserFactory(**dates))

    assert slots_of(window.site) == []


def test_free_slots_within_a_window_that_has_begun_are_those_that_remain():
    window = WindowFactory()

    slots = free_slots(
        sites=[window.site],
        mode=window.mode,
        since=at(MONDAY, "09:30"),
        until=at(MONDAY, "11:00"),
    )

    assert starts(slots) == ["10:00"]


def test_free_slots_overseas_are_on_the_clock_of_the_place():
    window = WindowFactory(site=SiteFactory(guadeloupe=True))

    slots = slots_of(window.site, days=2)

    assert starts(slots, "America/Guadeloupe") == ["09:00", "10:00", "11:00"]


def test_free_slots_on_the_day_of_the_change_of_clock_keep_local_hours():
    sunday = date(2027, 3, 28)
    window = WindowFactory(span=span("01:00", "05:00", day=sunday))

    slots = free_slots(
        sites=[window.site], mode=window.mode, since=at(sunday, "00:00"), until=at(sunday, "12:00")
    )

    # The clock goes from 2 to 3: four hours on the wall are three hours of work.
    assert starts(slots) == ["01:00", "03:00", "04:00"]


def test_free_slots_of_no_site_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert slots_of() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_free_slots_cost_one_query_whatever_the_number_of_advisers(rows, django_assert_num_queries):
    site = SiteFactory()
    for _ in range(rows):
        window = WindowFactory(site=site)
        BookingFactory(adviser=window.adviser, site=site)

    with django_assert_num_queries(1):
        slots_of(site)


def test_bookable_slots_leave_out_what_is_too_soon_and_too_far():
    soon = WindowFactory()
    far_day = (soon.span.lower + HORIZON).date()
    WindowFactory(adviser=soon.adviser, site=soon.site, span=span("09:00", "12:00", day=far_day))

    slots = bookable_slots(
        sites=[soon.site],
        mode=soon.mode,
        since=NOW,
        until=NOW + timedelta(days=365),
        now=at(MONDAY, "08:01"),
    )

    # Two hours' notice leaves 11:00; ninety days after 08:01 nothing that begins at 9 is in reach.
    assert [f"{slot.start:%m-%d %H:%M}" for slot in slots] == ["11-23 10:00"]


def test_first_bookable_slot_is_the_soonest_of_all_the_sites():
    later = WindowFactory(span=span("14:00", "17:00"))
    sooner = WindowFactory()

    slot = first_bookable_slot(sites=[later.site, sooner.site], mode=sooner.mode, now=NOW)

    assert (slot.site_id, slot.start) == (sooner.site_id, sooner.span.lower)


def test_first_bookable_slot_when_all_is_taken_is_none():
    window = WindowFactory(span=span("09:00", "10:00"))
    BookingFactory(adviser=window.adviser, site=window.site)

    assert first_bookable_slot(sites=[window.site], mode=window.mode, now=NOW) is None


@pytest.mark.parametrize(("others", "queries"), [(0, 1), (1, 2), (3, 2)])
def test_first_slot_of_each_site_gives_one_to_each_that_has_some(others, queries, django_assert_num_queries):
    first, second = WindowFactory(), WindowFactory(span=span("14:00", "16:00"))
    full = SiteFactory.create_batch(others)

    with django_assert_num_queries(queries):
        found = first_slot_of_each_site(sites=[first.site, second.site, *full], mode=first.mode, now=NOW)

    assert {site: slot.start for site, slot in found.items()} == {
        first.site_id: at(MONDAY, "09:00"),
        second.site_id: at(MONDAY, "14:00"),
    }


@pytest.mark.parametrize("days", [13, 14, 15, 60])
def test_first_slot_of_each_site_looks_as_far_as_can_be_booked(days):
    window = WindowFactory(span=span("09:00", "14:00", day=NOW.date() + timedelta(days=days)))

    found = first_slot_of_each_site(sites=[window.site], mode=window.mode, now=NOW)

    assert found[window.site_id].start == window.span.lower


def test_nearest_slots_are_by_distance_in_time_the_earlier_first():
    window = WindowFactory(span=span("08:00", "13:00"))
    BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, "10:00"))

    slots = nearest_slots(site=window.site, mode=window.mode, start=at(MONDAY, "10:00"), now=NOW)

    assert starts(slots) == ["09:00", "11:00", "08:00"]


def test_free_slots_use_the_index_of_windows_and_the_constraint_of_bookings():
    """The words of the query must be those of the partial constraint, else PostgreSQL cannot use it."""
    window = WindowFactory()
    elsewhere = SiteFactory(operator=window.site.operator)
    # Enough of them, and counted, for the planner to prefer what it prefers in the field.
    Window.objects.bulk_create(
        Window(
            adviser=window.adviser,
            site=elsewhere,
            mode=window.mode,
            span=span("14:00", "17:00", day=MONDAY + timedelta(days=day)),
        )
        for day in range(400)
    )
    measure(Window, Booking)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN " + module._FREE_SLOTS,
            {
                "sites": [window.site_id],
                "mode": window.mode,
                "since": NOW,
                "until": NOW + timedelta(days=7),
                "longest": timedelta(days=1),
                "step": module.ALIGNMENT,
                "meeting": module.LENGTHS[MeetingKind.FIRST],
                "now": NOW,
            },
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "cep_window_site_mode_start" in plan
    assert "cep_booking_adviser_one_place" in plan

from datetime import date, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from cep.enums import BookingStatus, MeetingMode
from cep.exceptions import AdviserElsewhere, WindowHasBookings
from cep.models import Window
from cep.services.opening import close_windows, open_windows
from tests.support.factories.cep import (
    MONDAY,
    AdviserFactory,
    BookingFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    at,
    span,
)

pytestmark = pytest.mark.django_db

EVERY_DAY = range(7)


def opening(site=None, adviser=None, **changes):
    """Ask for Mondays from 9 to 12 between two days."""
    site = site or SiteFactory()
    wanted = {
        "site": site,
        "adviser": adviser or AdviserFactory(operator=site.operator),
        "weekdays": [0],
        "local_start": time(9),
        "local_end": time(12),
        "from_day": MONDAY,
        "until_day": MONDAY + timedelta(days=20),
    }
    return wanted | changes


def local_windows() -> list[str]:
    return [
        f"{window.span.lower.astimezone(window.site.zone):%Y-%m-%d %H:%M}"
        f" {window.span.upper.astimezone(window.site.zone):%H:%M}"
        for window in Window.objects.select_related("site").order_by("span")
    ]


def test_open_windows_opens_the_weekdays_asked_for_both_days_included():
    report = open_windows(**opening(weekdays=[0, 4], until_day=MONDAY + timedelta(days=4)))

    assert report.added == 2
    assert local_windows() == ["2026-11-23 09:00 12:00", "2026-11-27 09:00 12:00"]


def test_open_windows_keeps_the_local_hour_over_summer_time():
    open_windows(**opening(from_day=date(2027, 3, 22), until_day=date(2027, 4, 5)))

    # The Monday between is Easter Monday.
    assert local_windows() == ["2027-03-22 09:00 12:00", "2027-04-05 09:00 12:00"]
    before, after = (window.span.lower for window in Window.objects.order_by("span"))
    assert after - before == timedelta(days=14, hours=-1)


def test_open_windows_over_the_night_of_the_change_lasts_what_the_clock_says():
    change = date(2027, 3, 28)

    open_windows(
        **opening(
            weekdays=EVERY_DAY,
            local_start=time(1),
            local_end=time(4),
            from_day=change,
            until_day=change,
        )
    )

    window = Window.objects.get()
    assert local_windows() == ["2027-03-28 01:00 04:00"]
    assert window.span.upper - window.span.lower == timedelta(hours=2)


def test_open_windows_at_an_hour_that_the_clock_jumps_over_is_dropped_and_said():
    change = date(2027, 3, 28)

    report = open_windows(
        **opening(
            weekdays=EVERY_DAY,
            local_start=time(2, 30),
            local_end=time(4),
            from_day=change - timedelta(days=1),
            until_day=change + timedelta(days=2),
        )
    )

    assert report.clock_changes == [change]
    assert local_windows() == ["2027-03-27 02:30 04:00", "2027-03-30 02:30 04:00"]


def test_open_windows_at_an_hour_that_occurs_twice_is_opened_once():
    change = date(2027, 10, 31)

    open_windows(
        **opening(
            weekdays=EVERY_DAY,
            local_start=time(2, 30),
            local_end=time(4),
            from_day=change,
            until_day=change,
        )
    )

    assert local_windows() == ["2027-10-31 02:30 04:00"]


def test_open_windows_overseas_follows_the_clock_of_the_place_all_year():
    site = SiteFactory(reunion=True)

    open_windows(**opening(site=site, from_day=date(2027, 3, 22), until_day=date(2027, 4, 5)))

    assert [window.span.lower.hour for window in Window.objects.order_by("span")] == [5, 5]


@pytest.mark.parametrize(
    ("place", "expected"),
    [({}, 1), ({"guadeloupe": True}, 0), ({"reunion": True}, 1)],
    ids=["Ajaccio", "Guadeloupe", "La Réunion"],
)
def test_open_windows_on_27_may_is_closed_where_it_is_a_holiday(place, expected):
    abolition = date(2027, 5, 27)

    report = open_windows(
        **opening(site=SiteFactory(**place), weekdays=EVERY_DAY, from_day=abolition, until_day=abolition)
    )

    assert report.added == expected
    assert report.public_holidays == ([] if expected else [abolition])


def test_open_windows_on_good_friday_is_closed_in_alsace_and_moselle_only():
    good_friday = date(2027, 3, 26)
    days = {"weekdays": EVERY_DAY, "from_day": good_friday, "until_day": good_friday}

    in_metz = open_windows(**opening(site=SiteFactory(holiday_zone="alsace_moselle"), **days))
    in_ajaccio = open_windows(**opening(**days))

    assert (in_metz.added, in_ajaccio.added) == (0, 1)


def test_open_windows_on_a_saturday_holiday_is_closed():
    labour_day = date(2027, 5, 1)

    report = open_windows(**opening(weekdays=[5], from_day=labour_day, until_day=labour_day))

    assert report.public_holidays == [labour_day]
    assert not Window.objects.exists()


def test_open_windows_twice_changes_nothing():
    wanted = opening()
    open_windows(**wanted)
    first = set(Window.objects.values_list("pk", flat=True))

    report = open_windows(**wanted)

    assert (report.added, report.already_open) == (0, 3)
    assert set(Window.objects.values_list("pk", flat=True)) == first


def test_open_windows_longer_than_before_adds_only_what_is_missing():
    wanted = opening(until_day=MONDAY)
    open_windows(**wanted)
    kept = Window.objects.get()

    report = open_windows(**wanted | {"local_start": time(8), "local_end": time(13)})

    assert report.added == 2
    assert Window.objects.filter(pk=kept.pk).exists()
    assert local_windows() == [
        "2026-11-23 08:00 09:00",
        "2026-11-23 09:00 12:00",
        "2026-11-23 12:00 13:00",
    ]


def test_open_windows_stays_within_the_dates_of_the_adviser():
    adviser = AdviserFactory(starts_on=MONDAY + timedelta(days=1), ends_on=MONDAY + timedelta(days=7))

    open_windows(**opening(site=SiteFactory(operator=adviser.operator), adviser=adviser))

    assert local_windows() == ["2026-11-30 09:00 12:00"]


@pytest.mark.parametrize("elsewhere", ["another site", "another mode"])
def test_open_windows_where_the_adviser_is_elsewhere_changes_nothing(elsewhere):
    window = WindowFactory(span=span("11:00", "15:00", day=MONDAY + timedelta(days=7)))
    other = {"mode": MeetingMode.PHONE, "site": window.site}
    if elsewhere == "another site":
        other = {"site": SiteFactory(operator=window.site.operator)}

    with pytest.raises(AdviserElsewhere):
        open_windows(**opening(adviser=window.adviser, **other))

    assert Window.objects.get() == window


@pytest.mark.parametrize("end", [time(9), time(8)])
def test_open_windows_that_end_before_they_begin_is_refused(end):
    with pytest.raises(ValueError, match="ends after"):
        open_windows(**opening(local_end=end))


def test_open_windows_at_the_site_of_another_operator_is_refused():
    with pytest.raises(ValueError, match="operator"):
        open_windows(**opening(adviser=AdviserFactory(operator=OperatorFactory(code="autre"))))


def test_close_windows_without_bookings_closes_them():
    window = WindowFactory()
    BookingFactory(adviser=window.adviser, site=window.site, status=BookingStatus.CANCELLED_BY_PERSON)

    closed = close_windows(windows=[window])

    assert closed == 1
    assert not Window.objects.exists()


def test_close_windows_over_a_confirmed_booking_changes_nothing():
    window = WindowFactory()
    other = WindowFactory(adviser=window.adviser, site=window.site, span=span("14:00", "16:00"))
    booking = BookingFactory(adviser=window.adviser, site=window.site, start=at(MONDAY, "11:00"))

    with pytest.raises(WindowHasBookings) as refusal:
        close_windows(windows=[other, window])

    assert refusal.value.bookings == [booking]
    assert Window.objects.count() == 2


def test_close_windows_looks_at_part_of_a_booking_too():
    window = WindowFactory(span=span("09:00", "09:30"))
    BookingFactory(adviser=window.adviser, site=window.site)

    with pytest.raises(WindowHasBookings):
        close_windows(windows=[window])


def test_close_windows_of_nothing_closes_nothing():
    assert close_windows(windows=[]) == 0


def test_window_span_is_stored_half_open():
    window = WindowFactory()

    window.refresh_from_db()

    assert window.span == DateTimeTZRange(at(MONDAY, "09:00"), at(MONDAY, "12:00"), "[)")

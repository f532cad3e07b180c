"""Working days of each zone: reference values, bounds, properties."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from cpa_portal.kernel.working_days import (
    FIRST_YEAR,
    UnknownTerritory,
    Zone,
    add_working_days,
    is_public_holiday,
    is_working_day,
    public_holidays,
    time_zone_of_commune,
    time_zone_of_department,
    working_days_between,
    zone_of_commune,
    zone_of_department,
)
from cpa_portal.kernel.working_days.holidays import easter_sunday

zones = st.sampled_from(list(Zone))
days = st.dates(date(1984, 1, 1), date(2100, 12, 31))
WHIT_MONDAY = frozenset({"whit_monday"})

# Thirty working days after a request, where the zones differ.
GOLDEN = {
    date(2027, 4, 12): (date(2027, 5, 26), {Zone.MAYOTTE: date(2027, 5, 27)}),
    date(2027, 4, 26): (
        date(2027, 6, 9),
        dict.fromkeys([Zone.GUADELOUPE, Zone.MAYOTTE, Zone.SAINT_MARTIN], date(2027, 6, 10)),
    ),
    date(2027, 11, 15): (date(2027, 12, 27), {Zone.REUNION: date(2027, 12, 28)}),
}


@pytest.mark.parametrize("zone", list(Zone))
@pytest.mark.parametrize("request_day", list(GOLDEN))
def test_add_working_days_thirty_after_a_request_gives_the_reference_date(request_day, zone):
    usual, exceptions = GOLDEN[request_day]

    assert add_working_days(request_day, 30, zone) == exceptions.get(zone, usual)


def test_easter_sunday_agrees_with_another_implementation():
    assert all(easter_sunday(year) == easter(year) for year in range(1900, 2200))


def test_public_holidays_of_metropolitan_france_are_the_eleven_of_the_code():
    holidays = public_holidays(Zone.METROPOLE, 2027)

    assert [holiday.on.isoformat()[5:] for holiday in holidays] == [
        "01-01", "03-29", "05-01", "05-06", "05-08", "05-17", "07-14", "08-15", "11-01", "11-11", "12-25",
    ]  # fmt: skip
    assert all("L. 3133-1" in holiday.source for holiday in holidays)


@pytest.mark.parametrize(
    ("zone", "added"),
    [
        (Zone.ALSACE_MOSELLE, ["03-26", "12-26"]),
        (Zone.MAYOTTE, ["04-27"]),
        (Zone.MARTINIQUE, ["05-22"]),
        (Zone.GUADELOUPE, ["05-27"]),
        (Zone.SAINT_MARTIN, ["05-28"]),
        (Zone.GUYANE, ["06-10"]),
        (Zone.SAINT_BARTHELEMY, ["10-09"]),
        (Zone.REUNION, ["12-20"]),
        (Zone.SAINT_PIERRE_ET_MIQUELON, []),
    ],
)
def test_public_holidays_elsewhere_add_the_local_ones(zone, added):
    national = set(public_holidays(Zone.METROPOLE, 2027))

    local = [holiday for holiday in public_holidays(zone, 2027) if holiday not in national]

    assert national <= set(public_holidays(zone, 2027))
    assert [holiday.on.isoformat()[5:] for holiday in local] == added
    assert all(holiday.name and holiday.source for holiday in local)


@pytest.mark.parametrize(
    ("zone", "year", "expected"),
    [
        (Zone.SAINT_MARTIN, 2017, ["05-27"]),
        (Zone.SAINT_MARTIN, 2018, ["05-28"]),
        (Zone.SAINT_BARTHELEMY, 2007, ["05-27"]),
        (Zone.SAINT_BARTHELEMY, 2008, []),
        (Zone.SAINT_BARTHELEMY, 2011, []),
        (Zone.SAINT_BARTHELEMY, 2012, ["10-09"]),
        (Zone.REUNION, 1982, []),
        (Zone.REUNION, 1983, ["12-20"]),
        (Zone.GUADELOUPE, 1983, []),
        (Zone.GUADELOUPE, 1984, ["05-27"]),
    ],
)
def test_public_holidays_follow_the_dates_of_validity(zone, year, expected):
    days = [
        holiday.on.isoformat()[5:] for holiday in public_holidays(zone, year) if holiday.key == "abolition"
    ]

    assert days == expected


def test_public_holidays_two_on_one_day_are_both_given():
    assert [
        holiday.key for holiday in public_holidays(Zone.METROPOLE, 2008) if holiday.on == date(2008, 5, 1)
    ] == [
        "ascension",
        "labour_day",
    ]


def test_public_holidays_before_the_table_are_refused():
    assert public_holidays(Zone.METROPOLE, FIRST_YEAR)
    with pytest.raises(ValueError, match="1982"):
        public_holidays(Zone.METROPOLE, FIRST_YEAR - 1)


def test_public_holidays_accept_the_stored_value_of_a_zone():
    assert public_holidays("mayotte", 2027) == public_holidays(Zone.MAYOTTE, 2027)
    with pytest.raises(ValueError, match="nowhere"):
        public_holidays("nowhere", 2027)


@pytest.mark.parametrize(
    ("day", "zone", "working"),
    [
        (date(2027, 5, 27), Zone.METROPOLE, True),
        (date(2027, 5, 27), Zone.GUADELOUPE, False),
        (date(2027, 3, 26), Zone.ALSACE_MOSELLE, False),
        (date(2027, 3, 26), Zone.METROPOLE, True),
        (date(2027, 3, 26), Zone.GUADELOUPE, True),
        (date(2025, 12, 26), Zone.ALSACE_MOSELLE, False),
        (date(2025, 12, 26), Zone.METROPOLE, True),
        (date(2027, 7, 21), Zone.MARTINIQUE, True),
        (date(2027, 5, 1), Zone.METROPOLE, False),
        (date(2027, 5, 2), Zone.METROPOLE, False),
        (date(2027, 5, 3), Zone.METROPOLE, True),
    ],
)
def test_is_working_day_in_each_zone(day, zone, working):
    assert is_working_day(day, zone) is working


def test_is_working_day_whit_monday_can_be_worked():
    whit_monday = date(2027, 5, 17)

    assert not is_working_day(whit_monday, Zone.METROPOLE)
    assert is_working_day(whit_monday, Zone.METROPOLE, worked_holidays=WHIT_MONDAY)
    assert add_working_days(date(2027, 5, 14), 1, Zone.METROPOLE, worked_holidays=WHIT_MONDAY) == whit_monday
    assert working_days_between(date(2027, 5, 14), whit_monday, Zone.METROPOLE) == 0
    assert (
        working_days_between(date(2027, 5, 14), whit_monday, Zone.METROPOLE, worked_holidays=WHIT_MONDAY) == 1
    )


def test_add_working_days_of_nothing_is_the_day_itself():
    assert add_working_days(date(2027, 5, 2), 0, Zone.METROPOLE) == date(2027, 5, 2)


def test_add_working_days_backwards_gives_the_last_day_to_act():
    # Eleven working days before Tuesday 1 June 2027, Whit Monday between.
    assert add_working_days(date(2027, 6, 1), -11, Zone.METROPOLE) == date(2027, 5, 14)


@given(days, st.integers(-60, 60).filter(bool), zones)
def test_add_working_days_ends_on_a_working_day_and_is_undone_by_counting(start, count, zone):
    end = add_working_days(start, count, zone)

    assert is_working_day(end, zone)
    assert working_days_between(start, end, zone) == count


@given(days, st.integers(0, 90), st.integers(0, 90), zones)
def test_working_days_between_adds_up(start, first, second, zone):
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)

    whole = working_days_between(start, end, zone)

    assert whole == working_days_between(start, middle, zone) + working_days_between(middle, end, zone)


@given(days, zones)
def test_a_weekend_is_never_worked_and_a_holiday_never_in_its_zone(day, zone):
    if day.weekday() >= 5 or is_public_holiday(day, zone):
        assert not is_working_day(day, zone)
    else:
        assert is_working_day(day, zone)


@pytest.mark.parametrize(
    ("code", "zone"),
    [("75", Zone.METROPOLE), ("2A", Zone.METROPOLE), ("57", Zone.ALSACE_MOSELLE), ("67", Zone.ALSACE_MOSELLE),
     ("68", Zone.ALSACE_MOSELLE), ("54", Zone.METROPOLE), ("971", Zone.GUADELOUPE), ("972", Zone.MARTINIQUE),
     ("973", Zone.GUYANE), ("974", Zone.REUNION), ("975", Zone.SAINT_PIERRE_ET_MIQUELON), ("976", Zone.MAYOTTE),
     ("977", Zone.SAINT_BARTHELEMY), ("978", Zone.SAINT_MARTIN)],
)  # fmt: skip
def test_zone_of_department_and_of_its_communes(code, zone):
    commune = code + "004" if len(code) == 2 else code + "01"

    assert zone_of_department(code) is zone_of_commune(commune) is zone


@pytest.mark.parametrize(("code", "zone"), [("97127", Zone.SAINT_MARTIN), ("97123", Zone.SAINT_BARTHELEMY)])
def test_zone_of_commune_with_the_former_code_of_an_island(code, zone):
    assert zone_of_commune(code) is zone


@pytest.mark.parametrize("code", ["", "20", "00", "96", "97", "988", "2C", "971 "])
def test_zone_of_department_unknown_is_refused(code):
    with pytest.raises(UnknownTerritory):
        zone_of_department(code)


@pytest.mark.parametrize("code", ["", "7500", "750560", "2C004", "98818", "20004", "٧٥٠٥٦"])
def test_zone_of_commune_unknown_is_refused(code):
    with pytest.raises(UnknownTerritory):
        zone_of_commune(code)


@pytest.mark.parametrize(
    ("code", "hours"),
    [("75", 1), ("2B", 1), ("971", -4), ("972", -4), ("973", -3), ("974", 4), ("975", -3), ("976", 3), ("977", -4),
     ("978", -4), ("986", 12), ("987", -10), ("988", 11)],
)  # fmt: skip
def test_time_zone_of_department_has_its_winter_offset(code, hours):
    zone = ZoneInfo(time_zone_of_department(code))

    offset = zone.utcoffset(_noon(date(2027, 1, 15)))

    assert offset == timedelta(hours=hours)


def test_time_zone_of_commune_follows_its_department():
    assert time_zone_of_commune("97411") == "Indian/Reunion"
    assert time_zone_of_commune("98818") == "Pacific/Noumea"
    assert time_zone_of_commune("2A004") == "Europe/Paris"
    with pytest.raises(UnknownTerritory):
        time_zone_of_commune("96001")


def _noon(day):
    from datetime import datetime

    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - a wall clock, to be placed in a zone

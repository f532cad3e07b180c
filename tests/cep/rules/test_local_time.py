from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from cep.models.validators import validate_time_zone
from cep.rules.local_time import day_start, instant_of, zone_note
from cpa_portal.kernel.working_days.territories import _OVERSEAS_TIME_ZONES

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        (date(2027, 3, 27), time(9), datetime(2027, 3, 27, 8, tzinfo=UTC)),
        (date(2027, 3, 29), time(9), datetime(2027, 3, 29, 7, tzinfo=UTC)),
        (date(2027, 3, 28), time(2, 30), None),
        (date(2027, 3, 28), time(2), None),
        (date(2027, 3, 28), time(3), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        # Twice that night: the first one, still in summer time.
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_instant_of_a_local_hour(day, hour, expected):
    assert instant_of(day, hour, PARIS) == expected


def test_day_start_is_midnight_on_the_clock_of_the_place():
    assert day_start(date(2026, 11, 23), ZoneInfo("Indian/Reunion")) == datetime(2026, 11, 22, 20, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Ajaccio", "CET", "UTC+1", "", "../etc/passwd"])
def test_validate_time_zone_refuses_what_is_no_zone(name):
    with pytest.raises(ValidationError):
        validate_time_zone(name)


@pytest.mark.parametrize("name", ["Europe/Paris", "America/Miquelon", *_OVERSEAS_TIME_ZONES.values()])
def test_validate_time_zone_accepts_the_zones_of_the_territories(name):
    validate_time_zone(name)


def test_zone_note_names_every_territory_and_nothing_in_paris():
    assert zone_note("Europe/Paris") == ""
    assert {zone_note(name).partition(" d")[0] for name in _OVERSEAS_TIME_ZONES.values()} == {"heure"}
    assert zone_note("America/St_Johns") == "heure de St Johns"

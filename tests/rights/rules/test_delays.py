"""Eleven working days, from Monday to Friday, the day of the request not counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.rules.delays import first_possible_start

DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2040, 12, 31))


@pytest.mark.parametrize(
    ("requested_on", "first_start"),
    [
        (date(2026, 3, 2), date(2026, 3, 17)),
        (date(2026, 3, 6), date(2026, 3, 23)),
        (date(2026, 3, 7), date(2026, 3, 23)),
        (date(2026, 3, 8), date(2026, 3, 23)),
        (date(2026, 3, 9), date(2026, 3, 24)),
        # 6 April (Easter Monday) and 1 May count like any weekday.
        (date(2026, 3, 30), date(2026, 4, 14)),
        (date(2026, 4, 20), date(2026, 5, 5)),
        (date(2026, 12, 24), date(2027, 1, 8)),
    ],
)
def test_first_possible_start_after_eleven_working_days(requested_on, first_start):
    assert first_possible_start(requested_on=requested_on, notice_working_days=11) == first_start


def test_first_possible_start_without_notice_is_the_same_day():
    saturday = date(2026, 3, 7)

    assert first_possible_start(requested_on=saturday, notice_working_days=0) == saturday


def test_first_possible_start_with_a_negative_notice_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="never negative"):
        first_possible_start(requested_on=date(2026, 3, 2), notice_working_days=-1)


@given(requested_on=DAYS, notice=st.integers(min_value=1, max_value=60))
def test_first_possible_start_leaves_exactly_the_notice_in_weekdays(requested_on, notice):
    first_start = first_possible_start(requested_on=requested_on, notice_working_days=notice)

    days_between = (first_start - requested_on).days
    weekdays = sum((requested_on + timedelta(days=n)).weekday() < 5 for n in range(1, days_between + 1))
    assert weekdays == notice
    assert first_start.weekday() < 5

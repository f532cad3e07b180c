from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cep.enums import BookingAction, BookingStatus
from cep.rules.meetings import HORIZON, NOTICE, OUTCOMES, TRANSITIONS, bookable_period, is_aligned

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minute", "second", "expected"),
    [(0, 0, True), (30, 0, True), (15, 0, False), (0, 1, False), (45, 0, False)],
)
def test_is_aligned_on_the_half_hour_of_the_place(minute, second, expected):
    start = datetime(2026, 11, 23, 9, minute, second, tzinfo=ZoneInfo("Europe/Paris"))

    assert is_aligned(start.astimezone(UTC), ZoneInfo("Europe/Paris")) is expected


def test_is_aligned_follows_the_clock_of_the_place_not_that_of_greenwich():
    # Katmandou lies at five hours and three quarters: its whole hours are Greenwich's quarters.
    nepal = ZoneInfo("Asia/Kathmandu")

    assert is_aligned(datetime(2026, 11, 23, 9, tzinfo=nepal), nepal)
    assert not is_aligned(datetime(2026, 11, 23, 9, tzinfo=UTC), nepal)


def test_bookable_period_leaves_notice_and_ends_at_the_horizon():
    assert bookable_period(NOW) == (NOW + NOTICE, NOW + HORIZON)


def test_horizon_goes_beyond_the_thirty_working_days_of_the_contract():
    assert timedelta(days=60) < HORIZON


def test_transitions_lead_each_action_to_one_state():
    assert {(action, after) for (_, action), after in TRANSITIONS.items()} == set(OUTCOMES.items())


def test_transitions_never_leave_a_cancellation():
    cancelled = {BookingStatus.CANCELLED_BY_PERSON, BookingStatus.CANCELLED_BY_SERVICE}

    assert not [pair for pair in TRANSITIONS if pair[0] in cancelled]
    assert BookingAction.BOOK not in OUTCOMES

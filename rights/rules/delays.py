"""Delays of a training request, counted from Monday to Friday.

The conditions of use count "jours ouvrés" for both sides of the country alike: public holidays, which differ from one
territory to another, are left out of account.
"""

from datetime import date, timedelta

SATURDAY = 5


def first_possible_start(*, requested_on: date, notice_working_days: int) -> date:
    """The first day on which a training requested that day may begin.

    The day of the request does not count: a request of Monday 2 March 2026 with 11 working days of notice allows
    17 March. Raises ValueError for a negative notice.
    """
    if notice_working_days < 0:
        raise ValueError("a notice is never negative")
    day = requested_on
    left = notice_working_days
    while left:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            left -= 1
    return day

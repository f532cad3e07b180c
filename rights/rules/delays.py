"""Delays of the room, in working days from Monday to Friday or in calendar days.

The conditions of use count "jours ouvrés" for both sides of the country alike: public holidays, which differ from one
territory to another, are left out of account.
"""

from datetime import date, timedelta
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.dates import add_years

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


def employer_answer_limit(received_on: date, values: LegalValues) -> date:
    """The last day of the employer's answer to a request for absence; silence is agreement (D. 6323-4, II)."""
    return received_on + timedelta(days=values.on("employer_answer_days", received_on).number)


def absence_request_limit(starts_on: date, *, months: Fraction, values: LegalValues) -> date:
    """The last day to ask for the absence: earlier for a long training (D. 6323-4, I)."""
    long = months >= values.on("absence_long_months", starts_on).number
    name = "absence_request_days_long" if long else "absence_request_days_short"
    return starts_on - timedelta(days=values.on(name, starts_on).number)


def volunteering_declaration_limit(year: int, values: LegalValues) -> date:
    """The last day to declare a year of volunteering (R. 5151-16)."""
    return values.of_year("cec_declaration_deadline", year).posting.of(year)


def erasure_after_death(died_on: date, values: LegalValues) -> date:
    """The day from which the account of a dead person is erased (R. 6323-39)."""
    return add_years(died_on, values.on("erasure_years_after_death", died_on).number)


def erasure_of_operation(done_on: date, values: LegalValues) -> date:
    """The day from which the trace of an operation is erased (R. 6323-40)."""
    return add_years(done_on, values.on("operation_log_years", done_on).number)

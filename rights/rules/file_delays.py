"""By when each party of a training file must act, in working days of the place of the training. Pure.

Source: conditions of use of Mon Compte Formation; the day from which one counts is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cpa_portal.kernel.working_days import Zone, add_working_days
from rights.enums import TrainingFileState
from rights.parameters.types import LegalValues
from rights.rules.dates import add_months
from rights.rules.training_file_states import TURNS

S = TrainingFileState


@dataclass(frozen=True)
class FileDates:
    """The dates of a file that its delays count from. `since`: the day it came into its state."""

    state: TrainingFileState
    since: date
    starts_on: date
    ends_on: date
    zone: Zone = Zone.METROPOLE
    committed_on: date | None = None
    left_on: date | None = None
    has_prerequisites: bool = False


def due_date(dates: FileDates, values: LegalValues) -> date | None:
    """The last day of whoever has the turn; None in a state that waits for nobody by a date."""
    _, name = TURNS.get(dates.state, (None, ""))
    if not name:
        return None
    if dates.state is S.REQUESTED and dates.has_prerequisites:
        name = "organisation_answer_days_with_prerequisites"
    start = _start(dates)
    allowed = values.on(name, start).number
    if dates.state is S.SERVICE_DONE:
        return start + timedelta(days=allowed)
    if dates.state is S.IN_REVIEW:
        return add_months(start, allowed)
    return add_working_days(start, allowed, dates.zone)


def _start(dates: FileDates) -> date:
    """The day from which the delay of the state counts."""
    starts = {
        S.ACCEPTED: dates.starts_on,
        S.IN_TRAINING: dates.ends_on,
        S.LEFT: max(dates.since, dates.left_on or dates.since),
    }
    return starts.get(dates.state, dates.since)


def last_free_cancellation(dates: FileDates, values: LegalValues) -> date:
    """The last day on which the holder gives the training up without losing anything."""
    notice = values.on("free_cancellation_notice", dates.starts_on).number
    return add_working_days(dates.starts_on, -notice, dates.zone)


def last_withdrawal(committed_on: date, zone: Zone, values: LegalValues) -> date:
    """The last day of the right of withdrawal of who commits that day."""
    return add_working_days(committed_on, values.on("withdrawal_days", committed_on).number, zone)


def last_review_request(refused_on: date, values: LegalValues) -> date:
    """The last day to ask that a person looks at what was refused that day."""
    return add_months(refused_on, values.on("review_request_months", refused_on).number)

"""What each party may do with a file today, and why the rest is refused: asked by pages and by services alike."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from cpa_portal.kernel.working_days import Zone
from rights import file_refusals as refusals
from rights.enums import (
    FileOrigin,
    FileRole,
    PartAnswer,
    TrainingFileAction,
    TrainingFileState,
    Transmission,
)
from rights.exceptions import RightsRefusal
from rights.models import TrainingFile
from rights.parameters import legal_values
from rights.rules.file_delays import (
    FileDates,
    last_free_cancellation,
    last_review_request,
    last_withdrawal,
)
from rights.rules.training_file_states import TURNS, Guard, Rule, actions_of, rule_of


@dataclass(frozen=True)
class Step:
    """An action that the table gives to a role in the state of the file; `refusal` says why it is not open now."""

    action: TrainingFileAction
    rule: Rule
    refusal: RightsRefusal | None

    @property
    def is_open(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, and by when (None: no date runs)."""

    role: FileRole
    due_on: date | None

    def is_late(self, today: date) -> bool:
        return self.due_on is not None and today > self.due_on


def found_rule(
    training_file: TrainingFile,
    action: TrainingFileAction,
    role: FileRole,
    *,
    today: date,
    payer_codes: Collection[str] = (),
) -> Rule:
    """The row that allows the step today. Raises ActionNotAllowed, GuardRefused."""
    state = TrainingFileState(training_file.state)
    rule = rule_of(state, action, role)
    if rule is None:
        raise refusals.ActionNotAllowed(state=state, action=action, role=role)
    refusal = guard_refusal(training_file, rule, today=today, payer_codes=payer_codes)
    if refusal is not None:
        raise refusal
    return rule


def steps_of(
    training_file: TrainingFile, role: FileRole, *, today: date, payer_codes: Collection[str] = ()
) -> list[Step]:
    """What the table gives to this role now, in its order, each open or with its reason."""
    state = TrainingFileState(training_file.state)
    steps = []
    for action in actions_of(state, role):
        rule = rule_of(state, action, role)
        assert rule is not None
        refusal = guard_refusal(training_file, rule, today=today, payer_codes=payer_codes)
        steps.append(Step(action, rule, refusal))
    return steps


def turn_of(training_file: TrainingFile) -> Turn | None:
    """Who must act now; None when the file is closed, or when others follow it."""
    turn = TURNS.get(TrainingFileState(training_file.state))
    if turn is None or training_file.origin != FileOrigin.PORTAL:
        return None
    return Turn(turn[0], training_file.due_on)


def guard_refusal(
    training_file: TrainingFile, rule: Rule, *, today: date, payer_codes: Collection[str] = ()
) -> RightsRefusal | None:
    """What stands in the way beyond the state and the role."""
    if rule.guard is Guard.HAS_PART:
        return None if awaited_parts(training_file, rule.role, payer_codes) else refusals.no_part()
    question = QUESTIONS.get(rule.guard)
    return question(training_file, today) if question else None


def _overdue(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    due_on = training_file.due_on
    return None if due_on is not None and today > due_on else refusals.not_overdue(due_on)


def _free_cancellation(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    last_day = free_until(training_file)
    return None if today <= last_day else refusals.too_late_to_cancel(last_day)


def _late_cancellation(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    last_day = free_until(training_file)
    return None if today > last_day else refusals.not_late_yet(last_day)


def _withdrawal(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    last_day = withdrawal_until(training_file)
    return None if today <= last_day else refusals.withdrawal_over(last_day)


def _started(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    starts_on = training_file.session_starts_on
    return None if today >= starts_on else refusals.not_started(starts_on)


def _review(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    last_day = last_review_request(_since(training_file), legal_values())
    return None if today <= last_day else refusals.review_over(last_day)


def _refused_by_agora(training_file: TrainingFile, today: date) -> RightsRefusal | None:
    return None if training_file.transmission == Transmission.REFUSED else refusals.not_refused_by_agora()


QUESTIONS: dict[Guard, Callable[[TrainingFile, date], RightsRefusal | None]] = {
    Guard.OVERDUE: _overdue,
    Guard.FREE_CANCELLATION: _free_cancellation,
    Guard.LATE_CANCELLATION: _late_cancellation,
    Guard.WITHDRAWAL_OPEN: _withdrawal,
    Guard.STARTED: _started,
    Guard.REVIEW_OPEN: _review,
    Guard.REFUSED_BY_AGORA: _refused_by_agora,
}


def awaited_parts(training_file: TrainingFile, role: FileRole, payer_codes: Collection[str]) -> list[int]:
    """The keys of the parts that this payer has not answered yet."""
    return [
        part.pk
        for part in training_file.fundings.all()
        if part.answer == PartAnswer.WAITING
        and part.payer_code in payer_codes
        and part.instructing_role == role
    ]


def free_until(training_file: TrainingFile) -> date:
    """The last day of a cancellation without loss."""
    dates = FileDates(
        TrainingFileState(training_file.state),
        _since(training_file),
        training_file.session_starts_on,
        training_file.session_ends_on,
        Zone(training_file.zone),
    )
    return last_free_cancellation(dates, legal_values())


def withdrawal_until(training_file: TrainingFile, committed_on: date | None = None) -> date:
    """The last day to withdraw, for a commitment made or to be made that day; never past the eve of the training."""
    committed_on = training_file.committed_on or committed_on or _since(training_file)
    last_day = last_withdrawal(committed_on, Zone(training_file.zone), legal_values())
    return min(last_day, training_file.session_starts_on - timedelta(days=1))


def _since(training_file: TrainingFile) -> date:
    return training_file.state_since or training_file.requested_on

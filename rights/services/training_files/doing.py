"""From a form's values to the step that they fill: one door for the pages, whatever the action."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from rights.enums import EventOrigin, ExitReason, TrainingFileAction
from rights.models import TrainingFile
from rights.parties import Party
from rights.services.training_files.cancelling import cancel_training_file
from rights.services.training_files.entering import declare_entry
from rights.services.training_files.steps import (
    answer_part,
    declare_exit,
    propose,
    recognise_force_majeure,
    simple_step,
)

A = TrainingFileAction


def do_step(
    *,
    training_file: TrainingFile,
    action: TrainingFileAction,
    party: Party,
    today: date,
    values: dict[str, Any],
) -> TrainingFile:
    """Take the step with what its form gave (rights.forms.steps.FIELDS). Raises the refusals of the step."""
    key: UUID = training_file.pk
    reason = values.get("reason") or ""
    hours = values.get("hours")
    minutes = hours * 60 if hours is not None else None
    if action in DECLARATIONS:
        return _declared(training_file, action, party, today, values, minutes)
    match action:
        case A.PROPOSE:
            return propose(
                training_file_id=key, party=party, today=today, note=reason,
                price_cents=values["price"],
                starts_on=values["starts_on"], ends_on=values["ends_on"],
            )  # fmt: skip
        case A.AGREE_PART | A.REFUSE_PART:
            return answer_part(
                training_file_id=key, party=party, agreed=action is A.AGREE_PART, today=today, reason=reason
            )
        case A.CANCEL if party.user is None:
            return cancel_training_file(training_file_id=key, today=today)
    return simple_step(training_file_id=key, action=action, party=party, today=today, reason=reason)


DECLARATIONS = frozenset({A.DECLARE_ENTRY, A.DECLARE_EXIT, A.FORCE_MAJEURE})


def _declared(
    training_file: TrainingFile,
    action: TrainingFileAction,
    party: Party,
    today: date,
    values: dict[str, Any],
    minutes: int | None,
) -> TrainingFile:
    """What happened in the training, with its day and the hours followed."""
    if action is A.DECLARE_ENTRY:
        return declare_entry(
            training_file=training_file, entered_on=values["day"], origin=EventOrigin.PORTAL,
            today=today, party=party,
        )  # fmt: skip
    if action is A.DECLARE_EXIT:
        return declare_exit(
            training_file_id=training_file.pk, party=party, today=today, left_on=values["day"],
            reason=ExitReason(values["exit_reason"]), attended_minutes=minutes,
        )  # fmt: skip
    return recognise_force_majeure(
        training_file_id=training_file.pk,
        party=party,
        today=today,
        reason=values.get("reason") or "",
        attended_minutes=minutes,
    )

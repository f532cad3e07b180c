"""Every step of a file's life goes through `take_step`: the table allows it, its effect is posted, the journal told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.db import transaction

from rights.enums import (
    EventOrigin,
    ExitReason,
    FileRole,
    JournalEventKind,
    TrainingFileAction,
    TrainingFileState,
)
from rights.models import TrainingFile
from rights.parameters import legal_values
from rights.parties import AGORA, HOLDER, SYSTEM, Party
from rights.rules.derivation import Derivation
from rights.rules.settlement import Attendance, amount_forfeited, amount_settled
from rights.rules.training_file_states import Effect, Rule
from rights.selectors.file_steps import found_rule
from rights.services.journal import append_event
from rights.services.ledger import release_holds, restore_debits, shortened, use_holds
from rights.services.messages import announce_step
from rights.services.transitions import advance, lock_file

# The journal's own words for the steps that AGORA knows; the others are told as changes of state.
EVENTS = {
    TrainingFileAction.DECLARE_ENTRY: JournalEventKind.ENTRY_DECLARED,
    TrainingFileAction.CANCEL: JournalEventKind.FILE_CANCELLED,
}

__all__ = ["AGORA", "HOLDER", "SYSTEM", "Party", "take_step"]

Prepare = Callable[[TrainingFile, Rule], TrainingFileState | None]


def take_step(
    *,
    training_file_id: UUID,
    action: TrainingFileAction,
    party: Party,
    today: date,
    reason: str = "",
    prepare: Prepare | None = None,
    payload: dict[str, str] | None = None,
) -> TrainingFile:
    """Do one action of the table on a file: its state, its rights, its history and the journal, or nothing at all.

    `prepare` fills the file's fields before the change and may return another state than the table's first one (a
    part agreed while others are awaited); `payload` is what the journal also tells. Raises ActionNotAllowed,
    GuardRefused, and what `prepare` refuses.
    """
    with transaction.atomic():
        training_file = lock_file(training_file_id)
        rule = found_rule(training_file, action, party.role, today=today, payer_codes=party.payer_codes)
        after = (prepare(training_file, rule) if prepare else None) or rule.after
        apply_effect(training_file, rule, today)
        origin = EventOrigin.AGORA if party.role is FileRole.AGORA else EventOrigin.PORTAL
        transition = advance(
            training_file=training_file,
            action=action,
            role=party.role,
            after=after,
            today=today,
            origin=origin,
            reason=reason,
            actor=party.user,
        )
        append_event(
            kind=_event_kind(action, party.role),
            training_file=training_file,
            origin=origin,
            payload=_payload(training_file, action, party.role) | (payload or {}),
        )
        announce_step(training_file=training_file, transition=transition)
    return training_file


def _event_kind(action: TrainingFileAction, role: FileRole) -> JournalEventKind:
    if (action, role) == (TrainingFileAction.REFUSE, FileRole.AGORA):
        return JournalEventKind.FILE_REFUSED
    return EVENTS.get(action, JournalEventKind.STATE_CHANGED)


def _payload(training_file: TrainingFile, action: TrainingFileAction, role: FileRole) -> dict[str, str]:
    payload = {"action": action.value, "role": role.value, "state": str(training_file.state)}
    if action is TrainingFileAction.DECLARE_ENTRY and training_file.entered_on is not None:
        payload["entered_on"] = training_file.entered_on.isoformat()
    return payload


def apply_effect(training_file: TrainingFile, rule: Rule, today: date) -> None:
    """What the step does to the rights set aside for the file."""
    title = shortened(training_file.title)
    match rule.effect:
        case Effect.RELEASE:
            release_holds(training_file=training_file, value_date=today, source=source_of(rule))
        case Effect.SETTLE:
            use_holds(
                training_file=training_file,
                value_date=today,
                source="Service fait validé par la Caisse des dépôts",
                label=f"Votre formation « {title} », suivie",
                used=_settlement(training_file),
            )
        case Effect.FORFEIT:
            use_holds(
                training_file=training_file,
                value_date=today,
                source=source_of(rule),
                label=f"Votre formation « {title} », annulée hors délai ou sans vous présenter",
                used=lambda amount: amount_forfeited(amount, today, legal_values()),
            )
        case Effect.RESTORE:
            restore_debits(
                training_file=training_file,
                value_date=today,
                source="Force majeure reconnue par la Caisse des dépôts",
                label=f"Votre formation « {title} », manquée pour force majeure",
            )


def _settlement(training_file: TrainingFile) -> Callable[[int], Derivation]:
    assert training_file.left_on is not None
    attendance = Attendance(
        reason=ExitReason(training_file.exit_reason),
        attended_minutes=training_file.attended_minutes or 0,
        planned_minutes=training_file.hours_minutes,
        left_on=training_file.left_on,
    )
    return lambda amount: amount_settled(amount, attendance, legal_values())


SOURCES: dict[tuple[TrainingFileAction, FileRole], str] = {
    (TrainingFileAction.CANCEL, FileRole.HOLDER): "Annulation de votre demande, par vous",
    (TrainingFileAction.CANCEL, FileRole.AGORA): "Annulation annoncée par AGORA",
    (TrainingFileAction.CANCEL, FileRole.ORGANISATION): "Annulation par l’organisme de formation",
    (TrainingFileAction.REFUSE, FileRole.ORGANISATION): "Refus de votre demande par l’organisme de formation",
    (TrainingFileAction.REFUSE, FileRole.AGORA): "Refus de votre dossier par AGORA",
    (TrainingFileAction.DECLINE, FileRole.HOLDER): "Proposition que vous avez déclinée",
    (TrainingFileAction.WITHDRAW, FileRole.HOLDER): "Rétractation, par vous",
    (TrainingFileAction.EXPIRE, FileRole.SYSTEM): "Délai de réponse dépassé",
    (TrainingFileAction.FORCE_MAJEURE, FileRole.CDC): "Force majeure reconnue par la Caisse des dépôts",
    (TrainingFileAction.CANCEL_LATE, FileRole.HOLDER): "Annulation hors délai, par vous",
    (
        TrainingFileAction.DECLARE_NO_SHOW,
        FileRole.ORGANISATION,
    ): "Absence à l’entrée, déclarée par l’organisme",
}


def source_of(rule: Rule) -> str:
    """Where an entry comes from, in words for the person."""
    return SOURCES.get((rule.action, rule.role), "Suite de votre dossier de formation")

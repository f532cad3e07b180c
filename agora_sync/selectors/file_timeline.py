"""What happened to one file in every system it goes through, in one list, the last first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst

from accounts.models import User
from agora_sync.contract import Operation
from agora_sync.enums import CorrectionOutcome, Direction, ExchangeState, HandlingAction
from agora_sync.mapping.corrections import told_changes
from agora_sync.mapping.events import operations_of_event
from agora_sync.models import Correction, Exchange, HandlingEntry, HolderPull, SendingBack
from agora_sync.selectors.exchanges import exchanges_for
from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.enums import EventOrigin
from rights.models import JournalEvent, TrainingFile

PORTAL, JOURNAL, AGORA, AGENTS = "Portail", "Journal", "AGORA", "Agents"
# As many of each kind as a page can show; a file has some tens.
MOST = 200


@dataclass(frozen=True)
class Moment:
    """One thing that happened: in which system, what, who did it when a person did, and its exchange if any."""

    at: datetime
    system: str
    what: str
    who: str = ""
    exchange_id: UUID | None = None


def followed_file(user: User, file_id: UUID) -> TrainingFile | None:
    """A file of which the user may follow an exchange; None for any other."""
    followed = exchanges_for(user).order_by().filter(training_file=OuterRef("pk"))
    found = TrainingFile.objects.filter(Exists(followed), pk=file_id).select_related("holder")
    return found.first()


def file_timeline(user: User, training_file: TrainingFile) -> list[Moment]:
    """Steps, journal, exchanges with their answers, readings, corrections, what agents did. Eight queries."""
    moments = [
        *_steps(training_file),
        *_journal(training_file),
        *_exchanges(user, training_file),
        *_readings(user, training_file),
        *_corrections(training_file),
        *_handling(training_file),
        *_sent_back(training_file),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _steps(training_file: TrainingFile) -> Iterator[Moment]:
    for step in training_file.transitions.select_related("actor").order_by("-id")[:MOST]:
        done = step.get_action_display() if step.action else "Dossier ouvert"
        reason = f" Motif : {step.reason.rstrip('.')}." if step.reason else ""
        role = step.get_role_display() if step.role else step.get_origin_display()
        yield Moment(
            step.at,
            PORTAL,
            f"{done} : « {step.get_to_state_display()} ».{reason}",
            who=f"{step.actor} ({role})" if step.actor else role,
        )


def _journal(training_file: TrainingFile) -> Iterator[Moment]:
    for event in training_file.events.order_by("-id")[:MOST]:
        told = [f"« {operation.label} »" for operation in _told(event)]
        what = (
            f"{event.get_kind_display()}, venu d’AGORA."
            if event.origin == EventOrigin.AGORA
            else (f"{event.get_kind_display()}. À dire à AGORA : {', '.join(told) or 'rien'}.")
        )
        yield Moment(event.at, JOURNAL, what)


def _told(event: JournalEvent) -> Sequence[Operation]:
    return operations_of_event(event.kind, event.payload) if event.origin == EventOrigin.PORTAL else ()


def _exchanges(user: User, training_file: TrainingFile) -> Iterator[Moment]:
    rows = exchanges_for(user).filter(training_file=training_file).select_related("partner", "resent_by")
    for row in rows[:MOST]:
        sender = row.partner.name if row.partner and row.direction == Direction.INCOMING else ""
        begun = f"{row.get_direction_display()} : {_operation(row)}."
        yield Moment(row.created_at, AGORA, begun, who=sender, exchange_id=row.pk)
        if row.resent_at is not None:
            yield Moment(
                row.resent_at,
                AGENTS,
                f"Renvoyé : {_operation(row)}.",
                who=str(row.resent_by),
                exchange_id=row.pk,
            )
        if row.state != ExchangeState.PENDING and row.finished_at is not None:
            yield Moment(row.finished_at, AGORA, _answered(row), exchange_id=row.pk)


def _answered(row: Exchange) -> str:
    why = " : ".join(part for part in (row.fault_code, row.fault_label) if part)
    return f"{_operation(row)}, {row.get_state_display().lower()}{f' ({why})' if why else ''}."


def _operation(row: Exchange) -> str:
    return f"« {row.get_operation_display() or 'opération inconnue'} »"


def _readings(user: User, training_file: TrainingFile) -> Iterator[Moment]:
    """The readings of the holder's files that brought something, or failed, and the last one."""
    holder = training_file.holder_id
    rows = exchanges_for(user).filter(
        holder=holder, operation=Operation.LIST_FILES, training_file__isnull=True
    )
    for row in rows.filter(created_at__gte=training_file.created_at)[:MOST]:
        what = f"Dossiers de la personne lus : {row.get_state_display().lower()}."
        yield Moment(row.created_at, AGORA, what, exchange_id=row.pk)
    for pull in HolderPull.objects.filter(holder=holder, pulled_at__isnull=False):
        assert pull.pulled_at is not None
        yield Moment(pull.pulled_at, AGORA, "Dernière lecture des dossiers de la personne.")


def _corrections(training_file: TrainingFile) -> Iterator[Moment]:
    rows = Correction.objects.filter(
        ~Q(outcome=CorrectionOutcome.PREPARED), exchange__training_file=training_file
    )
    for row in rows.select_related("batch__made_by").order_by("-pk")[:MOST]:
        what = f"{row.get_outcome_display()} : {told_changes(row.changes)}. {row.note}".strip()
        yield Moment(
            row.batch.sent_at or row.batch.made_at,
            AGENTS,
            what,
            who=str(row.batch.made_by),
            exchange_id=row.exchange_id,
        )


def _handling(training_file: TrainingFile) -> Iterator[Moment]:
    rows = HandlingEntry.objects.filter(exchange__training_file=training_file)
    for row in rows.select_related("actor", "colleague").order_by("-id")[:MOST]:
        yield Moment(row.at, AGENTS, entry_sentence(row), who=str(row.actor), exchange_id=row.exchange_id)


def entry_sentence(entry: HandlingEntry) -> str:
    """One act of the handling, in words."""
    told = {
        HandlingAction.ASSIGNED: f" {entry.colleague}",
        HandlingAction.SET_ASIDE: f" jusqu’au {date_fr(entry.until)}",
    }.get(HandlingAction(entry.action), "")
    note = f" : {entry.note}" if entry.note else ""
    return f"{entry.get_action_display()}{told}{note}"


def _sent_back(training_file: TrainingFile) -> Iterator[Moment]:
    rows = SendingBack.objects.filter(exchange__training_file=training_file)
    people = rows.select_related("sent_by", "colleague", "answered_by", "withdrawn_by")
    for row in people.order_by("-sent_at")[:MOST]:
        to = row.colleague or f"l’organisme {row.organisation_siret}"
        asked = (
            f"{capfirst(row.field_label)} : renvoyé à {to}, réponse avant la fin du {date_fr(row.due_on)}."
        )
        yield Moment(row.sent_at, AGENTS, asked, who=str(row.sent_by), exchange_id=row.exchange_id)
        if row.answered_at is not None:
            said = f"{capfirst(row.field_label)}, réponse : {row.answer}"
            yield Moment(row.answered_at, AGENTS, said, who=str(row.answered_by), exchange_id=row.exchange_id)
        if row.withdrawn_at is not None:
            closed = f"{capfirst(row.field_label)} : plus de réponse attendue."
            yield Moment(
                row.withdrawn_at, AGENTS, closed, who=str(row.withdrawn_by), exchange_id=row.exchange_id
            )

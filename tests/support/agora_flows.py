"""Files that live here and are told to AGORA: what the parties do, and what the workers do."""

from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone

from agora_sync.enums import ExchangeState
from agora_sync.models import Exchange
from agora_sync.services import outbox
from rights.enums import EventOrigin, ExitReason, FileRole, Funder
from rights.models import TrainingFile
from rights.services.training_files import declare_entry
from rights.services.training_files.acting import Party
from rights.services.training_files.steps import commit, declare_exit, propose

ORGANISATION = Party(FileRole.ORGANISATION)
CDC = Party(FileRole.CDC)


def send_everything() -> None:
    """What the beat and the workers do, one after the other, in the order of the journal."""
    outbox.open_new_exchanges()
    for exchange in Exchange.objects.filter(state=ExchangeState.PENDING).order_by("event_id", "operation"):
        outbox.send_exchange(exchange_id=exchange.pk)


def propose_and_commit(training_file: TrainingFile, *, price_cents: int | None = None) -> None:
    """The organisation proposes, the holder binds themselves: the enrolment is firm."""
    today = timezone.localdate()
    propose(training_file_id=training_file.pk, party=ORGANISATION, today=today, price_cents=price_cents)
    charge = training_file.fundings.filter(funder=Funder.HOLDER).aggregate(Sum("amount_cents", default=0))
    commit(
        training_file_id=training_file.pk,
        holder=training_file.holder,
        today=today,
        expected_charge_cents=charge["amount_cents__sum"],
    )


def enter(training_file: TrainingFile) -> date:
    """The organisation declares the entry on the first day; that day."""
    starts_on = training_file.session_starts_on
    declare_entry(
        training_file=training_file, entered_on=starts_on, origin=EventOrigin.PORTAL, today=starts_on
    )
    return starts_on


def leave(training_file: TrainingFile, reason: ExitReason = ExitReason.COMPLETED) -> date:
    """The organisation declares the exit, ten days after the first when not at the end; that day."""
    ends_on = training_file.session_ends_on
    left_on = ends_on if reason is ExitReason.COMPLETED else training_file.session_starts_on + timedelta(10)
    declare_exit(
        training_file_id=training_file.pk,
        party=ORGANISATION,
        today=ends_on,
        left_on=left_on,
        reason=reason,
        attended_minutes=None if reason is ExitReason.COMPLETED else 600,
    )
    return left_on

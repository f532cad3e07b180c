"""What an exchange says to AGORA: built once, from the file as it is at the first try, then kept for every other try.

AGORA refuses the same identifier with another body (ConflitRequete). A file may change between a try whose answer was
lost and the next one: the change has an event, hence an exchange, of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from lxml import etree

from agora_sync.client import Malformed
from agora_sync.contract import Operation
from agora_sync.contract.shapes import Wire
from agora_sync.enums import ExchangeState
from agora_sync.mapping.answers import told_facts
from agora_sync.mapping.codes import CLOSED_WIRE_STATES, WIRE_STATES
from agora_sync.mapping.events import (
    CLOSINGS,
    closing_values,
    exit_values,
    settlement_values,
    validation_values,
)
from agora_sync.mapping.requests import (
    AmendFileRequest,
    CreateFileRequest,
    DeclareEntryRequest,
    FileEventRequest,
    Request,
    element_of,
    read_request,
    request_values,
)
from agora_sync.models import Exchange
from agora_sync.selectors.people import agora_identity_of
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import parse
from rights.enums import JournalEventKind, Transmission
from rights.models import TrainingFile
from rights.selectors.training_files import price_due_cents

TELLS_FACTS = (Operation.CREATE_FILE, Operation.AMEND_FILE)


@dataclass
class NothingToSay(Exception):
    """AGORA has nothing to learn from this exchange: it ends without a call. `label` says why."""

    label: str


class CreationNotMended(Exception):
    """The file is not at AGORA because its creation waits for somebody: what follows waits too."""


@dataclass(frozen=True)
class Outgoing:
    """A request with what is kept of it: its own element as text, the digest of the training that it tells."""

    request: Request
    content: str
    facts_sha256: str = ""


def outgoing_of(exchange: Exchange) -> Outgoing:
    """What the exchange sends, the same for every try. Raises NothingToSay, CreationNotMended, Malformed."""
    if not exchange.content:
        request = BUILDERS[Operation(exchange.operation)](exchange, _file_of(exchange))
        element = _written(exchange, request)
        exchange.content = etree.tostring(element).decode()
        exchange.facts_sha256 = _facts_digest(element)
        _refuse_what_agora_knows(exchange)
    kept = parse(exchange.content.encode())
    return Outgoing(
        read_request(Operation(exchange.operation), kept), exchange.content, exchange.facts_sha256
    )


def _written(exchange: Exchange, request: Request) -> etree._Element:
    try:
        return element_of(exchange.operation, request_values(request))
    except ValueError:
        # A control character, which a catalogue or a spreadsheet let in: no try will ever write it.
        raise Malformed(
            "Une valeur du dossier contient un caractère qui ne peut pas être transmis."
        ) from None


# One per operation --------------------------------------------------------------------------------
def _creation(exchange: Exchange, training_file: TrainingFile) -> Request:
    is_closed = WIRE_STATES[training_file.state] in CLOSED_WIRE_STATES
    if is_closed or training_file.transmission == Transmission.NOT_APPLICABLE:
        raise NothingToSay("Le dossier n’est plus à transmettre.")
    person = agora_identity_of(training_file.holder)
    if person is None:
        raise Malformed("Le NIR du titulaire n’est pas connu.")
    assert exchange.request_id is not None
    return CreateFileRequest(exchange.request_id, person, told_facts(training_file))


def _amendment(exchange: Exchange, training_file: TrainingFile) -> Request:
    assert exchange.request_id is not None
    return AmendFileRequest(exchange.request_id, _number(training_file), told_facts(training_file))


def _entry(exchange: Exchange, training_file: TrainingFile) -> Request:
    assert exchange.request_id is not None
    assert training_file.entered_on is not None
    return DeclareEntryRequest(exchange.request_id, _number(training_file), training_file.entered_on)


def _validation(exchange: Exchange, training_file: TrainingFile) -> Request:
    return _event(exchange, training_file, validation_values(_day(exchange)))


def _closing(exchange: Exchange, training_file: TrainingFile) -> Request:
    assert exchange.event is not None
    values = closing_values(Operation(exchange.operation), exchange.event.payload, _day(exchange))
    return _event(exchange, training_file, values)


def _exit(exchange: Exchange, training_file: TrainingFile) -> Request:
    assert training_file.left_on is not None
    values = exit_values(
        left_on=training_file.left_on,
        reason=training_file.exit_reason,
        attended_minutes=training_file.attended_minutes,
        is_certifying=bool(training_file.certification_code),
    )
    return _event(exchange, training_file, values)


def _settlement(exchange: Exchange, training_file: TrainingFile) -> Request:
    values = settlement_values(_day(exchange), price_due_cents(training_file))
    return _event(exchange, training_file, values)


def _event(exchange: Exchange, training_file: TrainingFile, values: Wire) -> Request:
    assert exchange.request_id is not None
    return FileEventRequest(
        Operation(exchange.operation), exchange.request_id, _number(training_file), values
    )


BUILDERS: dict[Operation, Callable[[Exchange, TrainingFile], Request]] = {
    Operation.CREATE_FILE: _creation,
    Operation.AMEND_FILE: _amendment,
    Operation.VALIDATE_FILE: _validation,
    Operation.REFUSE_FILE: _closing,
    Operation.CANCEL_FILE: _closing,
    Operation.DECLARE_ENTRY: _entry,
    Operation.DECLARE_EXIT: _exit,
    Operation.SETTLE_FILE: _settlement,
}


def _file_of(exchange: Exchange) -> TrainingFile:
    assert exchange.training_file is not None
    return exchange.training_file


def _day(exchange: Exchange) -> dt.date:
    assert exchange.event is not None
    return timezone.localdate(exchange.event.at)


def _number(training_file: TrainingFile) -> str:
    if training_file.agora_number is not None:
        return training_file.agora_number
    # A file that was reopened after AGORA's refusal has several: the last one says where it stands.
    created = Exchange.objects.filter(training_file=training_file, operation=Operation.CREATE_FILE)
    last = created.order_by("event_id").last()
    # A business refusal closed the file; any other end of the creation is somebody's to mend.
    is_stuck = last is not None and last.state in (ExchangeState.MALFORMED, ExchangeState.REFUSED)
    if is_stuck and training_file.transmission == Transmission.PENDING:
        raise CreationNotMended
    raise NothingToSay("AGORA n’a pas ce dossier.")


# What AGORA already knows -------------------------------------------------------------------------
def _refuse_what_agora_knows(exchange: Exchange) -> None:
    operation = Operation(exchange.operation)
    # Said again on purpose, what we say is not what AGORA holds.
    if operation == Operation.AMEND_FILE and not _is_confirmation(exchange):
        told = _last_told(exchange, *TELLS_FACTS)
        if told is not None and told.facts_sha256 == exchange.facts_sha256:
            raise NothingToSay("Rien n’a changé pour AGORA.")
    if operation in CLOSINGS:
        told = _last_told(exchange, Operation.CREATE_FILE, *CLOSINGS)
        if told is not None and told.operation in CLOSINGS:
            raise NothingToSay("AGORA sait déjà que ce dossier est clos.")
    if operation == Operation.DECLARE_EXIT and _last_told(exchange, Operation.DECLARE_EXIT) is not None:
        raise NothingToSay("AGORA connaît déjà cette sortie.")


def _is_confirmation(exchange: Exchange) -> bool:
    return exchange.event is not None and exchange.event.kind == JournalEventKind.ITEMS_CONFIRMED


def _last_told(exchange: Exchange, *operations: Operation) -> Exchange | None:
    return (
        Exchange.objects.filter(
            training_file_id=exchange.training_file_id, operation__in=operations, state=ExchangeState.DONE
        )
        .order_by("event_id", "operation")
        .last()
    )


def _facts_digest(element: etree._Element) -> str:
    training = element.find(ns.agora("formation"))
    return "" if training is None else hashlib.sha256(etree.tostring(training)).hexdigest()

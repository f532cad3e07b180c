"""Which field of ours feeds which item of the contract, and which event sends what: observed on the code itself.

Each message is written twice by the code that writes it for AGORA, the second time with one field changed: the items
that differ are those that this field feeds. Nothing is declared here that the code could contradict. Pure.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from agora_sync.contract import Operation
from agora_sync.contract.dictionary import items_by_path
from agora_sync.contract.shapes import Wire, element_shape, leaves
from agora_sync.mapping import spreadsheets
from agora_sync.mapping.events import (
    OPERATION_OF_REQUEST,
    TOLD,
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
    PersonIdentity,
    Request,
    request_values,
)
from rights.enums import ExitReason, FileRole, Funder, JournalEventKind, TrainingFileAction
from rights.facts import FundingFact, TrainingFileFacts

COLUMNS = ("nature", "operation", "evenement", "etat", "donnee", "libelle", "champs")
# What a message says whatever the file.
CONSTANT = "valeur fixe"
_DAY, _OTHER_DAY = dt.date(2026, 3, 2), dt.date(2026, 3, 9)
_FACTS = TrainingFileFacts(
    title="un", organisation_siret="un", session_starts_on=_DAY, session_ends_on=_DAY, price_cents=1,
    certification_code="un", organisation_name="un", nda="un", hours_minutes=1, place="un",
    fundings=(FundingFact(Funder.REGION, 1),), entered_on=_DAY,
)  # fmt: skip


@dataclass(frozen=True)
class Trigger:
    """An event of the journal and the operations that it has AGORA told, in order."""

    event: str
    state: str
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """An item of a message and the fields of ours that it says; `sources` is CONSTANT alone for a fixed value."""

    operation: str
    path: str
    label: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Probe:
    """How the message of an operation is written from values of ours, and another value for each of them."""

    write: Callable[[Mapping[str, Any]], Request]
    first: Mapping[str, Any]
    other: Mapping[str, Any]


def triggers() -> list[Trigger]:
    """In the order of the table of events."""
    requested = Trigger(JournalEventKind.FILE_REQUESTED.label, "", (OPERATION_OF_REQUEST.value,))
    told = [
        Trigger(action.label, state.label, tuple(operation.value for operation in operations))
        for (action, state), operations in TOLD.items()
    ]
    return [requested, *told]


def feeds() -> list[Feed]:
    """Every item that we send, operation by operation, in the order of the contract."""
    return [feed for operation, probe in PROBES.items() for feed in _feeds_of(operation, probe)]


def digest_of(table: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the whole table, as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(table, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def described() -> dict[str, list[str]]:
    """The whole table as lines of text, to be kept and compared."""
    return {
        "triggers": [
            f"{row.event}{f' ({row.state})' if row.state else ''} : {', '.join(row.operations)}"
            for row in triggers()
        ],
        "feeds": [f"{row.operation} / {row.path} : {', '.join(row.sources)}" for row in feeds()],
    }


def as_csv() -> str:
    """The table as a spreadsheet reads it: semicolons; a line an operation of an event, then a line an item."""
    events = (
        ("evenement", name, row.event, row.state, "", "", "") for row in triggers() for name in row.operations
    )
    fed = (("donnee", row.operation, "", "", row.path, row.label, " ".join(row.sources)) for row in feeds())
    return spreadsheets.as_csv(COLUMNS, (*events, *fed))


def _feeds_of(operation: Operation, probe: Probe) -> Iterator[Feed]:
    written = _leaves(request_values(probe.write(probe.first)))
    sources: dict[str, list[str]] = {path: [] for path in written}
    for name, value in probe.other.items():
        changed = _leaves(request_values(probe.write({**probe.first, name: value})))
        for path in written:
            if changed.get(path) != written[path]:
                sources[path].append(name)
    for path, names in sources.items():
        yield Feed(operation.value, path, _label(operation, path), tuple(names) or (CONSTANT,))


def _leaves(values: Wire, above: str = "") -> dict[str, Any]:
    """The items of a message by their path; repeated groups share theirs."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{above}/{name}" if above else name
        for part in value if isinstance(value, list) else [value]:
            found |= _leaves(part, path) if isinstance(part, dict) else {path: part}
    return found


def _label(operation: Operation, path: str) -> str:
    item = items_by_path().get(path)
    label = item.label if item else leaves(element_shape(operation.value))[path].label
    return label or path


# How each message is written -----------------------------------------------------------------------
def _training(
    first: Callable[[Mapping[str, Any], TrainingFileFacts], Request], **more: tuple[Any, Any]
) -> Probe:
    """A message that tells the training: each field of the facts is a value of ours, whatever its number."""
    known = {
        f"dossier.{field.name}": getattr(_FACTS, field.name)
        for field in fields(_FACTS)
        if field.name != "fundings"
    }
    known |= {
        f"financement.{field.name}": getattr(_FACTS.fundings[0], field.name) for field in fields(FundingFact)
    }

    def write(values: Mapping[str, Any]) -> Request:
        part = replace(_FACTS.fundings[0], **_named("financement.", values))
        told = {name: value for name, value in values.items() if name in known}
        return first(values, replace(_FACTS, **_named("dossier.", told), fundings=(part,)))

    pairs = {name: (value, _another(value)) for name, value in known.items()} | more
    return _probe(write, **pairs)


def _named(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _another(value: Any) -> Any:
    if isinstance(value, Funder):
        return Funder.EMPLOYER
    if isinstance(value, dt.date):
        return _OTHER_DAY
    return value + 1 if isinstance(value, int) else f"{value} autre"


def _probe(write: Callable[[Mapping[str, Any]], Request], **pairs: tuple[Any, Any]) -> Probe:
    pairs = {"échange.request_id": (UUID(int=1), UUID(int=2)), **pairs}
    return Probe(
        write,
        {name: first for name, (first, _) in pairs.items()},
        {name: other for name, (_, other) in pairs.items()},
    )


_PERSON = {f"titulaire.{field.name}": ("un", "autre") for field in fields(PersonIdentity)}
_NUMBER = {"dossier.agora_number": ("AG1", "AG2")}


def _creation(values: Mapping[str, Any], facts: TrainingFileFacts) -> Request:
    person = PersonIdentity(**_named("titulaire.", values))
    return CreateFileRequest(values["échange.request_id"], person, facts)


def _amendment(values: Mapping[str, Any], facts: TrainingFileFacts) -> Request:
    return AmendFileRequest(values["échange.request_id"], values["dossier.agora_number"], facts)


def _entry(values: Mapping[str, Any]) -> Request:
    return DeclareEntryRequest(
        values["échange.request_id"], values["dossier.agora_number"], values["dossier.entered_on"]
    )


def _event(
    operation: Operation, said: Callable[[Mapping[str, Any]], Wire], **pairs: tuple[Any, Any]
) -> Probe:
    def write(values: Mapping[str, Any]) -> Request:
        return FileEventRequest(
            operation, values["échange.request_id"], values["dossier.agora_number"], said(values)
        )

    return _probe(write, **_NUMBER, **pairs)


def _closing(operation: Operation, action: TrainingFileAction, role: FileRole) -> Probe:
    def said(values: Mapping[str, Any]) -> Wire:
        payload = {"action": values["événement.action"], "role": values["événement.role"]}
        return closing_values(operation, payload, values["événement.at"])

    return _event(
        operation,
        said,
        **{
            "événement.at": (_DAY, _OTHER_DAY),
            "événement.action": (action, TrainingFileAction.PAY),
            "événement.role": (role, FileRole.SYSTEM),
        },
    )


def _exit(values: Mapping[str, Any]) -> Wire:
    return exit_values(
        left_on=values["dossier.left_on"],
        reason=values["dossier.exit_reason"],
        attended_minutes=values["dossier.attended_minutes"],
        is_certifying=bool(values["dossier.certification_code"]),
    )


PROBES: dict[Operation, Probe] = {
    Operation.CREATE_FILE: _training(_creation, **_PERSON),
    Operation.AMEND_FILE: _training(_amendment, **_NUMBER),
    Operation.VALIDATE_FILE: _event(
        Operation.VALIDATE_FILE,
        lambda values: validation_values(values["événement.at"]),
        **{"événement.at": (_DAY, _OTHER_DAY)},
    ),
    Operation.REFUSE_FILE: _closing(Operation.REFUSE_FILE, TrainingFileAction.REFUSE, FileRole.ORGANISATION),
    Operation.CANCEL_FILE: _closing(Operation.CANCEL_FILE, TrainingFileAction.CANCEL, FileRole.HOLDER),
    Operation.DECLARE_ENTRY: _probe(_entry, **_NUMBER, **{"dossier.entered_on": (_DAY, _OTHER_DAY)}),
    Operation.DECLARE_EXIT: _event(
        Operation.DECLARE_EXIT,
        _exit,
        **{
            "dossier.left_on": (_DAY, _OTHER_DAY),
            "dossier.exit_reason": (ExitReason.COMPLETED, ExitReason.ABANDONED),
            "dossier.attended_minutes": (1, 2),
            "dossier.certification_code": ("RNCP1", ""),
        },
    ),
    Operation.SETTLE_FILE: _event(
        Operation.SETTLE_FILE,
        lambda values: settlement_values(values["événement.at"], values["dossier.price_due_cents"]),
        **{"événement.at": (_DAY, _OTHER_DAY), "dossier.price_due_cents": (1, 2)},
    ),
}

"""The answers of the contract: written by the provider, read by the connector."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from agora_sync.contract.dictionary import receivable
from agora_sync.contract.shapes import Wire, in_order, type_shape
from agora_sync.mapping.codes import funder_from_wire
from agora_sync.mapping.progress import Declared, follow_up, wire_state
from agora_sync.mapping.requests import cents, formation_values
from rights.enums import Funder, PartAnswer
from rights.facts import FundingFact, TrainingFileFacts
from rights.models import TrainingFile


@dataclass(frozen=True)
class CreatedFile:
    """AGORA's answer to a creation."""

    agora_number: str
    already_existed: bool
    wire_state: str


@dataclass(frozen=True)
class ChangedFile:
    """AGORA's answer to what happened to a file."""

    agora_number: str
    wire_state: str


@dataclass(frozen=True)
class ListedFile:
    """One file that AGORA holds."""

    agora_number: str
    wire_state: str
    facts: TrainingFileFacts


# Writing -----------------------------------------------------------------------------------------
def created_values(training_file: TrainingFile, *, already_existed: bool, state: str) -> Wire:
    return {"numeroDossier": training_file.agora_number, "preexistant": already_existed, "etat": state}


def entry_values(training_file: TrainingFile, *, state: str) -> Wire:
    return {
        "numeroDossier": training_file.agora_number,
        "etat": state,
        "dateEntree": training_file.entered_on,
    }


def event_values(training_file: TrainingFile, *, state: str, day: dt.date) -> Wire:
    return {"numeroDossier": training_file.agora_number, "etat": state, "dateEffet": day}


def facts_of(training_file: TrainingFile, fundings: Sequence[FundingFact] = ()) -> TrainingFileFacts:
    """The file's own facts, to be sent. `fundings` is what its parts are, when they are sent too."""
    return TrainingFileFacts(
        title=training_file.title,
        certification_code=training_file.certification_code,
        organisation_siret=training_file.organisation_siret,
        organisation_name=training_file.organisation_name,
        nda=training_file.nda,
        session_starts_on=training_file.session_starts_on,
        session_ends_on=training_file.session_ends_on,
        hours_minutes=training_file.hours_minutes,
        price_cents=training_file.price_cents,
        place=training_file.place,
        fundings=tuple(fundings),
        entered_on=training_file.entered_on,
    )


def file_values(
    training_file: TrainingFile, *, declared: Sequence[Declared], complement: Wire, kind: str
) -> Wire:
    """A `Dossier` as a partner of that kind may receive it."""
    values: Wire = {
        "numeroDossier": training_file.agora_number,
        "etat": wire_state(training_file.state, declared),
        "dateCreation": timezone.localdate(training_file.created_at),
        "formation": formation_values(facts_of(training_file, funding_facts(training_file))),
        "complement": complement,
        "suivi": follow_up(declared),
    }
    if training_file.entered_on is not None:
        values["dateEntree"] = training_file.entered_on
    return in_order(type_shape("Dossier"), receivable(values, kind))


def funding_facts(training_file: TrainingFile) -> list[FundingFact]:
    """The parts of the price, less those refused. Prefetch `fundings` when there are several files."""
    return [
        FundingFact(Funder(part.funder), part.amount_cents)
        for part in training_file.fundings.all()
        if part.answer != PartAnswer.REFUSED
    ]


def told_facts(training_file: TrainingFile) -> TrainingFileFacts:
    """The file's facts as AGORA accepts them: parts that do not add up to the price are for later."""
    parts = funding_facts(training_file)
    if sum(part.amount_cents for part in parts) != training_file.price_cents:
        parts = []
    return facts_of(training_file, parts)


# Reading -----------------------------------------------------------------------------------------
def read_created(answer: dict[str, Any]) -> CreatedFile:
    return CreatedFile(answer["numeroDossier"], bool(answer["preexistant"]), answer["etat"])


def read_changed(answer: dict[str, Any]) -> ChangedFile:
    return ChangedFile(answer["numeroDossier"], answer["etat"])


def read_listed(answer: dict[str, Any]) -> list[ListedFile]:
    return [
        ListedFile(
            item["numeroDossier"], item["etat"], _facts_read(item["formation"], item.get("dateEntree"))
        )
        for item in answer.get("dossier") or []
    ]


def _facts_read(formation: dict[str, Any], entered_on: dt.date | None) -> TrainingFileFacts:
    organisation = formation["organisme"]
    return TrainingFileFacts(
        title=formation["intitule"],
        certification_code=formation.get("codeCertification") or "",
        organisation_siret=organisation["siret"],
        organisation_name=organisation["raisonSociale"],
        nda=organisation.get("nda") or "",
        session_starts_on=formation["dateDebut"],
        session_ends_on=formation["dateFin"],
        hours_minutes=formation.get("dureeMinutes") or 0,
        price_cents=cents(formation["prix"]),
        place=formation.get("lieu") or "",
        fundings=tuple(
            FundingFact(funder_from_wire(part["typeFinanceur"]), cents(part["montant"]))
            for part in formation.get("financement") or []
        ),
        entered_on=entered_on,
    )

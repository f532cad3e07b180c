"""Requests that the demonstration's AGORA accepts, about its fictitious people."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from uuid import uuid4

from accounts.models import Holder, HolderNIR
from agora_sync.contract import Operation
from agora_sync.contract.shapes import Wire
from agora_sync.mapping.answers import facts_of, funding_facts
from agora_sync.mapping.progress import DAY_NAMES
from agora_sync.mapping.requests import (
    AmendFileRequest,
    CreateFileRequest,
    DeclareEntryRequest,
    DIFRequest,
    EligibilityRequest,
    FileEventRequest,
    FindFileRequest,
    HolderRequest,
    ListFilesRequest,
    PersonIdentity,
    Request,
)
from agora_sync.models import FileDeclaration, Partner
from agora_sync.selectors.people import agora_identity_of
from catalog.enums import CertificationState
from catalog.models import Certification
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.enums import EventOrigin, Funder
from rights.facts import FundingFact, TrainingFileFacts
from rights.models import TrainingFile
from rights.parameters import value_on
from rights.services.training_files import declare_entry, register_partner_training_file

RICH_HOLDER = "titulaire@demo.test"
PRICE_CENTS = 1_250_00


class NoSampleData(Exception):
    """The database holds nobody to make a sample of."""


def sample_request(*, operation: Operation, partner_code: str, today: date) -> Request:
    """A request that passes. For an entry it first opens the file that begins. Raises NoSampleData."""
    holder, person = _somebody()
    # Another day each time, so that each sample is a creation.
    coming = today + timedelta(days=30 + secrets.randbelow(300))
    match operation:
        case Operation.LIST_FILES:
            return ListFilesRequest(uuid4(), person)
        case Operation.READ_RIGHTS | Operation.READ_BALANCES | Operation.CHECK_IDENTITY:
            return HolderRequest(operation, uuid4(), person)
        case Operation.CREATE_FILE:
            return CreateFileRequest(uuid4(), person, _facts(coming))
        case Operation.CHECK_ELIGIBILITY:
            return EligibilityRequest(uuid4(), person, _facts(coming))
        case Operation.RECORD_DIF:
            # The day on which hours could last be declared; twenty hours, the same for each sample.
            return DIFRequest(uuid4(), person, value_on("dif_entry_deadline", today).day, 20 * 60)
    return _about_a_file(operation, partner_code, holder, today)


def _about_a_file(operation: Operation, partner_code: str, holder: Holder, today: date) -> Request:
    starts_on = today - timedelta(days=1 + secrets.randbelow(300))
    training_file, _ = register_partner_training_file(
        partner_code=partner_code, holder=holder, facts=_facts(starts_on)
    )
    number = training_file.agora_number
    assert number is not None
    if operation in _NEED_ENTRY and training_file.entered_on is None:
        declare_entry(training_file=training_file, entered_on=starts_on, origin=EventOrigin.AGORA)
    match operation:
        case Operation.FIND_FILE:
            return FindFileRequest(uuid4(), number)
        case Operation.DECLARE_ENTRY:
            return DeclareEntryRequest(uuid4(), number, training_file.session_starts_on)
        case Operation.AMEND_FILE:
            return AmendFileRequest(uuid4(), number, facts_of(training_file, funding_facts(training_file)))
    if operation == Operation.DECLARE_RETURN:
        _interrupt(training_file, partner_code, starts_on)
    return FileEventRequest(operation, uuid4(), number, _event_values(operation, starts_on))


_NEED_ENTRY = frozenset(
    {
        Operation.DECLARE_INTERRUPTION,
        Operation.DECLARE_RETURN,
        Operation.DECLARE_PAY,
        Operation.DECLARE_EXIT,
    }
)


def _interrupt(training_file: TrainingFile, partner_code: str, day: date) -> None:
    FileDeclaration.objects.create(
        training_file=training_file,
        partner=Partner.objects.get(code=partner_code),
        operation=Operation.DECLARE_INTERRUPTION,
        day=day,
        values=_event_values(Operation.DECLARE_INTERRUPTION, day),
    )


def _event_values(operation: Operation, day: date) -> Wire:
    written = day.isoformat()
    pay = {"typeRemuneration": "REGIONALE", "dateDebut": written, "dateFin": written, "montant": "350.00"}
    more: dict[Operation, Wire] = {
        Operation.REFUSE_FILE: {"motifRefus": "FINANCEUR"},
        Operation.CANCEL_FILE: {"motifAnnulation": "TITULAIRE"},
        Operation.DECLARE_INTERRUPTION: {"motifInterruption": "PERSONNEL"},
        Operation.DECLARE_EXIT: {"motifSortie": "TERME", "resultat": {"resultat": "TOTAL"}},
        Operation.SETTLE_FILE: {"natureSolde": "ACTION", "montantSolde": "1000.00"},
        Operation.DECLARE_PAY: {"remuneration": pay},
    }
    dated = {DAY_NAMES[operation]: written} if operation in DAY_NAMES else {}
    return {**dated, **more.get(operation, {})}


def _somebody() -> tuple[Holder, PersonIdentity]:
    known = Holder.objects.filter(pk__in=HolderNIR.objects.values("holder"), deceased_on__isnull=True)
    holder = known.filter(email=RICH_HOLDER).first() or known.order_by("created_at", "pk").first()
    person = agora_identity_of(holder) if holder else None
    if holder is None or person is None:
        raise NoSampleData("no holder with a NIR in this database: load the demonstration first")
    return holder, person


def _facts(starts_on: date) -> TrainingFileFacts:
    in_force = Certification.objects.filter(state=CertificationState.ACTIVE, expires_on__isnull=True)
    lasting = Certification.objects.filter(expires_on__gte=starts_on)
    certification = (in_force | lasting).order_by("pk").first()
    return TrainingFileFacts(
        title=certification.title if certification else "Remise à niveau en calcul professionnel",
        certification_code=certification.pk if certification else "",
        organisation_siret=fictitious_siret(secrets.randbelow(1000)),
        organisation_name="Organisme de démonstration",
        session_starts_on=starts_on,
        session_ends_on=starts_on + timedelta(days=400),
        hours_minutes=140 * 60,
        price_cents=PRICE_CENTS,
        place="Ajaccio",
        fundings=(FundingFact(Funder.REGION, 1_000_00), FundingFact(Funder.HOLDER, 250_00)),
    )

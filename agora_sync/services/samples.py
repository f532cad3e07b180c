"""Requests that the demonstration's AGORA accepts, about its fictitious people."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from uuid import uuid4

from accounts.models import Holder, HolderNIR
from agora_sync.contract import Operation
from agora_sync.mapping.requests import (
    CreateFileRequest,
    DeclareEntryRequest,
    ListFilesRequest,
    PersonIdentity,
    Request,
)
from agora_sync.selectors.people import agora_identity_of
from catalog.enums import CertificationState
from catalog.models import Certification
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.enums import Funder
from rights.facts import FundingFact, TrainingFileFacts
from rights.services.training_files import register_partner_training_file

RICH_HOLDER = "titulaire@demo.test"
PRICE_CENTS = 1_250_00


class NoSampleData(Exception):
    """The database holds nobody to make a sample of."""


def sample_request(*, operation: Operation, partner_code: str, today: date) -> Request:
    """A request that passes. For an entry it first opens the file that begins. Raises NoSampleData."""
    holder, person = _somebody()
    if operation == Operation.LIST_FILES:
        return ListFilesRequest(uuid4(), person)
    if operation == Operation.CREATE_FILE:
        # Another day each time, so that each sample is a creation.
        starts_on = today + timedelta(days=30 + secrets.randbelow(300))
        return CreateFileRequest(uuid4(), person, _facts(starts_on))
    starts_on = today - timedelta(days=1 + secrets.randbelow(300))
    training_file, _ = register_partner_training_file(
        partner_code=partner_code, holder=holder, facts=_facts(starts_on)
    )
    assert training_file.agora_number is not None
    return DeclareEntryRequest(uuid4(), training_file.agora_number, training_file.session_starts_on)


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

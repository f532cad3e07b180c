"""CreerDossier: the file of this person for this training, found or opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.answers import created_values
from agora_sync.mapping.requests import CreateFileRequest
from agora_sync.models import FileContribution, Partner
from agora_sync.provider.operations.people import identified_holder, nir_details, tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from catalog.enums import CertificationState
from catalog.models import Certification
from cpa_portal.kernel.identifiers import (
    InvalidIdentifier,
    certification_code,
    normalise_nda,
    normalise_siret,
)
from rights.exceptions import AccountClosed, FundingMismatch
from rights.facts import TrainingFileFacts
from rights.services.training_files import register_partner_training_file

PERSON = "/CreerDossier/titulaire"
TRAINING = "/CreerDossier/formation"
# Ten years of full time: beyond, hours were probably written in a field of minutes.
MAX_MINUTES = 10 * 1607 * 60


def create_file(request: CreateFileRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal with everything that is wrong with what was written, then with who it is about."""
    wrong = [*nir_details(request.person, path=PERSON), *_wrong_facts(request.facts)]
    if wrong:
        raise SOAPRefusal(wrong[0].code, STEP, details=wrong)
    holder = identified_holder(request.person, path=PERSON)
    tell_consultation(
        partner=partner,
        holder=holder,
        purpose="Création d’un dossier de formation",
        what="Existence d’un dossier pour cette formation",
    )
    try:
        training_file, is_new = register_partner_training_file(
            partner_code=partner.code, holder=holder, facts=_normalised(request.facts)
        )
    except AccountClosed:
        raise _refusal(FaultCode.HOLDER_DECEASED, PERSON) from None
    except FundingMismatch:
        raise _refusal(FaultCode.INVALID_AMOUNT, f"{TRAINING}/financement") from None
    FileContribution.objects.bulk_create(
        [FileContribution(partner=partner, training_file=training_file)], ignore_conflicts=True
    )
    return Served(created_values(training_file, already_existed=not is_new), holder, training_file)


def _wrong_facts(facts: TrainingFileFacts) -> list[FaultDetail]:
    return [
        *_wrong_organisation(facts),
        *_wrong_certification(facts),
        *_wrong_dates(facts),
        *_wrong_duration(facts),
        *_wrong_amounts(facts),
    ]


def _wrong_organisation(facts: TrainingFileFacts) -> Iterator[FaultDetail]:
    try:
        normalise_siret(facts.organisation_siret)
    except InvalidIdentifier as problem:
        path = f"{TRAINING}/organisme/siret"
        yield FaultDetail(FaultCode.INVALID_SIRET, path, cause=str(problem.cause))
    try:
        if facts.nda:
            normalise_nda(facts.nda)
    except InvalidIdentifier as problem:
        yield FaultDetail(FaultCode.INVALID_NDA, f"{TRAINING}/organisme/nda", cause=str(problem.cause))


def _wrong_certification(facts: TrainingFileFacts) -> Iterator[FaultDetail]:
    if not facts.certification_code:
        return
    try:
        code = certification_code(facts.certification_code)
    except InvalidIdentifier as problem:
        yield FaultDetail(
            FaultCode.INVALID_CERTIFICATION, f"{TRAINING}/codeCertification", cause=str(problem.cause)
        )
        return
    in_force = Q(expires_on__gte=facts.session_starts_on) | (
        Q(expires_on__isnull=True) & ~Q(state=CertificationState.INACTIVE)
    )
    if not Certification.objects.filter(in_force, pk=code).exists():
        yield FaultDetail(FaultCode.INVALID_CERTIFICATION, f"{TRAINING}/codeCertification")


def _wrong_dates(facts: TrainingFileFacts) -> Iterator[FaultDetail]:
    if facts.session_ends_on < facts.session_starts_on:
        yield FaultDetail(FaultCode.INCONSISTENT_DATES, f"{TRAINING}/dateFin")


def _wrong_duration(facts: TrainingFileFacts) -> Iterator[FaultDetail]:
    # Zero is how an absent duration was read; the schema refuses less.
    if facts.hours_minutes > MAX_MINUTES:
        yield FaultDetail(FaultCode.INVALID_DURATION, f"{TRAINING}/dureeMinutes")


def _wrong_amounts(facts: TrainingFileFacts) -> Iterator[FaultDetail]:
    if facts.fundings and sum(part.amount_cents for part in facts.fundings) != facts.price_cents:
        yield FaultDetail(FaultCode.INVALID_AMOUNT, f"{TRAINING}/financement")


def _normalised(facts: TrainingFileFacts) -> TrainingFileFacts:
    return replace(
        facts,
        organisation_siret=normalise_siret(facts.organisation_siret),
        nda=normalise_nda(facts.nda) if facts.nda else "",
        certification_code=certification_code(facts.certification_code) if facts.certification_code else "",
    )


def _refusal(code: FaultCode, path: str) -> SOAPRefusal:
    return SOAPRefusal(code, STEP, details=[FaultDetail(code, path)])

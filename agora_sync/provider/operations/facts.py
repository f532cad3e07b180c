"""What is wrong with the description of a training, whatever operation carries it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from agora_sync.contract.shapes import Wire
from agora_sync.faults import FaultCode, FaultDetail
from catalog.enums import CertificationState
from catalog.models import Certification, Commune
from cpa_portal.kernel.identifiers import (
    InvalidIdentifier,
    certification_code,
    normalise_nda,
    normalise_siret,
)
from rights.facts import TrainingFileFacts

# Ten years of full time: beyond, hours were probably written in a field of minutes.
MAX_MINUTES = 10 * 1607 * 60
_COMMUNE_NAMES = frozenset({"codeCommune", "communeNaissance", "communeTravail"})


def wrong_facts(facts: TrainingFileFacts, *, path: str) -> list[FaultDetail]:
    """Everything wrong with a `formation` found at that path."""
    return [
        *_wrong_organisation(facts, path),
        *_wrong_certification(facts, path),
        *_wrong_dates(facts, path),
        *_wrong_duration(facts, path),
        *_wrong_amounts(facts, path),
    ]


def normalised(facts: TrainingFileFacts) -> TrainingFileFacts:
    """The facts with identifiers in their one writing."""
    return replace(
        facts,
        organisation_siret=normalise_siret(facts.organisation_siret),
        nda=normalise_nda(facts.nda) if facts.nda else "",
        certification_code=certification_code(facts.certification_code) if facts.certification_code else "",
    )


def wrong_complement(complement: Wire, *, path: str) -> list[FaultDetail]:
    """Identifiers and codes of a `complement` that the schema cannot judge: SIRET, communes."""
    found = dict(_named_values(complement, path))
    return [*_wrong_sirets(found), *_unknown_communes(found)]


def _wrong_sirets(found: dict[str, str]) -> Iterator[FaultDetail]:
    for path, value in found.items():
        if path.rpartition("/")[2].lower().startswith("siret"):
            try:
                normalise_siret(value)
            except InvalidIdentifier as problem:
                yield FaultDetail(FaultCode.INVALID_SIRET, path, cause=str(problem.cause))


def _unknown_communes(found: dict[str, str]) -> Iterator[FaultDetail]:
    asked = {path: value for path, value in found.items() if path.rpartition("/")[2] in _COMMUNE_NAMES}
    # Births abroad are written 99 and a country: no commune bears those codes.
    wanted = {value for value in asked.values() if not value.startswith("99")}
    known = set(Commune.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    return (
        FaultDetail(FaultCode.UNKNOWN_CODE, path) for path, value in asked.items() if value in wanted - known
    )


def _named_values(values: Wire, path: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        below = f"{path}/{name}"
        if isinstance(value, dict):
            yield from _named_values(value, below)
        elif isinstance(value, list):
            for rank, item in enumerate(value, start=1):
                place = f"{below}[{rank}]" if len(value) > 1 else below
                yield from _named_values(item, place) if isinstance(item, dict) else [(place, item)]
        else:
            yield below, value


def _wrong_organisation(facts: TrainingFileFacts, path: str) -> Iterator[FaultDetail]:
    try:
        normalise_siret(facts.organisation_siret)
    except InvalidIdentifier as problem:
        yield FaultDetail(FaultCode.INVALID_SIRET, f"{path}/organisme/siret", cause=str(problem.cause))
    try:
        if facts.nda:
            normalise_nda(facts.nda)
    except InvalidIdentifier as problem:
        yield FaultDetail(FaultCode.INVALID_NDA, f"{path}/organisme/nda", cause=str(problem.cause))


def _wrong_certification(facts: TrainingFileFacts, path: str) -> Iterator[FaultDetail]:
    place = f"{path}/codeCertification"
    if not facts.certification_code:
        return
    try:
        code = certification_code(facts.certification_code)
    except InvalidIdentifier as problem:
        yield FaultDetail(FaultCode.INVALID_CERTIFICATION, place, cause=str(problem.cause))
        return
    in_force = Q(expires_on__gte=facts.session_starts_on) | (
        Q(expires_on__isnull=True) & ~Q(state=CertificationState.INACTIVE)
    )
    if not Certification.objects.filter(in_force, pk=code).exists():
        yield FaultDetail(FaultCode.INVALID_CERTIFICATION, place)


def _wrong_dates(facts: TrainingFileFacts, path: str) -> Iterator[FaultDetail]:
    if facts.session_ends_on < facts.session_starts_on:
        yield FaultDetail(FaultCode.INCONSISTENT_DATES, f"{path}/dateFin")


def _wrong_duration(facts: TrainingFileFacts, path: str) -> Iterator[FaultDetail]:
    # Zero is how an absent duration was read; the schema refuses less.
    if facts.hours_minutes > MAX_MINUTES:
        yield FaultDetail(FaultCode.INVALID_DURATION, f"{path}/dureeMinutes")


def _wrong_amounts(facts: TrainingFileFacts, path: str) -> Iterator[FaultDetail]:
    if facts.fundings and sum(part.amount_cents for part in facts.fundings) != facts.price_cents:
        yield FaultDetail(FaultCode.INVALID_AMOUNT, f"{path}/financement")

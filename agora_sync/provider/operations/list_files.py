"""ConsulterDossiers and RechercherDossier: the training files of a person, or one by its number."""

from __future__ import annotations

from agora_sync.contract.shapes import Wire
from agora_sync.faults import SOAPRefusal
from agora_sync.mapping.answers import file_values
from agora_sync.mapping.requests import FindFileRequest, ListFilesRequest
from agora_sync.models import Partner
from agora_sync.provider.operations.files import contributed_file, declared_of
from agora_sync.provider.operations.people import identified_holder, nir_details, tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from agora_sync.services.records import complement_of
from rights.models import TrainingFile

PERSON = "/ConsulterDossiers/titulaire"
NUMBER = "/RechercherDossier/numeroDossier"
# A career holds a few dozen files; the bound keeps an answer in memory whatever the data.
MAX_FILES = 200


def list_files(request: ListFilesRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal about the person. The newest files first."""
    wrong = nir_details(request.person, path=PERSON)
    if wrong:
        raise SOAPRefusal(wrong[0].code, STEP, details=wrong)
    holder = identified_holder(request.person, path=PERSON)
    tell_consultation(
        partner=partner,
        holder=holder,
        purpose="Consultation par un partenaire d’AGORA",
        what="Dossiers de formation",
    )
    files = (
        TrainingFile.objects.filter(holder=holder, agora_number__isnull=False)
        .select_related("agora_record")
        .prefetch_related("fundings", "agora_declarations")
        .order_by("-created_at", "-pk")
    )
    told = [told_file(training_file, partner) for training_file in files[:MAX_FILES]]
    count = len(told) if len(told) < MAX_FILES else files.count()
    return Served({"nombreDossiers": count, "dossier": told}, holder)


def find_file(request: FindFileRequest, partner: Partner) -> Served:
    """RechercherDossier: one file, for its contributors. Raises SOAPRefusal, the same for every other file."""
    training_file = contributed_file(partner, request.agora_number, path=NUMBER)
    tell_consultation(
        partner=partner,
        holder=training_file.holder,
        purpose="Consultation par un partenaire d’AGORA",
        what="Dossier de formation",
    )
    return Served({"dossier": told_file(training_file, partner)}, training_file.holder, training_file)


def told_file(training_file: TrainingFile, partner: Partner) -> Wire:
    """The file as the matrix of the dictionary lets this partner receive it."""
    return file_values(
        training_file,
        declared=declared_of(training_file),
        complement=complement_of(training_file),
        kind=partner.kind,
    )

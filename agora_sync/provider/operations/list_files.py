"""ConsulterDossiers: the training files of a person."""

from __future__ import annotations

from agora_sync.faults import SOAPRefusal
from agora_sync.mapping.answers import listed_values
from agora_sync.mapping.requests import ListFilesRequest
from agora_sync.models import Partner
from agora_sync.provider.operations.people import identified_holder, nir_details, tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from rights.models import TrainingFile

PERSON = "/ConsulterDossiers/titulaire"
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
        .prefetch_related("fundings")
        .order_by("-created_at", "-pk")[:MAX_FILES]
    )
    return Served(listed_values(list(files)), holder)

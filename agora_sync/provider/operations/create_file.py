"""CreerDossier: the file of this person for this training, found or opened."""

from __future__ import annotations

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.mapping.answers import created_values
from agora_sync.mapping.requests import CreateFileRequest
from agora_sync.models import FileContribution, Partner
from agora_sync.provider.operations.facts import normalised, wrong_complement, wrong_facts
from agora_sync.provider.operations.files import refusal, state_of
from agora_sync.provider.operations.people import identified_holder, nir_details, tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from agora_sync.services.records import merge_items
from cpa_portal.kernel.database.rows import insert_later
from rights.exceptions import AccountClosed, FundingMismatch
from rights.services.training_files import register_partner_training_file

PERSON = "/CreerDossier/titulaire"
TRAINING = "/CreerDossier/formation"
COMPLEMENT = "/CreerDossier/complement"


def create_file(request: CreateFileRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal with everything that is wrong with what was written, then with who it is about.

    Of a file that another contributor opened, the items that this partner may not change stay as they are: the caller
    is told that the file exists and reads it.
    """
    wrong = [
        *nir_details(request.person, path=PERSON),
        *wrong_facts(request.facts, path=TRAINING),
        *wrong_complement(request.complement, path=COMPLEMENT),
    ]
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
            partner_code=partner.code, holder=holder, facts=normalised(request.facts)
        )
    except AccountClosed:
        raise refusal(FaultCode.HOLDER_DECEASED, PERSON) from None
    except FundingMismatch:
        raise refusal(FaultCode.INVALID_AMOUNT, f"{TRAINING}/financement") from None
    insert_later(FileContribution(partner=partner, training_file=training_file), unless_taken=True)
    merge_items(training_file=training_file, partner=partner, complement=request.complement)
    state = "DEMANDE" if is_new else state_of(training_file)
    return Served(
        created_values(training_file, already_existed=not is_new, state=state), holder, training_file
    )

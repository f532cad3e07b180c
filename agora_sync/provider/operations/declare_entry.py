"""DeclarerEntree: the person really began."""

from __future__ import annotations

from agora_sync.faults import FaultCode
from agora_sync.mapping.answers import entry_values
from agora_sync.mapping.requests import DeclareEntryRequest
from agora_sync.models import Partner
from agora_sync.provider.operations.files import contributed_file, refusal, state_of
from agora_sync.provider.operations.people import tell_consultation
from agora_sync.provider.operations.served import Served
from rights.enums import EventOrigin, TrainingFileState
from rights.exceptions import EntryDateConflict, EntryDateOutsideSession
from rights.file_refusals import ActionNotAllowed
from rights.services.training_files import declare_entry as declare_entry_on_file

NUMBER = "/DeclarerEntree/numeroDossier"
DAY = "/DeclarerEntree/dateEntree"


def declare_entry(request: DeclareEntryRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal: unknown file (or another partner's: they look the same), state, date."""
    training_file = contributed_file(partner, request.agora_number, path=NUMBER)
    if training_file.state == TrainingFileState.IN_TRAINING:
        raise refusal(FaultCode.FORBIDDEN_TRANSITION, NUMBER)
    tell_consultation(
        partner=partner,
        holder=training_file.holder,
        purpose="Déclaration d’entrée en formation",
        what="Dossier de formation",
    )
    try:
        entered = declare_entry_on_file(
            training_file=training_file, entered_on=request.entered_on, origin=EventOrigin.AGORA
        )
    except EntryDateOutsideSession:
        raise refusal(FaultCode.INCONSISTENT_DATES, DAY) from None
    except (ActionNotAllowed, EntryDateConflict):
        raise refusal(FaultCode.FORBIDDEN_TRANSITION, NUMBER) from None
    return Served(entry_values(entered, state=state_of(entered)), entered.holder, entered)

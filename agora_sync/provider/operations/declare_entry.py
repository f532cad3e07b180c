"""DeclarerEntree: the person really began."""

from __future__ import annotations

from django.db.models import Q

from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.answers import entry_values
from agora_sync.mapping.requests import DeclareEntryRequest
from agora_sync.models import Partner
from agora_sync.provider.operations.people import tell_consultation
from agora_sync.provider.operations.served import STEP, Served
from rights.enums import EventOrigin, TrainingFileState
from rights.exceptions import ActionNotAllowed, EntryDateConflict, EntryDateOutsideSession
from rights.models import TrainingFile
from rights.services.training_files import declare_entry as declare_entry_on_file

NUMBER = "/DeclarerEntree/numeroDossier"
DAY = "/DeclarerEntree/dateEntree"


def declare_entry(request: DeclareEntryRequest, partner: Partner) -> Served:
    """Raises SOAPRefusal: unknown file (or another partner's: they look the same), state, date."""
    training_file = _contributed_file(partner, request.agora_number)
    if training_file.state == TrainingFileState.IN_TRAINING:
        raise _refusal(FaultCode.FORBIDDEN_TRANSITION, NUMBER)
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
        raise _refusal(FaultCode.INCONSISTENT_DATES, DAY) from None
    except (ActionNotAllowed, EntryDateConflict):
        raise _refusal(FaultCode.FORBIDDEN_TRANSITION, NUMBER) from None
    return Served(entry_values(entered), entered.holder, entered)


def _contributed_file(partner: Partner, agora_number: str) -> TrainingFile:
    """The partner's own file, or one that it enriched; everything else does not exist for it."""
    own = Q(partner_code=partner.code) | Q(contributions__partner=partner)
    found = TrainingFile.objects.filter(own, agora_number=agora_number).select_related("holder").first()
    if found is None:
        raise _refusal(FaultCode.FILE_UNKNOWN, NUMBER)
    return found


def _refusal(code: FaultCode, path: str) -> SOAPRefusal:
    return SOAPRefusal(code, STEP, details=[FaultDetail(code, path)])

"""The files that a partner may name, and what others declared of them."""

from __future__ import annotations

from django.db.models import Q

from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.progress import Declared, wire_state
from agora_sync.models import FileDeclaration, Partner
from agora_sync.provider.operations.served import STEP
from rights.models import TrainingFile


def contributed_file(partner: Partner, agora_number: str, *, path: str) -> TrainingFile:
    """The partner's own file, or one that it enriched; everything else does not exist for it. Raises SOAPRefusal."""
    own = Q(partner_code=partner.code) | Q(contributions__partner=partner)
    found = TrainingFile.objects.filter(own, agora_number=agora_number).select_related("holder").first()
    if found is None:
        raise refusal(FaultCode.FILE_UNKNOWN, path)
    return found


def declared_of(training_file: TrainingFile) -> list[Declared]:
    """What was declared of a file, in order. Uses what was prefetched when there are several files."""
    rows = sorted(training_file.agora_declarations.all(), key=lambda row: row.pk)
    return [as_declared(row) for row in rows]


def as_declared(row: FileDeclaration) -> Declared:
    return Declared(row.operation, row.day, row.values)


def state_of(training_file: TrainingFile) -> str:
    return wire_state(training_file.state, declared_of(training_file))


def refusal(code: FaultCode, path: str, *, cause: str = "") -> SOAPRefusal:
    return SOAPRefusal(code, STEP, details=[FaultDetail(code, path, cause=cause)])

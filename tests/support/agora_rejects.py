"""What AGORA refused, and the agents who mend it."""

from accounts.enums import StaffRole
from accounts.models import User
from agora_sync.enums import Direction, ExchangeState
from agora_sync.models import Exchange
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.enums import EventOrigin, JournalEventKind, TrainingFileState, Transmission
from rights.models import JournalEvent
from tests.support.factories.accounts import StaffScopeFactory, UserFactory
from tests.support.factories.rights import TrainingFileFactory

CORSICA, BRITTANY = "94", "53"
WRONG, RIGHT = fictitious_siret(7), fictitious_siret(8)
CAUSE = "ag:SIRETInvalide"


def agent_of(region_code: str = CORSICA, **fields: str) -> User:
    """An agent who follows the exchanges of a region."""
    user = UserFactory(is_staff=True, **fields)
    return StaffScopeFactory(user=user, role=StaffRole.REGIONAL_AGENT, scope_code=region_code).user


def refused(region_code: str = CORSICA, *, operation: str = "CreerDossier", **fields: object) -> Exchange:
    """An exchange that AGORA refused for a SIRET; a creation closed its file."""
    is_creation = operation == "CreerDossier"
    file = TrainingFileFactory(
        organisation_siret=WRONG,
        **(
            {
                "state": TrainingFileState.REFUSED,
                "transmission": Transmission.REFUSED,
                "refusal_code": CAUSE,
                "refusal_label": "SIRET refusé",
            }
            if is_creation
            else {}
        ),
    )
    event = JournalEvent.objects.create(
        kind=JournalEventKind.FILE_REQUESTED, training_file=file, origin=EventOrigin.PORTAL
    )
    given = {
        "direction": Direction.OUTGOING,
        "operation": operation,
        "state": ExchangeState.REFUSED,
        "region_code": region_code,
        "training_file": file,
        "holder": file.holder,
        "event": event,
        "fault_code": CAUSE,
        "fault_label": "SIRET refusé",
        "failed_step": 16,
    }
    return Exchange.objects.create(**{**given, **fields})

"""Finding the person of a request, and telling the person that somebody looked."""

from __future__ import annotations

from accounts.models import Holder
from accounts.rules.names import is_same_name
from accounts.services.access_log import record_consultation
from accounts.services.holders import find_holder_by_nir
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.requests import PersonIdentity
from agora_sync.models import Partner
from agora_sync.provider.operations.served import STEP
from cpa_portal.kernel.identifiers import Cause, InvalidIdentifier, normalise_nir

# The contract knows four causes; the finer ones (impossible month, place, order…) are characters that no NIR has.
_CAUSES = {cause: cause for cause in (Cause.KEY, Cause.LENGTH, Cause.CHARACTERS, Cause.SPECIMEN)}
_LONGEST_NAME = 100


def nir_details(person: PersonIdentity, *, path: str) -> list[FaultDetail]:
    """What is wrong with the NIR itself: nothing, or one detail with its cause."""
    try:
        normalise_nir(person.nir)
    except InvalidIdentifier as problem:
        cause = str(_CAUSES.get(problem.cause, Cause.CHARACTERS))
        sentence = f"Le NIR n’est pas valide (cause : {cause})."
        return [FaultDetail(FaultCode.INVALID_NIR, f"{path}/nir", sentence, cause)]
    return []


def identified_holder(person: PersonIdentity, *, path: str) -> Holder:
    """The person of that NIR and name. Raises SOAPRefusal, without saying what the true name is."""
    holder = find_holder_by_nir(person.nir)
    if holder is None:
        raise _refusal(FaultCode.HOLDER_UNKNOWN, path)
    if not is_same_name(person.birth_name, holder.birth_name):
        raise _refusal(FaultCode.NIR_NAME_MISMATCH, path)
    return holder


def tell_consultation(*, partner: Partner, holder: Holder, purpose: str, what: str) -> None:
    record_consultation(
        actor=None, partner=partner.name[:_LONGEST_NAME], holder=holder, purpose=purpose, what=what
    )


def _refusal(code: FaultCode, path: str) -> SOAPRefusal:
    return SOAPRefusal(code, STEP, details=[FaultDetail(code, path)])

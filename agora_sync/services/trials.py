"""The test bench: one signed message to the recette environment, and what became of it step by step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from agora_sync.client import AgoraConnector, Malformed, Refused, Unavailable
from agora_sync.client.connector import new_vector
from agora_sync.contract import Operation
from agora_sync.exceptions import TracesUnavailable
from agora_sync.faults import BUSINESS_STEP, STEPS, FaultCode
from agora_sync.mapping.requests import HolderRequest, PersonIdentity
from agora_sync.mapping.reserved_persons import BIRTH_NAME, reserved_nir
from agora_sync.mapping.steps import Step, steps_until
from agora_sync.vector.build import SignedVector


class Defect(StrEnum):
    """What is wrong with the vector that is sent."""

    NONE = "aucun"
    EXPIRED = "expire"
    AUDIENCE = "audience"
    RECIPIENT = "destinataire"
    PROFILE = "profil"
    ALTERED = "altere"
    OTHER_BODY = "corps"


DEFECT_LABELS: dict[Defect, str] = {
    Defect.NONE: "Vecteur en règle",
    Defect.EXPIRED: "Vecteur expiré",
    Defect.AUDIENCE: "Autre audience",
    Defect.RECIPIENT: "Autre destinataire",
    Defect.PROFILE: "Profil inconnu",
    Defect.ALTERED: "Un caractère changé après la signature",
    Defect.OTHER_BODY: "Empreinte d’un autre corps",
}


@dataclass(frozen=True)
class Trial:
    """What was sent and what came back. `failed_step` 0: answered; None: no answer tells."""

    request_id: UUID
    elapsed_ms: int
    failed_step: int | None
    code: str = ""
    label: str = ""

    @property
    def steps(self) -> list[Step]:
        return steps_until(self.failed_step)


def try_exchange(*, case: int, defect: Defect) -> Trial:
    """Ask AGORA about a reserved person, with a vector that has this defect. Nothing of any file changes."""
    request = HolderRequest(
        Operation.CHECK_IDENTITY, uuid4(), PersonIdentity(nir=reserved_nir(case), birth_name=BIRTH_NAME)
    )
    connector = AgoraConnector(exchange_id=uuid4(), make_vector=partial(_vector, defect))
    started = time.perf_counter()
    failed_step, code, label = _outcome(connector, request)
    elapsed_ms = round((time.perf_counter() - started) * 1000)
    return Trial(request.request_id, elapsed_ms, failed_step, code, label)


def _outcome(connector: AgoraConnector, request: HolderRequest) -> tuple[int | None, str, str]:
    try:
        connector.check_identity(request)
    except Refused as refusal:
        return _step_of(refusal.code), refusal.name, refusal.label
    except Unavailable as failure:
        name = failure.code.qualified_name if failure.code else ""
        return (_step_of(failure.code) if failure.code else None), name, failure.reason
    except Malformed as failure:
        return None, "", failure.reason
    except TracesUnavailable:
        return None, "", "Nos propres traces ne s’écrivent pas : rien n’est parti."
    return 0, "", ""


def _step_of(code: FaultCode | None) -> int:
    return STEPS.get(code, BUSINESS_STEP) if code else BUSINESS_STEP


def _vector(defect: Defect, **binding: str) -> SignedVector:
    vector = new_vector(**{**binding, **_spoiling(defect)})
    return vector.altered() if defect is Defect.ALTERED else vector


def _spoiling(defect: Defect) -> dict[str, Any]:
    """What a vector in order would say otherwise."""
    if defect is Defect.EXPIRED:
        return {"at": timezone.now() - timedelta(minutes=10)}
    return _SPOILT.get(defect, {})


_SPOILT: dict[Defect, dict[str, Any]] = {
    Defect.AUDIENCE: {"audience": "urn:cpa:agora:autre"},
    Defect.RECIPIENT: {"recipient": "urn:interops:sp:00000000000000:autre"},
    Defect.PROFILE: {"pagm_codes": ("PROFIL_INCONNU",)},
    Defect.OTHER_BODY: {"body_digest": sha256(b"").hexdigest()},
}

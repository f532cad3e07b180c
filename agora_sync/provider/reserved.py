"""The reserved persons, met at the threshold of the service: a documented case in recette, nobody elsewhere."""

from __future__ import annotations

from django.conf import settings
from lxml import etree

from agora_sync.faults import BUSINESS_STEP, STEPS, FaultCode, FaultDetail, SOAPRefusal
from agora_sync.mapping.reserved_persons import RECETTE, case_of, is_reserved
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import text_of
from cpa_portal.kernel.identifiers import Cause

_NIR = f"{ns.agora('titulaire')}/{ns.agora('nir')}"
_RETRY_SECONDS = 5


def meet_reserved_person(body: etree._Element) -> None:
    """Raises SOAPRefusal for a reserved person: its own case in recette, NIRInvalide anywhere else.

    The message was verified to the last step: nobody learns by this what it may not ask.
    """
    nir = text_of(body.find(_NIR)).strip()
    if not is_reserved(nir):
        return
    path = f"/{etree.QName(body).localname}/titulaire/nir"
    if settings.AGORA_ENVIRONMENT != RECETTE:
        detail = FaultDetail(FaultCode.INVALID_NIR, path, cause=str(Cause.SPECIMEN))
        raise SOAPRefusal(FaultCode.INVALID_NIR, BUSINESS_STEP, "reserved for recette", details=[detail])
    code = case_of(nir)
    if code is not None:
        retry = _RETRY_SECONDS if code.http_status == 503 else None
        raise SOAPRefusal(
            code,
            STEPS.get(code, BUSINESS_STEP),
            "case of a reserved person",
            details=[FaultDetail(code, path)],
            retry_after_seconds=retry,
        )

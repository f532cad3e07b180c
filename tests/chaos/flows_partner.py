"""A partner's own calls, over mutual TLS: the same request, a new vector, until AGORA answers."""

from __future__ import annotations

import http.client
import ssl
from datetime import timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from agora_sync.contract import Operation
from agora_sync.mapping.requests import (
    CreateFileRequest,
    DeclareEntryRequest,
    PersonIdentity,
    Request,
    operation_of,
)
from agora_sync.services.inbox import request_pull
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.facts import TrainingFileFacts
from tests.chaos.flows_people import Flow
from tests.support.agora import Caller, facts, read_answer, read_fault

SECONDS = 30


class NoAnswer(OSError):
    """AGORA was away, or said that it could not answer now."""


class PartnerCalls:
    def __init__(self, pki: Path, port: int) -> None:
        self.port = port
        self.caller = Caller(pki)
        name = self.caller.partner.code
        self.context = ssl.create_default_context(cafile=str(pki / "ca.pem"))
        self.context.load_cert_chain(pki / f"{name}-tls.pem", pki / f"{name}-tls.key")

    def do(self, act: str, flow: Flow) -> None:
        if act == "pull":
            # The person comes to look: their files are read from AGORA.
            request_pull(holder=flow.holder)
        elif act == "partner_create":
            person = PersonIdentity(nir=flow.nir, birth_name=flow.holder.birth_name)
            answer = self._answered(CreateFileRequest(self._key(flow, act), person, facts_of_flow(flow)))
            flow.agora_number = answer["numeroDossier"]
        else:
            first_day = facts_of_flow(flow).session_starts_on
            self._answered(DeclareEntryRequest(self._key(flow, act), flow.agora_number, first_day))

    def _key(self, flow: Flow, act: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"{flow.key}:{act}")

    def _answered(self, request: Request) -> dict[str, str]:
        content = self.sent(operation_of(request), self.caller.content(request))
        fault = read_fault(content)
        if fault is None:
            return read_answer(content)
        if fault.name in ("ag:ErreurInterne", "ag:TracesIndisponibles", "ag:Surcharge"):
            raise NoAnswer(fault.name)
        raise AssertionError(f"AGORA refused a partner: {fault.name} {fault.details}")

    def sent(self, operation: Operation, content: bytes) -> bytes:
        channel = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=SECONDS)
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{operation.soap_action}"',
        }
        try:
            channel.request("POST", "/agora/v1/", body=content, headers=headers)
            return channel.getresponse().read()
        except http.client.HTTPException as problem:
            raise NoAnswer(type(problem).__name__) from None
        finally:
            channel.close()


def facts_of_flow(flow: Flow) -> TrainingFileFacts:
    """A training of that flow alone. It began yesterday, so that the entry may be declared."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return facts(
        title=f"Formation {flow.rank}",
        organisation_siret=fictitious_siret(50_000 + flow.rank),
        session_starts_on=yesterday,
    )

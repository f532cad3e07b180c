"""Opening the traces of one exchange under a case: written down first, then decrypted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from lxml import etree

from accounts.models import Holder, User
from accounts.permissions import is_rssi
from accounts.services.access_log import record_consultation
from accounts.services.holders import find_holder_by_nir
from agora_sync.client.answers import code_of
from agora_sync.enums import TraceKind
from agora_sync.exceptions import CaseRefused
from agora_sync.faults import BUSINESS_STEP, STEPS, SOAPRefusal
from agora_sync.mapping.disclosed import DisclosedItem, answer_element, disclosed_items
from agora_sync.mapping.steps import Step, steps_until
from agora_sync.models import Exchange, Trace, TraceCase, TraceConsultation
from agora_sync.selectors.cases import covered_keys
from agora_sync.selectors.exchanges import person_of
from agora_sync.services.traces import opened
from agora_sync.vector.claims import Claims, read_claims
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import XMLRefused, parse, text_of
from cpa_portal.kernel.encryption import decrypt
from rights.models import TrainingFile

# An answer lists two hundred files of one person; a message that names more is no message of ours.
MOST_NAMED = 500
ANSWERS = (TraceKind.ANSWER_SENT, TraceKind.ANSWER_RECEIVED)
_FAILED_STEP = re.compile(r"step (\d+):")


@dataclass(frozen=True)
class OpenedTrace:
    """One message as it passed. `is_intact`: the clear bytes have the digest that was kept of them."""

    trace: Trace
    message: bytes
    diagnostic: str
    is_intact: bool

    @property
    def text(self) -> str:
        """For reading: indented when it is XML, and never executed nor styled."""
        try:
            return etree.tostring(parse(self.message), pretty_print=True, encoding="unicode")
        except XMLRefused:
            return self.message.decode("utf-8", "replace")


@dataclass(frozen=True)
class OpenedExchange:
    """The traces of an exchange, what its vector says, how far its verification went, what was disclosed.

    `failed_step` 0: all steps passed; None: nothing tells. `claims` None: no vector that can be read.
    """

    exchange_id: UUID
    traces: list[OpenedTrace]
    claims: Claims | None
    failed_step: int | None
    items: list[DisclosedItem]

    @property
    def steps(self) -> list[Step]:
        return steps_until(self.failed_step)

    @property
    def first_at(self) -> datetime:
        return self.traces[0].trace.at

    @property
    def operation(self) -> str:
        return next((t.trace.get_operation_display() for t in self.traces if t.trace.operation), "")

    @property
    def partner_code(self) -> str:
        return next((t.trace.partner_code for t in self.traces if t.trace.partner_code), "")

    @property
    def vector_id(self) -> str:
        return next((t.trace.vector_id for t in self.traces if t.trace.vector_id), "")


@transaction.atomic
def open_exchange(*, user: User, case: TraceCase, exchange_id: UUID) -> OpenedExchange:
    """Write down who opens what under which case, then read it. Raises CaseRefused.

    Whoever the messages are about finds it in their access log. Source: INTEROPS-A, traces.
    """
    if not is_rssi(user):
        raise CaseRefused("Seul le responsable de la sécurité ouvre une trace.")
    if not case.is_usable:
        raise CaseRefused("Une trace ne s’ouvre que sous une affaire validée et non close.")
    if exchange_id not in covered_keys(case):
        raise CaseRefused("Cette trace ne fait pas partie de l’affaire.")
    count = Trace.objects.filter(exchange_id=exchange_id).count()
    TraceConsultation.objects.create(
        user=user, case=case, exchange_id=exchange_id, criteria={"affaire": case.reference}, shown=count
    )
    exchange = read_exchange(exchange_id)
    for holder in _people_of(exchange):
        record_consultation(
            actor=user,
            holder=holder,
            purpose="Contrôle des échanges avec AGORA",
            what="Message échangé à votre sujet",
        )
    return exchange


def _people_of(opened: OpenedExchange) -> list[Holder]:
    """Whom the exchange is about: by its line in the log, else by what its messages name.

    A refused call has no person in the log, a reading that brought nothing has no line: their messages say a NIR all
    the same.
    """
    line = Exchange.objects.filter(pk=opened.exchange_id).select_related("holder", "training_file__holder")
    logged = line.first()
    nirs, numbers = _named(opened, "nir"), _named(opened, "numeroDossier")
    files = TrainingFile.objects.filter(agora_number__in=numbers).select_related("holder")
    found = [
        person_of(logged) if logged else None,
        *(find_holder_by_nir(nir) for nir in sorted(nirs)),
        *(file.holder for file in files),
    ]
    return list({holder.pk: holder for holder in found if holder is not None}.values())


def _named(opened: OpenedExchange, item: str) -> set[str]:
    """The values of an item in the messages of an exchange, whatever their version."""
    roots = [root for trace in opened.traces if (root := _root_of(trace)) is not None]
    nodes = (node for root in roots for node in root.iter(f"{{*}}{item}"))
    return {text_of(node).strip() for node in islice(nodes, MOST_NAMED)}


def _root_of(opened: OpenedTrace) -> etree._Element | None:
    try:
        return parse(opened.message)
    except XMLRefused:
        return None


def read_exchange(exchange_id: UUID) -> OpenedExchange:
    """The traces in clear. For who wrote down why: `open_exchange`, or the export of a case. Raises LookupError."""
    rows = Trace.objects.filter(exchange_id=exchange_id).order_by("at", "pk")
    traces = [_opened(row) for row in rows]
    if not traces:
        raise LookupError(str(exchange_id))
    answer = next((t for t in reversed(traces) if t.trace.kind in ANSWERS), None)
    return OpenedExchange(
        exchange_id=exchange_id,
        traces=traces,
        claims=next((claims for t in traces if (claims := _claims_in(t.message))), None),
        failed_step=_failed_step(answer) if answer else None,
        items=disclosed_items(answer.message) if answer else [],
    )


def _opened(row: Trace) -> OpenedTrace:
    message = opened(row.content)
    return OpenedTrace(
        trace=row,
        message=message,
        diagnostic=decrypt(row.diagnostic) if row.diagnostic else "",
        is_intact=hashlib.sha256(message).hexdigest() == row.sha256,
    )


def _claims_in(message: bytes) -> Claims | None:
    """What the vector of a message says, whether it was believed or not."""
    try:
        root = parse(message)
        assertion = next(root.iter(ns.saml("Assertion")), None)
        return read_claims(assertion) if assertion is not None else None
    except (XMLRefused, SOAPRefusal):
        return None


def _failed_step(answer: OpenedTrace) -> int | None:
    """As the diagnostic of the answer says; on the side that called, as its fault does."""
    written = _FAILED_STEP.search(answer.diagnostic)
    if written:
        return int(written[1])
    element = answer_element(answer.message)
    if element is None:
        return None
    if element.tag != ns.soap("Fault"):
        return 0
    code, _ = code_of(element)
    return STEPS.get(code, BUSINESS_STEP) if code else None

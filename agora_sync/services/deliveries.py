"""What is delivered of a case: asked for, fetched by link and code, each visit written down."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import is_rssi
from accounts.services.private_files import delete_private_file
from agora_sync.enums import DeliveryOutcome
from agora_sync.exceptions import CaseRefused
from agora_sync.models import TraceCase, TraceDelivery, TraceDeliveryAccess
from agora_sync.services.traces import opened
from cpa_portal.kernel.encryption import keyed_hash, keyed_hashes
from cpa_portal.kernel.tasks import wake_after_commit

TASK = "agora_sync.tasks.produce_deliveries"
AVAILABLE = timedelta(days=15)
# Without signs that are taken for another when a code is read aloud.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 4
MOST_WRONG_CODES = 5
DOCUMENTS = {"pivot": "Traces au format pivot (XML)", "report": "Rapport (PDF)"}


@transaction.atomic
def request_delivery(*, user: User, case: TraceCase) -> TraceDelivery:
    """Have the export of the case produced by a worker. Raises CaseRefused."""
    if not is_rssi(user):
        raise CaseRefused("Seul le responsable de la sécurité demande la remise des traces.")
    held = TraceCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not held.is_usable:
        raise CaseRefused("Une remise se prépare sous une affaire validée et non close.")
    delivery = TraceDelivery.objects.create(
        case=held, requested_by=user, expires_at=timezone.now() + AVAILABLE
    )
    wake_after_commit(TASK)
    return delivery


@transaction.atomic
def give_code(*, user: User, delivery: TraceDelivery) -> str:
    """A new withdrawal code, which replaces the former one. Shown once: only its keyed hash is kept.

    To be sent by another way than the link. Raises CaseRefused.
    """
    if not is_rssi(user):
        raise CaseRefused("Seul le responsable de la sécurité donne un code de retrait.")
    held = TraceDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if held.pivot_id is None or held.expires_at <= timezone.now():
        raise CaseRefused("Cette remise n’est pas prête, ou elle a expiré.")
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    held.code_hash, held.code_given_at = keyed_hash(code), timezone.now()
    held.save(update_fields=["code_hash", "code_given_at"])
    return code


@transaction.atomic
def take_document(*, delivery_id: UUID, code: str, document: str) -> tuple[str, bytes] | None:
    """Name and content of a document (a key of DOCUMENTS) for the right code; None for a wrong one.

    Each try is written down, and a code tried wrongly too often serves no more. Raises LookupError for a delivery
    that is unknown, not ready or over, all alike.
    """
    delivery = TraceDelivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id).first()
    if delivery is None or not delivery.is_ready(timezone.now()) or document not in DOCUMENTS:
        raise LookupError(str(delivery_id))
    right = _is_right(delivery, code)
    outcome = DeliveryOutcome.TAKEN if right else DeliveryOutcome.WRONG_CODE
    TraceDeliveryAccess.objects.create(delivery=delivery, outcome=outcome, document=document if right else "")
    if not right:
        return None
    file = delivery.pivot if document == "pivot" else delivery.report
    assert file is not None
    with file.file.open("rb") as stored:
        return file.name, opened(stored.read())


def forget_expired_deliveries() -> int:
    """Delete the documents that nobody may fetch any more; who fetched them stays. Returns how many deliveries."""
    over = TraceDelivery.objects.filter(pivot__isnull=False, expires_at__lte=timezone.now())
    forgotten = 0
    for delivery in over.select_related("pivot", "report"):
        with transaction.atomic():
            for document in (delivery.pivot, delivery.report):
                if document is not None:
                    delete_private_file(document=document)
        forgotten += 1
    return forgotten


def _is_right(delivery: TraceDelivery, code: str) -> bool:
    wrong = delivery.accesses.filter(outcome=DeliveryOutcome.WRONG_CODE, at__gte=delivery.code_given_at)
    if wrong.count() >= MOST_WRONG_CODES:
        return False
    given = keyed_hashes(code.strip().upper())
    return any(secrets.compare_digest(delivery.code_hash, one) for one in given)

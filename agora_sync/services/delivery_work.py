"""What a worker does for a delivery: opens what the case covers, verifies the chain, makes the two documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.enums import JobState
from accounts.exceptions import JobLost
from accounts.services.background_jobs import fail_job, finish_job, report_progress, start_job, take_job
from accounts.services.private_files import store_private_file
from agora_sync.exceptions import CaseRefused
from agora_sync.models import TraceDelivery, TraceSeal
from agora_sync.selectors.cases import as_key, covered_exchanges
from agora_sync.services.deliveries import AVAILABLE
from agora_sync.services.seal_verification import ChainBroken, ChainReport, verify_traces
from agora_sync.services.trace_opening import OpenedExchange, open_exchange
from agora_sync.services.trace_pivot import CaseExport, SealFinding, pivot_xml
from agora_sync.services.traces import sealed
from cpa_portal.kernel.pdf import render_pdf
from cpa_portal.kernel.templatetags.cpa import date_fr

JOB_KIND = "agora_sync.delivery"
UNEXPECTED = "Un problème inattendu a arrêté la préparation. L’exploitant du portail en est prévenu."


def produce_deliveries() -> int:
    """Produce those that wait and that no other worker holds. Returns how many ended. Safe to run twice, killed."""
    waiting = TraceDelivery.objects.filter(pivot__isnull=True, expires_at__gt=timezone.now()).filter(
        Q(job__isnull=True) | Q(job__state=JobState.RUNNING)
    )
    return sum(_produce(key) for key in list(waiting.order_by("created_at").values_list("pk", flat=True)))


def _produce(key: UUID) -> bool:
    delivery = _taken(key)
    if delivery is None or delivery.job is None:
        return False
    try:
        _store(delivery, _export_of(delivery))
    except CaseRefused as refusal:
        fail_job(job=delivery.job, reason=refusal.message)
    except (OperationalError, JobLost):
        raise
    except Exception:
        # What breaks us would break every worker that takes it over.
        fail_job(job=delivery.job, reason=UNEXPECTED)
        raise
    return True


@transaction.atomic
def _taken(key: UUID) -> TraceDelivery | None:
    """Held through its job. None when another worker holds it, or when it is over."""
    waiting = TraceDelivery.objects.filter(pk=key, pivot__isnull=True)
    delivery = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("job").first()
    if delivery is None:
        return None
    if delivery.job is not None:
        delivery.job = take_job(job_id=delivery.job.pk)
        return delivery
    delivery.job = start_job(kind=JOB_KIND, requested_by=delivery.requested_by)
    delivery.save(update_fields=["job"])
    return delivery


def _export_of(delivery: TraceDelivery) -> CaseExport:
    case = delivery.case
    covered = covered_exchanges(case)
    exchanges = []
    for done, exchange in enumerate(covered):
        _progress(delivery, done, len(covered) + 1)
        exchanges.append(
            open_exchange(user=delivery.requested_by, case=case, exchange_id=exchange.exchange_id)
        )
    finding = _finding(lambda _: _progress(delivery, len(covered), len(covered) + 1))
    keys = list(case.keys.order_by("pk").values_list("value", flat=True))
    found = {vector for exchange in covered for vector in exchange.vectors}
    found_keys = {exchange.exchange_id for exchange in covered}
    return CaseExport(
        case=case,
        keys=keys,
        missing=[value for value in keys if value not in found and as_key(value) not in found_keys],
        exchanges=exchanges,
        seals=_seals_of(exchanges),
        finding=finding,
        made_at=timezone.now(),
    )


def _progress(delivery: TraceDelivery, done: int, total: int) -> None:
    assert delivery.job is not None
    report_progress(job=delivery.job, done=done, total=total)


def _finding(progress: Any) -> SealFinding:
    try:
        report: ChainReport = verify_traces(progress=progress)
    except ChainBroken as fault:
        return SealFinding(False, f"La chaîne des sceaux est rompue : {fault}.")
    text = (
        f"Toute la chaîne a été relue (sceaux : {report.seals}, traces scellées : {report.sealed}) : aucune trace n’a "
        f"été modifiée, retirée, ajoutée ni déplacée. Traces qui attendent leur sceau : {report.pending}."
    )
    if report.removed:
        text += f" Traces de mois échus, retirées dans les règles : {report.removed}."
    return SealFinding(True, text)


def _seals_of(exchanges: list[OpenedExchange]) -> dict[int, int]:
    found = {}
    for opened in (trace for exchange in exchanges for trace in exchange.traces):
        at = opened.trace.at
        seal = (
            TraceSeal.objects.filter(from_at__lte=at, to_at__gt=at).values_list("number", flat=True).first()
        )
        if seal is not None:
            found[opened.trace.pk] = seal
    return found


@transaction.atomic
def _store(delivery: TraceDelivery, export: CaseExport) -> None:
    assert delivery.job is not None
    title = f"Traces de l’affaire {export.case.reference}"
    report = render_pdf("agora_sync/trace_report.typ", _told(export), title=title, created_at=export.made_at)
    made = {"pivot": (pivot_xml(export), "traces.xml"), "report": (report, "rapport.pdf")}
    for field, (content, name) in made.items():
        file = store_private_file(
            name=name,
            content=sealed(content),
            owner_user=delivery.requested_by,
            content_type="application/octet-stream",
        )
        setattr(delivery, field, file)
    delivery.expires_at = export.made_at + AVAILABLE
    delivery.save(update_fields=["pivot", "report", "expires_at"])
    finish_job(job=delivery.job)


def _told(export: CaseExport) -> dict[str, Any]:
    """The report in words, as its template reads it."""
    case = export.case
    return {
        "reference": case.reference,
        "kind": case.get_kind_display(),
        "reason": case.reason,
        "requester": case.requester,
        "designation": case.designation,
        "requested_on": date_fr(case.requested_on),
        "validated": f"{date_fr(case.validated_at)}, par {case.validated_by}",
        "made_on": date_fr(export.made_at),
        "finding": export.finding.text,
        "missing": export.missing,
        "exchanges": [_told_exchange(exchange, export.seals) for exchange in export.exchanges],
    }


def _told_exchange(exchange: OpenedExchange, seals: dict[int, int]) -> dict[str, Any]:
    claims = exchange.claims
    failed = next((step for step in exchange.steps if step.is_passed is False), None)
    return {
        "title": f"{exchange.operation or 'Opération inconnue'}, {date_fr(exchange.first_at)}",
        "key": str(exchange.exchange_id),
        "vector": claims.assertion_id if claims else exchange.vector_id or "aucun",
        "issuer": claims.issuer if claims else "–",
        "user": claims.name_id if claims else "–",
        "profiles": ", ".join(claims.pagm_codes) if claims else "–",
        "verification": _told_verification(exchange.failed_step, failed.label if failed else ""),
        "traces": [
            [
                str(opened.trace.pk),
                opened.trace.get_kind_display(),
                timezone.localtime(opened.trace.at).strftime("%d/%m/%Y %H:%M:%S"),
                "conforme" if opened.is_intact else "contenu incomplet ou différent",
                str(seals.get(opened.trace.pk, "à venir")),
            ]
            for opened in exchange.traces
        ],
        "items": [[item.label, item.path, str(item.times)] for item in exchange.items],
    }


def _told_verification(failed_step: int | None, label: str) -> str:
    if failed_step is None:
        return "aucune réponse n’a été tracée"
    return f"refusée à l’étape {failed_step} ({label})" if failed_step else "les 16 étapes sont passées"

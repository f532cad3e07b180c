"""A partner's own area, beside the endpoint: why a call was refused, the clocks, the window, its certificates.

The client certificate tells who asks, as at step 4; there is no session, and nothing of another partner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from agora_sync.exceptions import TooManyVisits
from agora_sync.faults import SOAPRefusal
from agora_sync.mapping.steps import STEP_LABELS
from agora_sync.models import ContractOpening, Exchange, Partner, ServiceStop
from agora_sync.provider.call import CLIENT_CERTIFICATE
from agora_sync.provider.channel import authenticated_partner, require_not_cut_off
from agora_sync.provider.explanations import explanation
from agora_sync.provider.opening import next_window, seconds_left_in_window
from agora_sync.provider.standing import standing_of
from agora_sync.selectors.certificates import WatchedCertificate, partner_certificates
from agora_sync.selectors.partner_area import measured_skew, own_exchange
from agora_sync.services.partner_visits import COUNTED_OVER, record_visit
from cpa_portal.kernel.access import public
from cpa_portal.kernel.theme import current_portal

UNKNOWN = "Aucun appel de votre organisation n’a cet identifiant de trace."
TOO_MANY = "Trop de pages demandées en une minute : réessayez dans un instant."
FOREIGN = "Cette demande vient d’une autre page : ouvrez celle-ci directement."
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
View = Callable[..., HttpResponse]


class TraceForm(forms.Form):
    trace = forms.UUIDField(
        label="Identifiant de trace",
        error_messages={
            "required": "Donnez l’identifiant idTrace du refus.",
            "invalid": "Un identifiant de trace a la forme 123e4567-e89b-12d3-a456-426614174000.",
        },
    )


def of_the_caller(view: View) -> View:
    """Give the view the partner of the client certificate; refuse others as a call would be, in plain words."""

    @wraps(view)
    def asked(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        as_json = request.path.endswith(".json")
        try:
            partner = _caller(request)
            answer = view(request, partner, *arguments, **named)
        except SOAPRefusal as refusal:
            status = 503 if refusal.retry_after_seconds else 403
            answer = _refusal(refusal.code.sentence, status, as_json, refusal.retry_after_seconds)
        except TooManyVisits:
            answer = _refusal(TOO_MANY, 429, as_json, int(COUNTED_OVER.total_seconds()))
        for name, value in HEADERS.items():
            answer[name] = value
        return answer

    return asked


def _caller(request: HttpRequest) -> Partner:
    at = timezone.now()
    certificate = request.META.get(CLIENT_CERTIFICATE)
    partner = authenticated_partner(
        certificate, registered_for=standing_of(certificate, at=at).partner, at=at
    )
    require_not_cut_off(partner, at=at)
    return partner


@public
@require_safe
@of_the_caller
def area(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Clocks, window, certificates, versions, and the form that asks about a trace."""
    record_visit(partner=partner, now=timezone.now())
    return _page("partner_area", {"partner": partner, "form": TraceForm(), **_state(partner)})


@public
@require_safe
@of_the_caller
def area_json(request: HttpRequest, partner: Partner) -> HttpResponse:
    record_visit(partner=partner, now=timezone.now())
    return _json(_state_in_words(partner, _state(partner)))


# No cookie tells who asks: the certificate does, which a page of another site could make a browser send. It would read
# nothing of the answer, and `Sec-Fetch-Site` tells it from a form of ours.
@csrf_exempt
@public
@require_http_methods(["POST"])
@of_the_caller
def trace_ask(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The identifier typed in, sent in the body; what is not one is never repeated."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return _refusal(FOREIGN, 403, as_json=False)
    form = TraceForm({"trace": request.POST.get("trace", "").strip()})
    if form.is_valid():
        address = reverse("partner_trace", kwargs={"trace_id": form.cleaned_data["trace"]})
        response = HttpResponseRedirect(address)
        # The form was sent, the answer is read.
        response.status_code = 303
        return response
    record_visit(partner=partner, now=timezone.now())
    return _page("partner_area", {"partner": partner, "form": form, **_state(partner)}, status=400)


@public
@require_safe
@of_the_caller
def trace(request: HttpRequest, partner: Partner, trace_id: UUID) -> HttpResponse:
    """The step at which a call of this partner failed, and why."""
    exchange = _looked_up(partner, trace_id)
    if exchange is None:
        return _refusal(UNKNOWN, 404, as_json=False)
    return _page("partner_trace", {"partner": partner, "exchange": exchange, "told": _told(exchange)})


@public
@require_safe
@of_the_caller
def trace_json(request: HttpRequest, partner: Partner, trace_id: UUID) -> HttpResponse:
    exchange = _looked_up(partner, trace_id)
    if exchange is None:
        return _refusal(UNKNOWN, 404, as_json=True)
    return _json(_told(exchange))


@public
@require_safe
def stylesheet(request: HttpRequest) -> HttpResponse:
    """The listener serves no static file but this one."""
    return HttpResponse(
        render_to_string("agora_sync/partner_area.css"), content_type="text/css; charset=utf-8"
    )


def _looked_up(partner: Partner, trace_id: UUID) -> Exchange | None:
    exchange = own_exchange(partner, trace_id)
    record_visit(partner=partner, now=timezone.now(), trace_id=trace_id, was_found=exchange is not None)
    return exchange


def _state(partner: Partner) -> dict[str, Any]:
    now, windows = timezone.now(), settings.AGORA_MAINTENANCE_WINDOWS
    return {
        "now": now,
        "is_open": seconds_left_in_window(windows, now) is None
        and not ServiceStop.objects.in_force(now).exists(),
        "skew": measured_skew(partner, at=now),
        "window": next_window(windows, now),
        "certificates": partner_certificates(now, partners=[partner]),
        "openings": list(ContractOpening.objects.at(now).filter(partner=partner).order_by("version")),
    }


def _state_in_words(partner: Partner, state: dict[str, Any]) -> dict[str, Any]:
    skew, window = state["skew"], state["window"]
    return {
        "partenaire": partner.code,
        "environnement": settings.AGORA_ENVIRONMENT,
        "heure": state["now"].isoformat(),
        "service": "ouvert" if state["is_open"] else "ferme",
        "ecartHorloge": skew
        and {"secondes": skew.seconds, "vecteurs": skew.vectors, "dernier": skew.last_at.isoformat()},
        "prochainePlage": window and {"debut": window[0].isoformat(), "fin": window[1].isoformat()},
        "certificats": [_certificate(certificate) for certificate in state["certificates"]],
        "versions": [_opening(opening) for opening in state["openings"]],
    }


def _opening(opening: ContractOpening) -> dict[str, Any]:
    return {
        "version": opening.version,
        "retraitLe": opening.ends_at.isoformat() if opening.ends_at else None,
    }


def _certificate(certificate: WatchedCertificate) -> dict[str, Any]:
    return {
        "usage": certificate.use,
        "empreinte": certificate.fingerprint,
        "fin": certificate.ends_at.isoformat(),
        "joursRestants": certificate.days_left,
        "remplace": certificate.has_successor,
    }


def _told(exchange: Exchange) -> dict[str, Any]:
    """What the log keeps of the call; the messages stay in the traces, closed."""
    step = exchange.failed_step
    return {
        "idTrace": str(exchange.pk),
        "recuLe": (exchange.last_attempt_at or exchange.created_at).isoformat(),
        "operation": exchange.operation,
        "identifiantRequete": str(exchange.request_id) if exchange.request_id else None,
        "etat": "refuse" if exchange.fault_code else "abouti",
        "etape": step,
        "intitule": STEP_LABELS.get(step, "") if step else "",
        "code": exchange.fault_code,
        "libelle": exchange.fault_label,
        "explication": explanation(fault_code=exchange.fault_code, step=step, check=exchange.failed_check),
    }


def _refusal(sentence: str, status: int, as_json: bool, retry_after: int | None = None) -> HttpResponse:
    answer = (
        _json({"erreur": sentence}, status=status)
        if as_json
        else _page("partner_refusal", {"sentence": sentence}, status=status)
    )
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    return answer


def _json(facts: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(facts, status=status, json_dumps_params={"ensure_ascii": False})


def _page(name: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
    # Without the request: the site's menus and session are not served here.
    content = render_to_string(f"agora_sync/{name}.html", {**facts, "portal": current_portal()})
    return HttpResponse(content, status=status)

"""What a person reads when something went wrong: what happened, what to do, a way on.

400, 403 and 404 wear the whole page frame. 500 and 503 are made from settings alone, because whatever the
frame needs (session, database) may be what broke.
"""

import sys
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE, REASON_NO_REFERER
from django.shortcuts import render
from django.template.loader import get_template

from cpa_portal.home.outage import is_database_outage
from cpa_portal.kernel import theme

RETRY_AFTER_SECONDS = 30
# Said when even the error page cannot be made (a missing template or static file).
LAST_RESORT = (
    '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body><main><h1>{title}</h1><p>Revenez dans quelques minutes.</p>"
    '<p><a href="/">Retour à l\'accueil</a></p></main></body></html>'
)
TITLES = {
    HTTPStatus.BAD_REQUEST: "Demande non comprise",
    HTTPStatus.FORBIDDEN: "Accès refusé",
    HTTPStatus.NOT_FOUND: "Page introuvable",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Panne de notre côté",
    HTTPStatus.SERVICE_UNAVAILABLE: "Service momentanément indisponible",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _framed(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _framed(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _framed(request, HTTPStatus.NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's seal is missing or old. `reason` is one of Django's sentences; two of them blame cookies."""
    facts = {"cookies_refused": reason in {REASON_NO_CSRF_COOKIE, REASON_NO_REFERER}}
    return _framed(request, HTTPStatus.FORBIDDEN, template="403_csrf.html", facts=facts)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while Django handles the exception: a database that went away is an outage, not a defect."""
    if is_database_outage(sys.exception()):
        return service_unavailable(request)
    return _bare(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    response = _bare(request, HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _framed(
    request: HttpRequest, status: HTTPStatus, *, template: str = "", facts: dict[str, Any] | None = None
) -> HttpResponse:
    if _wants_json(request):
        return _problem(status)
    return render(request, template or f"{status.value}.html", facts, status=status)


def _bare(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    if _wants_json(request):
        return _problem(status)
    try:
        page = get_template(f"{status.value}.html").render(theme.context())
    except Exception:
        page = LAST_RESORT.format(title=TITLES[status])
    return HttpResponse(page, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: HTTPStatus) -> JsonResponse:
    """RFC 9457: the open API answers problem+json whatever goes wrong."""
    body = {"type": "about:blank", "title": TITLES[status], "status": status.value}
    return JsonResponse(body, status=status, content_type="application/problem+json")

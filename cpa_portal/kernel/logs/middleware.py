"""One line per request, and an identifier to find all the lines of a request."""

import re
import secrets
import string
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from cpa_portal.kernel.logs.context import request_context

HEADER = "X-Request-Id"
# What an outside identifier may hold: it ends in log lines, in a header and perhaps in a partner's trace.
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

logger = structlog.stdlib.get_logger("cpa_portal.requests")


class RequestLogMiddleware:
    """Gives the request an identifier, answers it in X-Request-Id, logs method, route, status, duration.

    The route is the name of the view: an address holds identifiers and what people typed in a search.
    Place it first, so that the duration is the whole one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _safe_request_id(request.headers.get(HEADER, ""))
        with request_context(request_id):
            started = time.perf_counter_ns()
            response = self.get_response(request)
            _log(request, response, duration_ms=(time.perf_counter_ns() - started) // 1_000_000)
        response[HEADER] = request_id
        return response


def _safe_request_id(given: str) -> str:
    # Letters only: an identifier with a long run of digits would be hidden as a NIR could be.
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(20))
    return given if _SAFE_ID.fullmatch(given) else letters


def _log(request: HttpRequest, response: HttpResponse, *, duration_ms: int) -> None:
    match = request.resolver_match
    write = logger.error if response.status_code >= 500 else logger.info
    write(
        "request",
        method=request.method if request.method in _METHODS else "OTHER",
        route=(match.view_name or match.route) if match else "",
        status=response.status_code,
        duration_ms=duration_ms,
    )

"""What operations ask the portal: is it alive, may it be sent people, what does it count."""

import ipaddress
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from agora_sync.selectors.health import traces_are_writable
from cpa_portal.kernel.access import public

MONTHS_THAT_MUST_BE_READY = 2


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything a request needs answers. 503 names what does not, and nothing of why."""
    parts = {name: passes(check) for name, check in CHECKS.items()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for this machine alone. Behind the proxy the path is not routed."""
    if not ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback:  # noqa: S104
        raise Http404
    response: HttpResponse = ExportToDjangoView(request)
    return response


def passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    # Whatever a broken server raises, the answer is the same: not ready.
    except Exception:
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def cache_answers() -> bool:
    cache.set("readyz", "1", 10)
    return bool(cache.get("readyz") == "1")


def coming_months_have_partitions() -> bool:
    """Each partitioned table has its partitions up to the month after next, else writing would stop one morning."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING_PARTITIONS, [MONTHS_THAT_MUST_BE_READY])
        return bool(cursor.fetchone()[0] == 0)


MISSING_PARTITIONS = """
SELECT count(*) FROM pg_class parent, generate_series(0, %s) AS step
WHERE parent.relkind = 'p' AND parent.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = parent.oid
      AND c.relname = parent.relname || to_char(now() AT TIME ZONE 'UTC' + make_interval(months => step), '_YYYY_MM'))
"""

CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "cache": cache_answers,
    "partitions": coming_months_have_partitions,
    "traces": traces_are_writable,
}

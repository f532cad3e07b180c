"""The site's own addresses, with one-line refusals: the access matrix meets thousands, and reads none of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from cpa_portal.urls import handler500, urlpatterns

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]


def handler403(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    return HttpResponse("403", status=403)


def handler404(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    return HttpResponse("404", status=404)

"""What the mutual-TLS listener serves, and nothing else."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseServerError
from django.urls import path

from agora_sync.contract import Version
from agora_sync.provider import partner_area
from agora_sync.provider.views import endpoint

TEXT = "text/plain; charset=utf-8"


# The site's error pages need its menus, its session and its addresses, which this process does not have.
def handler404(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    return HttpResponseNotFound("Cette adresse n'existe pas ici.\n", content_type=TEXT)


def handler500(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    return HttpResponseServerError("Le service n'a pas pu répondre.\n", content_type=TEXT)


def handler400(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    return HttpResponse("Cette demande n'est pas acceptée.\n", status=400, content_type=TEXT)


def handler403(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    return HttpResponse("Cette adresse n'est pas ouverte.\n", status=403, content_type=TEXT)


urlpatterns = [
    *(
        path(f"agora/{version}/", endpoint, {"version": version}, name=f"agora_endpoint_{version}")
        for version in Version
    ),
    path("agora/partenaire/", partner_area.area, name="partner_area"),
    path("agora/partenaire.json", partner_area.area_json, name="partner_area_json"),
    path("agora/partenaire/style.css", partner_area.stylesheet, name="partner_style"),
    path("agora/partenaire/traces/", partner_area.trace_ask, name="partner_trace_ask"),
    path("agora/partenaire/traces/<uuid:trace_id>/", partner_area.trace, name="partner_trace"),
    path("agora/partenaire/traces/<uuid:trace_id>.json", partner_area.trace_json, name="partner_trace_json"),
]

"""The pages that anyone may read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cpa_portal.kernel.access import public


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "home/index.html")


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "home/help.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "home/accessibility.html")


@public
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "home/legal.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "home/privacy.html")


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return render(request, "home/sitemap.html")

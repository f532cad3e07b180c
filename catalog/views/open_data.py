"""The public offer as files, and what search engines read."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.open_data.lheo import FAR_AWAY, LONG_AGO, UNKNOWN
from catalog.open_data.table import COLUMNS
from catalog.services.open_data import folder, manifest
from cpa_portal.kernel.access import public

# Pages of one person, pages of staff, and searches without end: an engine has nothing to find there.
CLOSED_TO_ROBOTS = ("/admin/", "/agents/", "/api/", "/connexion/", "/formations/?", "/formations/comparer/")


@public
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    context = {
        "published": manifest(),
        "columns": COLUMNS,
        "unknown": UNKNOWN,
        "long_ago": LONG_AGO,
        "far_away": FAR_AWAY,
    }
    return render(request, "catalog/open_data.html", context)


@public
@require_safe
@cache_control(public=True, max_age=3600)
def open_data_file(request: HttpRequest, form: str) -> FileResponse:
    """The last file of that form, under an address that stays. `form`: xml, csv."""
    published = manifest()
    if published is None or form not in published["files"]:
        raise Http404("Ce fichier n’est pas publié.")
    name = published["files"][form]["name"]
    # A gzip file as such: said as an encoding, browsers would unzip it and keep it whole in memory.
    return FileResponse(
        (folder() / name).open("rb"), as_attachment=True, filename=name, content_type="application/gzip"
    )


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED_TO_ROBOTS)
    text = f"User-agent: *\n{closed}\nSitemap: {settings.SITE_URL}/sitemap.xml\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")

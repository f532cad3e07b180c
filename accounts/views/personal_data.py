from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import is_holder
from accounts.selectors.access_log import consultations_of
from accounts.selectors.personal_data import full_copy, retention_rules
from accounts.selectors.personal_document import personal_document
from accounts.selectors.places import commune_label
from cpa_portal.kernel.access import requires

CONSULTATIONS_SHOWN = 50


@requires(is_holder)
@never_cache
@require_safe
def personal_data(request: HttpRequest) -> HttpResponse:
    holder = request.holder  # type: ignore[attr-defined]
    # One more than is shown, to know whether there are others without counting them all.
    consultations = consultations_of(holder, limit=CONSULTATIONS_SHOWN + 1)
    page = {
        "holder": holder,
        "home_commune": commune_label(holder.home_commune_code),
        "work_commune": commune_label(holder.work_commune_code),
        "nirs": holder.nirs.all(),
        "situations": holder.situations.all(),
        "consultations": consultations[:CONSULTATIONS_SHOWN],
        "has_more_consultations": len(consultations) > CONSULTATIONS_SHOWN,
        "consultations_shown": CONSULTATIONS_SHOWN,
        "retention_rules": retention_rules(),
    }
    return render(request, "accounts/personal_data.html", page)


@requires(is_holder)
@never_cache
@require_safe
def copy_download(request: HttpRequest) -> JsonResponse:
    """Everything held about the person, as a file. A copy under the right of access (GDPR, article 15)."""
    today = timezone.localdate()
    response = JsonResponse(
        {"établi le": timezone.now(), **full_copy(request.holder)},  # type: ignore[attr-defined]
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = f'attachment; filename="mes-donnees-{today:%Y-%m-%d}.json"'
    return response


@requires(is_holder)
@never_cache
@require_safe
def document_download(request: HttpRequest) -> HttpResponse:
    """The same copy to read or to print, as an accessible PDF."""
    document = personal_document(request.holder)  # type: ignore[attr-defined]
    response = HttpResponse(document, content_type="application/pdf")
    name = f"mes-donnees-{timezone.localdate():%Y-%m-%d}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

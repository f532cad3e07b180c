"""What is delivered of a case: asked for and given a code by the RSSI, fetched by whoever holds link and code."""

from __future__ import annotations

import io
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import is_rssi
from accounts.views.private_files import never_shown
from accounts.views.requests import user_of
from agora_sync.exceptions import CaseRefused
from agora_sync.forms.deliveries import WithdrawalForm
from agora_sync.models import TraceCase, TraceDelivery
from agora_sync.services.deliveries import give_code, request_delivery, take_document
from cpa_portal.kernel.access import public, requires

WRONG = "Ce code n’est pas le bon, ou il a été essayé trop de fois. Demandez-en un autre à qui vous a donné le lien."


@requires(is_rssi)
@require_POST
def delivery_request(request: HttpRequest, key: UUID) -> HttpResponse:
    case = get_object_or_404(TraceCase, pk=key)
    try:
        request_delivery(user=user_of(request), case=case)
    except CaseRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "La remise se prépare. Rechargez la page pour voir où elle en est.")
    return redirect("agora_sync:trace_case_detail", case.pk)


@requires(is_rssi)
@never_cache
@require_POST
def delivery_code(request: HttpRequest, key: UUID) -> HttpResponse:
    """A new code, shown this once and apart from the link."""
    delivery = get_object_or_404(TraceDelivery.objects.select_related("case"), pk=key)
    try:
        code = give_code(user=user_of(request), delivery=delivery)
    except CaseRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("agora_sync:trace_case_detail", delivery.case_id)
    return render(request, "agora_sync/delivery_code.html", {"case": delivery.case, "code": code})


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delivery_fetch(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """For the person who asked, without an account: the link, then the code. What is over looks like what never was."""
    delivery = TraceDelivery.objects.filter(pk=key).first()
    if delivery is None or not delivery.is_ready(timezone.now()):
        raise Http404
    form = WithdrawalForm(request.POST or None)
    if form.is_valid():
        answers = form.cleaned_data
        taken = take_document(delivery_id=key, code=answers["code"], document=answers["document"])
        if taken is not None:
            name, content = taken
            return never_shown(FileResponse(io.BytesIO(content), as_attachment=True, filename=name))
        form.add_error("code", WRONG)
    return render(request, "agora_sync/delivery_fetch.html", {"form": form, "delivery": delivery})

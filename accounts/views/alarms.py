from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.exceptions import Refusal
from accounts.forms.habilitations import FindingForm
from accounts.models import User
from accounts.permissions import is_rssi
from accounts.selectors.alarms import alarms_to_watch
from accounts.services.alarms import handle_alarm
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50


@requires(is_rssi)
@never_cache
@require_safe
def alarm_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(alarms_to_watch(), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/alarm_list.html", {"page": page})


@requires(is_rssi)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alarm_handle(request: HttpRequest, pk: int) -> HttpResponse:
    alarm = get_object_or_404(alarms_to_watch(), pk=pk)
    form = FindingForm(request.POST or None)
    if form.is_valid():
        try:
            handle_alarm(
                actor=cast("User", request.user),
                alarm=alarm,
                finding=form.cleaned_data["finding"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("finding", refusal.message)
        else:
            messages.success(request, "L’alarme est traitée ; votre constat est gardé.")
            return redirect("accounts:alarm_list")
    return render(request, "accounts/alarm_handle.html", {"alarm": alarm, "form": form})

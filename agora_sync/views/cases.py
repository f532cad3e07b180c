"""Cases of fraud or audit: written, validated by another person, opened trace by trace, closed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_rssi
from accounts.views.requests import user_of
from agora_sync.exceptions import CaseRefused
from agora_sync.forms.cases import CaseClosingForm, TraceCaseForm
from agora_sync.models import TraceCase
from agora_sync.permissions import can_follow_cases
from agora_sync.selectors.cases import covered_exchanges, deliveries_of, openings_of, trace_cases
from agora_sync.services.cases import close_case, open_case, validate_case
from agora_sync.services.trace_opening import open_exchange
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50


@requires(can_follow_cases)
@require_safe
def trace_case_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(trace_cases(), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "agora_sync/trace_case_list.html", {"page": page, "today": timezone.localdate()})


@requires(can_follow_cases)
@require_http_methods(["GET", "HEAD", "POST"])
def trace_case_new(request: HttpRequest) -> HttpResponse:
    form = TraceCaseForm(request.POST or None)
    if form.is_valid():
        try:
            case = open_case(user=user_of(request), **form.cleaned_data)
        except CaseRefused as refusal:
            form.add_error("reference", refusal.message)
        else:
            messages.success(request, "L’affaire est ouverte. Une autre personne doit la valider.")
            return redirect("agora_sync:trace_case_detail", case.pk)
    return render(request, "agora_sync/trace_case_new.html", {"form": form})


@requires(can_follow_cases)
@never_cache
@require_safe
def trace_case_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Who asked for what, the exchanges covered, who looked at what. No message is here."""
    case = _case(key)
    user = user_of(request)
    openings = Paginator(openings_of(case), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "case": case,
        "keys": list(case.keys.order_by("pk").values_list("value", flat=True)),
        "exchanges": covered_exchanges(case) if case.is_usable else [],
        "openings": openings,
        "deliveries": deliveries_of(case),
        "now": timezone.now(),
        "decides": is_rssi(user),
        "may_validate": is_rssi(user) and case.opened_by_id != user.pk,
        "closing_form": CaseClosingForm(),
        "today": timezone.localdate(),
    }
    return render(request, "agora_sync/trace_case_detail.html", context)


@requires(is_rssi)
@require_POST
def trace_case_validate(request: HttpRequest, key: UUID) -> HttpResponse:
    case = _case(key)
    try:
        validate_case(user=user_of(request), case=case)
    except CaseRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "L’affaire est validée : ses traces peuvent être ouvertes.")
    return redirect("agora_sync:trace_case_detail", case.pk)


@requires(is_rssi)
@require_POST
def trace_case_close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Once the box was ticked: there is no way back."""
    case = _case(key)
    form = CaseClosingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(sentence) for sentence in form.errors["certain"]))
        return redirect("agora_sync:trace_case_detail", case.pk)
    try:
        close_case(user=user_of(request), case=case)
    except CaseRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "L’affaire est close : plus aucune trace ne s’ouvre sous elle.")
    return redirect("agora_sync:trace_case_detail", case.pk)


@requires(is_rssi)
@never_cache
@require_safe
def trace_detail(request: HttpRequest, key: UUID, exchange_id: UUID) -> HttpResponse:
    """The messages of one exchange in clear, once the consultation is written."""
    case = _case(key)
    try:
        opened = open_exchange(user=user_of(request), case=case, exchange_id=exchange_id)
    except CaseRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("agora_sync:trace_case_detail", case.pk)
    except LookupError:
        raise Http404 from None
    return render(request, "agora_sync/trace_detail.html", {"case": case, "opened": opened})


def _case(key: UUID) -> TraceCase:
    return get_object_or_404(trace_cases(), pk=key)

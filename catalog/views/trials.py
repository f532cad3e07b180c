"""A training organisation tries its own file: it is read as an import would read it, and nothing is published."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import StaffRole
from accounts.selectors.staff import scope_codes
from catalog.enums import ImportKind
from catalog.exceptions import CatalogRefusal
from catalog.forms.imports import TrialForm
from catalog.permissions import can_try_files
from catalog.selectors.imports import stored_findings, tried_files
from catalog.services.import_orders import hand_over
from catalog.services.report import lines_in_words
from catalog.views.reports import report_context
from cpa_portal.kernel.access import requires

TRIALS_PER_PAGE = 20


@requires(can_try_files)
@require_http_methods(["GET", "HEAD", "POST"])
def trial_list(request: HttpRequest) -> HttpResponse:
    form = TrialForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            order = hand_over(
                kind=ImportKind.OFFER,
                upload=form.cleaned_data["file"],
                user=request.user,  # type: ignore[arg-type]
                siret=min(scope_codes(request.user, StaffRole.TRAINING_ORGANISATION)),
            )
        except CatalogRefusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("catalog:trial_detail", order.pk)
    trials = tried_files(request.user)  # type: ignore[arg-type]
    page = Paginator(trials, TRIALS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "catalog/trial_list.html", {"form": form, "page": page})


@requires(can_try_files)
@require_safe
def trial_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    order = get_object_or_404(tried_files(request.user), pk=pk)  # type: ignore[arg-type]
    context = {"order": order, **report_context(request, order.trial)}
    return render(request, "catalog/trial_detail.html", context)


@requires(can_try_files)
@require_safe
def trial_report(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """The whole report for a spreadsheet, line by line, in words."""
    order = get_object_or_404(tried_files(request.user), pk=pk)  # type: ignore[arg-type]
    if order.trial is None:
        raise Http404
    return StreamingHttpResponse(
        lines_in_words(stored_findings(order.trial, request.GET.get("regle", ""))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="essai.csv"'},
    )

"""Warning about a training, without an account; following what was made of it, with one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_holder
from accounts.views.activation import client_origin
from accounts.views.requests import HolderRequest
from catalog.enums import ReportReason
from catalog.exceptions import TooManyReports
from catalog.forms.watch import FollowedReportForm, ReportForm
from catalog.models import Training
from catalog.selectors.fraud import reports_of
from catalog.services.watch import report_training
from cpa_portal.kernel.access import public, requires


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def training_report(request: HttpRequest, pk: int) -> HttpResponse:
    training = get_object_or_404(Training.objects.select_related("organisation"), pk=pk)
    holder = getattr(request, "holder", None)
    form = (FollowedReportForm if holder else ReportForm)(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            report_training(
                training=training,
                reason=ReportReason(form.cleaned_data["reason"]),
                text=form.cleaned_data["text"],
                origin=client_origin(request),
                holder=holder if form.cleaned_data.get("follow") else None,
            )
        except TooManyReports as refusal:
            form.add_error(None, refusal.message)
            status = 429
        else:
            return redirect("catalog:training_reported", pk)
    context = {"form": form, "training": training}
    return render(request, "catalog/training_report.html", context, status=status)


@public
@require_safe
def training_reported(request: HttpRequest, pk: int) -> HttpResponse:
    training = get_object_or_404(Training.objects.select_related("organisation"), pk=pk)
    return render(request, "catalog/training_reported.html", {"training": training})


@requires(is_holder)
@never_cache
@require_safe
def own_report_list(request: HolderRequest) -> HttpResponse:
    return render(request, "catalog/own_report_list.html", {"reports": reports_of(request.holder)})

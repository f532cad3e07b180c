"""Pages of administrators on imports: those of the site, their reports, a file handed over, read and decided upon."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.enums import ImportKind, OrderState
from catalog.exceptions import CatalogRefusal
from catalog.forms.imports import ConfirmationForm, HandOverForm
from catalog.models import ImportOrder, ImportRun
from catalog.permissions import can_import
from catalog.selectors.imports import import_orders, import_runs, stored_findings
from catalog.services.import_orders import confirm_order, drop_order, hand_over
from catalog.services.report import report_lines
from catalog.views.reports import report_context
from cpa_portal.kernel.access import requires

RUNS_PER_PAGE = 50
# The share of what a feed offers beyond which taking it away is asked twice.
MANY_CLOSED = 0.1
UNDER_WAY = (OrderState.WAITING, OrderState.CHECKED, OrderState.CONFIRMED, OrderState.FAILED)


@requires(can_import)
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(import_runs(), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    orders = import_orders().filter(state__in=UNDER_WAY)[:RUNS_PER_PAGE]
    return render(request, "catalog/import_list.html", {"page": page, "orders": orders})


@requires(can_import)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    form = HandOverForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            order = hand_over(
                kind=ImportKind(answers["kind"]),
                upload=answers["file"],
                user=request.user,  # type: ignore[arg-type]
                feed=answers["feed"],
                is_complete=answers["is_complete"],
            )
        except CatalogRefusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("catalog:import_order", order.pk)
    return render(request, "catalog/import_new.html", {"form": form})


@requires(can_import)
@require_http_methods(["GET", "HEAD", "POST"])
def import_order(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the file is, what importing it would change, and the decision."""
    order = get_object_or_404(import_orders(), pk=pk)
    form = confirmation(request, order)
    if request.method == "POST" and (form is None or "drop" in request.POST or form.is_valid()):
        return decided(request, order)
    context = {"order": order, "form": form, **report_context(request, order.trial)}
    return render(request, "catalog/import_order.html", context)


def confirmation(request: HttpRequest, order: ImportOrder) -> ConfirmationForm | None:
    """The question to whoever would take much away; None when there is nothing to ask."""
    if order.trial is None or order.state != OrderState.CHECKED:
        return None
    kept = order.trial.position - order.trial.created
    if order.trial.closed <= MANY_CLOSED * (order.trial.closed + kept):
        return None
    data = request.POST if request.method == "POST" and "drop" not in request.POST else None
    return ConfirmationForm(data, closed=order.trial.closed)


def decided(request: HttpRequest, order: ImportOrder) -> HttpResponse:
    try:
        if "drop" in request.POST:
            drop_order(order=order)
            messages.success(request, "Le fichier est abandonné : rien n’en a été importé.")
        else:
            confirm_order(order=order)
            messages.success(request, "L’import est demandé : il commence dans la minute.")
    except CatalogRefusal as refusal:
        messages.error(request, refusal.message)
    return redirect("catalog:import_order", order.pk)


@requires(can_import)
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(import_runs(), pk=pk)
    return render(request, "catalog/import_detail.html", {"run": run, **report_context(request, run)})


@requires(can_import)
@require_safe
def import_report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The report as a table, in the columns of `import_offer --report`; of one rule if the address says which."""
    runs = ImportRun.objects.filter(pk=pk)
    run = get_object_or_404(runs.filter(is_trial=False) | runs.filter(order__siret=""))
    found = stored_findings(run, request.GET.get("regle", ""))
    return StreamingHttpResponse(
        report_lines(run, found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="import-{run.pk}.csv"'},
    )

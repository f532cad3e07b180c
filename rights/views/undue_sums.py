"""Pages of the Caisse des dépôts on sums that were not due: all of them, one, a new one from a training file."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Holder
from accounts.services.access_log import record_consultation, record_consultations
from accounts.views.requests import user_of
from cpa_portal.kernel.access import requires
from rights.exceptions import RightsRefusal
from rights.forms.undue_sums import CancellationForm, ReceiptForm, UndueSumForm
from rights.models import Repayment, UndueSum
from rights.permissions import recovers_sums
from rights.rules.derivation import Derivation
from rights.selectors.undue_sums import lines_of, movements_of, repayments_of, undue_sums
from rights.services.corrections import cancel_undue_sum, record_undue_sum
from rights.services.repayments import receive_repayment
from rights.views.instruction import file_or_404

PURPOSE = "Recouvrement d’une somme indue"
WHAT = "Identité, sommes indues et retenues"
SUMS_PER_PAGE = 50


@requires(recovers_sums)
@require_safe
def undue_sum_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(undue_sums(), SUMS_PER_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(list(page))
    holders = {line.due.holder for line in lines}
    record_consultations(actor=user_of(request), holders=holders, purpose=PURPOSE, what=WHAT)
    return render(request, "rights/undue_sum_list.html", {"page": page, "lines": lines})


@requires(recovers_sums)
@require_http_methods(["GET", "HEAD", "POST"])
def undue_sum_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided, what was kept back, and how to cancel it."""
    due = get_object_or_404(undue_sums(), pk=pk)
    record_consultation(actor=user_of(request), holder=due.holder, purpose=PURPOSE, what=WHAT)
    form = CancellationForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_undue_sum(
                due=due,
                reason=form.cleaned_data["reason"],
                reference=form.cleaned_data["reference"],
                today=timezone.localdate(),
            )
        except ValueError:
            form.add_error("reference", "Ce numéro est celui d’une autre décision. Vérifiez-le.")
        else:
            messages.success(request, "La décision est annulée : ce qui avait été retenu est rendu.")
            return redirect("rights:undue_sum_detail", pk)
    return shown(request, due, form)


@requires(recovers_sums)
@require_POST
def repayment_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down the transfer of a repayment that the person announced."""
    due = get_object_or_404(undue_sums(), pk=pk)
    record_consultation(actor=user_of(request), holder=due.holder, purpose=PURPOSE, what=WHAT)
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return shown(request, due, CancellationForm(), receipt=form)
    repayment = get_object_or_404(Repayment, due=due, pk=form.cleaned_data["repayment"])
    try:
        receive_repayment(
            repayment=repayment,
            amount_cents=form.cleaned_data["received"],
            received_on=form.cleaned_data["received_on"],
        )
    except RightsRefusal as refused:
        return shown(request, due, CancellationForm(), receipt=form, refusal=refused.message)
    messages.success(request, "Le virement est enregistré : il n’est plus retenu sur le compte.")
    return redirect("rights:undue_sum_detail", pk)


def shown(
    request: HttpRequest,
    due: UndueSum,
    form: CancellationForm,
    *,
    receipt: ReceiptForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    """The page of a sum; `receipt`: the transfer that was typed and is not kept."""
    context = {
        "line": lines_of([due])[0],
        "movements": [(entry, Derivation.from_json(entry.derivation)) for entry in movements_of(due)],
        "repayments": [(one, receipt_form(one, receipt)) for one in repayments_of(due)],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "rights/undue_sum_detail.html", context)


def receipt_form(repayment: Repayment, typed: ReceiptForm | None) -> ReceiptForm:
    if typed is not None and typed.data.get("repayment") == str(repayment.pk):
        return typed
    expected = {"repayment": repayment.pk, "received": repayment.amount_cents}
    return ReceiptForm(initial=expected, auto_id=f"id_{repayment.pk.hex[:8]}_%s")


@requires(recovers_sums)
@require_http_methods(["GET", "HEAD", "POST"])
def undue_sum_record(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Write down what a training file was paid without owing it."""
    training_file, _ = file_or_404(request, file_id)
    form = UndueSumForm(request.POST or None)
    refusal = ""
    if form.is_valid():
        try:
            due = _recorded(training_file.holder, form)
        except RightsRefusal as refused:
            refusal = refused.message
        except ValueError:
            form.add_error("reference", "Ce numéro est celui d’une autre décision. Vérifiez-le.")
        else:
            messages.success(request, "La somme est enregistrée. Ce que le compte contient est déjà retenu.")
            return redirect("rights:undue_sum_detail", due.pk)
    context = {"file": training_file, "form": form, "refusal": refusal}
    return render(request, "rights/undue_sum_record.html", context)


def _recorded(holder: Holder, form: UndueSumForm) -> UndueSum:
    return record_undue_sum(
        holder=holder,
        amount_cents=form.cleaned_data["amount"],
        reason=form.cleaned_data["reason"],
        reference=form.cleaned_data["reference"],
        ordered_on=form.cleaned_data["ordered_on"],
    )

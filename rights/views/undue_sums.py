"""Pages of the Caisse des dépôts on sums that were not due: all of them, one, a new one from a training file."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Holder
from accounts.services.access_log import record_consultation, record_consultations
from cpa_portal.kernel.access import requires
from rights.exceptions import RightsRefusal
from rights.forms.undue_sums import CancellationForm, UndueSumForm
from rights.models import UndueSum
from rights.permissions import recovers_sums
from rights.rules.derivation import Derivation
from rights.selectors.undue_sums import lines_of, movements_of, undue_sums
from rights.services.corrections import cancel_undue_sum, record_undue_sum
from rights.views.instruction import file_or_404, user_of

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
    movements = [(entry, Derivation.from_json(entry.derivation)) for entry in movements_of(due)]
    context = {"line": lines_of([due])[0], "movements": movements, "form": form}
    return render(request, "rights/undue_sum_detail.html", context)


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
        amount_cents=form.amount_cents,
        reason=form.cleaned_data["reason"],
        reference=form.cleaned_data["reference"],
        ordered_on=form.cleaned_data["ordered_on"],
    )

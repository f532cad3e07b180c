"""What the person owes to their account, what was kept back, and how to pay it back without waiting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_holder
from cpa_portal.kernel.access import requires
from rights.exceptions import RightsRefusal
from rights.forms.undue_sums import RepaymentForm
from rights.rules.derivation import Derivation
from rights.selectors.undue_sums import lines_of, movements_of, own_undue_sums, repayments_of
from rights.services.repayments import announce_repayment, left_to_announce
from rights.views.request_types import HolderRequest


@requires(is_holder)
@require_safe
def own_undue_sum_list(request: HolderRequest) -> HttpResponse:
    lines = lines_of(list(own_undue_sums(request.holder)))
    return render(request, "rights/own_undue_sum_list.html", {"lines": lines})


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def own_undue_sum(request: HolderRequest, pk: int) -> HttpResponse:
    """One sum: why, what was kept back, what was paid back; and how to pay the rest."""
    due = get_object_or_404(own_undue_sums(request.holder), pk=pk)
    form, refusal = RepaymentForm(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        try:
            repayment = announce_repayment(
                key=form.cleaned_data["idempotency_key"],
                due=due,
                amount_cents=form.cleaned_data["amount"],
                today=timezone.localdate(),
            )
        except RightsRefusal as refused:
            refusal = refused.message
        else:
            messages.success(request, f"Votre remboursement est annoncé. Son numéro : {repayment.reference}.")
            return redirect("rights:own_undue_sum", pk)
    context = {
        "line": lines_of([due])[0],
        "movements": [(entry, Derivation.from_json(entry.derivation)) for entry in movements_of(due)],
        "repayments": list(repayments_of(due)),
        "open_cents": left_to_announce(due),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "rights/own_undue_sum.html", context)

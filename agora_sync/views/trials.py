"""The test bench of the recette environment."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from agora_sync.forms.trials import TrialForm
from agora_sync.mapping.reserved_persons import CASES, RECETTE, WITHOUT_FAULT, reserved_nir
from agora_sync.permissions import can_follow_exchanges
from agora_sync.services.trials import try_exchange
from cpa_portal.kernel.access import requires


@requires(can_follow_exchanges)
@require_http_methods(["GET", "HEAD", "POST"])
def trial_bench(request: HttpRequest) -> HttpResponse:
    """One message to recette, and each step of its verification. There is no bench in production."""
    if settings.AGORA_ENVIRONMENT != RECETTE:
        raise Http404
    form = TrialForm(request.POST or None, initial={"personne": WITHOUT_FAULT})
    trial = None
    if form.is_valid():
        trial = try_exchange(case=form.cleaned_data["personne"], defect=form.cleaned_data["vecteur"])
    cases = [(number, reserved_nir(number), code) for number, code in CASES.items()]
    context = {"form": form, "trial": trial, "cases": cases, "without_fault": reserved_nir(WITHOUT_FAULT)}
    return render(request, "agora_sync/trial_bench.html", context)

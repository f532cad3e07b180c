from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import is_holder
from cpa_portal.kernel.access import requires
from rights.forms.simulation import SimulationForm
from rights.selectors.simulation import simulate
from rights.views.request_types import HolderRequest


@requires(is_holder)
@never_cache
@require_safe
def simulation(request: HolderRequest) -> HttpResponse:
    """« Et si… » : a question in the address, an answer that is kept nowhere. Another person's address shows theirs."""
    form = SimulationForm(request.GET or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context["answer"] = simulate(request.holder, form.supposition(), timezone.localdate())
    return render(request, "rights/simulation.html", context)

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import is_rssi
from agora_sync.forms.filters import TraceSearchForm
from agora_sync.models import Trace
from agora_sync.selectors.traces import MOST_SHOWN, traces_matching
from agora_sync.services.trace_consultations import record_trace_consultation
from cpa_portal.kernel.access import requires


@requires(is_rssi)
@require_safe
def trace_list(request: HttpRequest) -> HttpResponse:
    """Find that a trace exists. Each search is written down before its answer is shown."""
    form = TraceSearchForm(request.GET or None)
    traces: list[Trace] | None = None
    if form.is_valid():
        asked = form.cleaned_data
        found = traces_matching(
            identifier=asked["identifiant"],
            partner_code=asked["partenaire"],
            since=asked["du"],
            until=asked["au"],
        )
        traces = list(found[: MOST_SHOWN + 1])
        criteria = {name: str(value) for name, value in asked.items() if value}
        record_trace_consultation(user=request.user, criteria=criteria, shown=min(len(traces), MOST_SHOWN))  # type: ignore[arg-type]
    context = {
        "form": form,
        "traces": traces[:MOST_SHOWN] if traces is not None else None,
        "is_cut": traces is not None and len(traces) > MOST_SHOWN,
        "most_shown": MOST_SHOWN,
    }
    return render(request, "agora_sync/trace_list.html", context)

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import is_holder
from cep.selectors.appointments import upcoming_appointments
from cpa_portal.kernel.access import requires
from rights.selectors.dashboard import holder_overview

APPOINTMENTS_SHOWN = 3


@requires(is_holder)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Everything at a glance: each right, what waits for the person, the ways on."""
    holder = request.holder  # type: ignore[attr-defined]
    overview = holder_overview(holder)
    context = {
        "holder": holder,
        "counters": overview.counters,
        "files": overview.files,
        "entries": overview.entries,
        "appointments": list(upcoming_appointments(holder)[:APPOINTMENTS_SHOWN]),
    }
    return render(request, "home/dashboard.html", context)

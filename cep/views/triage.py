from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cpa_portal.kernel.access import public


@public
def triage(request: HttpRequest) -> HttpResponse:
    """What the advice is, for whom, what not to do before it, and the way to an appointment."""
    return render(request, "cep/triage.html")

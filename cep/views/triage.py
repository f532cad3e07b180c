from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cep.forms.search import OTHER_PLACE
from cep.forms.triage import TriageForm
from cep.rules.triage import Outcome, decide
from cep.triage_table import triage_table
from cpa_portal.kernel.access import public

ANSWERS = {
    Outcome.BOOKED: "Prenez rendez-vous avec un conseiller",
    Outcome.REDIRECTED: "Votre conseiller est ailleurs, voici où",
    Outcome.INFORMED: "Ce conseil n'est pas fait pour votre situation, voici qui peut vous aider",
}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def triage(request: HttpRequest) -> HttpResponse:
    """What the advice is and for whom; asked about one's situation, who advises and why. Nothing is kept."""
    form = TriageForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        decision = decide(form.situation(), table=triage_table(), day=timezone.localdate())
        context |= {
            "decision": decision,
            "answer": ANSWERS[decision.outcome],
            "may_book": decision.outcome == Outcome.BOOKED,
            "slots_url": slots_url(form.cleaned_data["commune"]),
        }
    return render(request, "cep/triage.html", context)


def slots_url(commune: str) -> str:
    address = reverse("cep:slot_list")
    return f"{address}?{urlencode({'lieu': OTHER_PLACE, 'commune': commune})}" if commune else address

"""Pages of the Caisse des dépôts on requests for prevention points: what waits, one request and its answer."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.services.access_log import record_consultation, record_consultations
from accounts.views.requests import user_of
from cpa_portal.kernel.access import requires
from rights.exceptions import RightsRefusal
from rights.forms.points_decisions import PointsDecisionForm
from rights.models import Entry, PointsRequest
from rights.permissions import answers_points
from rights.rules.derivation import Derivation
from rights.selectors.points_requests import answered_requests, points_requests, waiting_requests
from rights.services.points_decisions import decide_points

PURPOSE = "Réponse à une demande de points de prévention"
WHAT = "Identité et demande de points"
REQUESTS_PER_PAGE = 50
LATEST_ANSWERS = 20


@requires(answers_points)
@require_safe
def points_request_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(waiting_requests(), REQUESTS_PER_PAGE).get_page(request.GET.get("page"))
    answered = list(answered_requests()[:LATEST_ANSWERS])
    holders = {asked.holder for asked in [*page, *answered]}
    record_consultations(actor=user_of(request), holders=holders, purpose=PURPOSE, what=WHAT)
    context = {"page": page, "answered": answered, "today": timezone.localdate()}
    return render(request, "rights/points_request_list.html", context)


@requires(answers_points)
@require_http_methods(["GET", "HEAD", "POST"])
def points_request_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is asked and what it is worth, then the answer."""
    asked = get_object_or_404(points_requests(), pk=pk)
    record_consultation(actor=user_of(request), holder=asked.holder, purpose=PURPOSE, what=WHAT)
    form, refusal = PointsDecisionForm(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        try:
            decide_points(
                request=asked,
                granted=form.is_granted,
                reason=form.cleaned_data["reason"],
                today=timezone.localdate(),
            )
        except RightsRefusal as refused:
            refusal = refused.message
        else:
            messages.success(request, "Votre décision est enregistrée, et la personne en est prévenue.")
            return redirect("rights:points_request_detail", pk)
    context = {"asked": asked, "derivation": worth_of(asked), "form": form, "refusal": refusal}
    return render(request, "rights/points_request_detail.html", context)


def worth_of(asked: PointsRequest) -> Derivation | None:
    """What the points give, as it was computed when they were asked for."""
    held = Entry.objects.get(counter__holder_id=asked.holder_id, key=f"points:{asked.pk}:hold")
    return Derivation.from_json(held.derivation)

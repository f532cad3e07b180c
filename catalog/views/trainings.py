from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.markup import course_markup
from catalog.models import Action, Training
from catalog.selectors.kept import is_kept
from catalog.selectors.trainings import median_hourly_cents, training_in_full
from cpa_portal.kernel.access import public


class ActionRow:
    """A way of following the training, with its sessions to come and whether one may ask for each."""

    def __init__(self, action: Action, today: date) -> None:
        self.action = action
        self.sessions = [(session, session.is_open_on(today)) for session in action.sessions.all()]


@public
@require_safe
def training_detail(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    try:
        training = training_in_full(pk, day=today)
    except Training.DoesNotExist:
        raise Http404("Aucune formation ne porte ce numéro.") from None
    actions = [ActionRow(action, today) for action in training.actions.all()]
    hourly = [
        row.action.price_cents * 60 / row.action.hours_minutes
        for row in actions
        if row.action.price_cents and row.action.hours_minutes
    ]
    prices = {row.action.price_cents for row in actions if row.action.price_cents is not None}
    context = {
        "training": training,
        "actions": actions,
        "has_open_session": any(is_open for row in actions for _, is_open in row.sessions),
        "lowest_price": min(prices, default=None),
        "has_several_prices": len(prices) > 1,
        "hourly_cents": round(min(hourly)) if hourly else None,
        "median_hourly_cents": median_hourly_cents(training.certification_code) if hourly else None,
        "is_kept": is_kept(getattr(request, "holder", None), pk),
        "markup": course_markup(training, url=request.build_absolute_uri(request.path)),
    }
    return render(request, "catalog/training_detail.html", context)

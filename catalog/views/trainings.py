from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.calendar_files import session_file
from catalog.enums import Modality
from catalog.maps import map_of
from catalog.markup import course_markup
from catalog.models import Action, Place, Session, Training
from catalog.selectors.declared import declarations_of
from catalog.selectors.kept import is_kept
from catalog.selectors.trainings import HourlyMedian, hourly_median, training_in_full
from catalog.session_months import months_of
from cpa_portal.kernel.access import public


class ActionRow:
    """A way of following the training, with its sessions to come and whether one may ask for each."""

    def __init__(self, action: Action, today: date) -> None:
        self.action = action
        self.sessions = [(session, session.is_open_on(today)) for session in action.sessions.all()]


@dataclass(frozen=True)
class PlaceRow:
    """A place of the training, its number on the map, and what one may join there."""

    place: Place
    sessions: int
    next_start: date | None


@public
@require_safe
def training_detail(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    try:
        training = training_in_full(pk, day=today)
    except Training.DoesNotExist:
        raise Http404("Aucune formation ne porte ce numéro.") from None
    actions = [ActionRow(action, today) for action in training.actions.all()]
    address = request.build_absolute_uri(request.path)
    places = place_rows(actions)
    context = {
        "training": training,
        "actions": actions,
        "has_open_session": any(is_open for row in actions for _, is_open in row.sessions),
        **prices(training, actions),
        "months": months_of(session for row in actions for session, _ in row.sessions),
        "places": places,
        "map": map_of([row.place for row in places]),
        "address": address,
        "declarations": declarations_of(training.organisation),
        "is_kept": is_kept(getattr(request, "holder", None), pk),
        "markup": course_markup(training, url=address),
    }
    return render(request, "catalog/training_detail.html", context)


@public
@require_safe
def session_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """A session with dates, as a file that any calendar opens."""
    dated = Session.objects.filter(closed_on=None, starts_on__isnull=False)
    session = get_object_or_404(dated.select_related("place", "action__training__organisation"), pk=pk)
    page = reverse("catalog:training_detail", args=[session.action.training_id])
    content = session_file(session, address=request.build_absolute_uri(page))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="formation-{session.starts_on:%Y-%m-%d}.ics"'
    return response


def prices(training: Training, actions: list[ActionRow]) -> dict[str, Any]:
    """What the page says of prices: the lowest, that of an hour, and how far it is from the usual one."""
    said = {row.action.price_cents for row in actions if row.action.price_cents is not None}
    hourly = [
        row.action.price_cents * 60 / row.action.hours_minutes
        for row in actions
        if row.action.price_cents and row.action.hours_minutes
    ]
    hourly_cents = round(min(hourly)) if hourly else None
    median = hourly_median(training.certification_code) if hourly else None
    return {
        "lowest_price": min(said, default=None),
        "has_several_prices": len(said) > 1,
        "hourly_cents": hourly_cents,
        "median": median,
        "gap": gap(hourly_cents, median) if hourly_cents and median else "",
    }


def gap(cents: int, median: HourlyMedian) -> str:
    percents = round(100 * (cents - median.cents) / median.cents)
    if not percents:
        return "au prix médian"
    return f"{abs(percents)} % {'au-dessus' if percents > 0 else 'au-dessous'} du prix médian"


def place_rows(actions: list[ActionRow]) -> list[PlaceRow]:
    """In the order of the sessions; what is followed at a distance has no place."""
    by_place: dict[Place, list[Session]] = {}
    for row in actions:
        for session, _ in row.sessions:
            if session.place and row.action.modality != Modality.REMOTE:
                by_place.setdefault(session.place, []).append(session)
    return [
        PlaceRow(place, len(held), min((s.starts_on for s in held if s.starts_on), default=None))
        for place, held in by_place.items()
    ]

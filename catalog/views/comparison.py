"""Trainings side by side. Which ones is in the address: it can be kept, sent, and opened without an account."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.enums import Modality
from catalog.models import Action, Training
from catalog.selectors.trainings import trainings_to_compare
from cpa_portal.kernel.access import public

MOST = 4
TOWNS_SAID = 3
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Column:
    """A training as the comparison says it: over all the ways of following it. `without`: the page without it."""

    training: Training
    without: str
    prices: list[int]
    hourly_cents: int | None
    minutes: list[int]
    modalities: list[str]
    towns: list[str]
    more_towns: int
    starts_on: datetime.date | None
    is_open: bool
    accessibility: bool


@public
@require_safe
def training_comparison(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    keys = [int(key) for key in request.GET.getlist("f") if key.isascii() and key.isdigit()]
    asked = [key for key in dict.fromkeys(keys) if key <= LARGEST_KEY]
    trainings = trainings_to_compare(asked[:MOST], day=today)
    context = {
        "columns": [column(training, trainings, today) for training in trainings],
        "left_out": len(asked) - MOST if len(asked) > MOST else 0,
        "unknown": len(asked[:MOST]) - len(trainings),
    }
    return render(request, "catalog/training_comparison.html", context)


def column(training: Training, shown: list[Training], today: datetime.date) -> Column:
    actions = list(training.actions.all())
    sessions = [session for action in actions for session in action.sessions.all()]
    open_ones = [session for session in sessions if session.is_open_on(today)]
    towns = list(dict.fromkeys(session.place.town.title() for session in sessions if on_site(session.action)
                               and session.place and session.place.town))  # fmt: skip
    starts = [session.starts_on for session in open_ones if session.starts_on]
    return Column(
        training=training,
        without=address([other.pk for other in shown if other != training]),
        prices=sorted({action.price_cents for action in actions if action.price_cents is not None}),
        hourly_cents=min(filter(None, map(hourly, actions)), default=None),
        minutes=sorted({action.hours_minutes for action in actions if action.hours_minutes}),
        modalities=list(dict.fromkeys(action.get_modality_display() for action in actions)),
        towns=towns[:TOWNS_SAID],
        more_towns=max(len(towns) - TOWNS_SAID, 0),
        starts_on=min((day for day in starts if day >= today), default=None),
        is_open=bool(open_ones),
        accessibility=any(action.accessibility for action in actions),
    )


def on_site(action: Action) -> bool:
    return action.modality != Modality.REMOTE


def hourly(action: Action) -> int | None:
    if not action.price_cents or not action.hours_minutes:
        return None
    return round(action.price_cents * 60 / action.hours_minutes)


def address(keys: list[int]) -> str:
    query = QueryDict(mutable=True)
    query.setlist("f", [str(key) for key in keys])
    return f"?{query.urlencode()}"

"""What a person typed when a journey had to send them elsewhere: kept by the server, given back once.

The form's data stays in the session, never in an address: it is bound to the person and to the page, serves once,
and is forgotten after half an hour. Coming back shows the form again; nothing is sent on the person's behalf.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest

SESSION_KEY = "interrupted_forms"
PARAMETER = "reprise"
KEPT_FOR = timedelta(minutes=30)
# A person has few journeys open at once; a form of ours is far below this size.
KEPT_AT_MOST, BYTES_AT_MOST = 3, 20_000
NOT_KEPT = ("csrfmiddlewaretoken",)


def keep_form(request: HttpRequest) -> str:
    """Keep the posted form of this page and return the address that brings the person back to it."""
    typed = request.POST.copy()
    for name in NOT_KEPT:
        typed.pop(name, None)
    body = typed.urlencode()
    if len(body) > BYTES_AT_MOST:
        return request.path
    token = secrets.token_urlsafe(16)
    kept = {key: form for key, form in request.session.get(SESSION_KEY, {}).items() if _is_recent(form)}
    latest = dict(list(kept.items())[-(KEPT_AT_MOST - 1) :])
    form = {"user": request.user.pk, "path": request.path, "body": body, "at": timezone.now().isoformat()}
    request.session[SESSION_KEY] = {**latest, token: form}
    return f"{request.path}?{PARAMETER}={token}"


def take_form(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before, for the address made above; None when there is nothing, or no longer."""
    token = request.GET.get(PARAMETER, "")
    kept = dict(request.session.get(SESSION_KEY, {}))
    form = kept.pop(token, None)
    if form is None:
        return None
    request.session[SESSION_KEY] = kept
    if form["user"] != request.user.pk or form["path"] != request.path or not _is_recent(form):
        return None
    return QueryDict(form["body"])


def _is_recent(form: dict[str, str]) -> bool:
    return timezone.now() - datetime.fromisoformat(form["at"]) <= KEPT_FOR

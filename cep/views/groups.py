"""Workshops: what is announced near the person, their seat, and giving it back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_holder
from cep.exceptions import ActionRefused, CEPRefusal
from cep.models import GroupSession
from cep.selectors.groups import session_for, sessions_near, sessions_of
from cep.selectors.places import places_of
from cep.services.groups import leave_seat, take_seat
from cep.views.request import HolderRequest
from cpa_portal.kernel.access import requires


@requires(is_holder)
@require_safe
def session_list(request: HolderRequest) -> HttpResponse:
    now = timezone.now()
    places = places_of(request.holder)
    context = {
        "mine": list(sessions_of(request.holder, now=now)),
        "sessions": sessions_near([place.point for place in places], now=now),
        "places": [place.point.name for place in places],
    }
    return render(request, "cep/session_list.html", context)


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def session_detail(request: HolderRequest, key: int) -> HttpResponse:
    session = _session(request, key)
    if request.method == "POST":
        try:
            take_seat(session=session, holder=request.holder, now=timezone.now())
        except CEPRefusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Votre place est réservée.")
        return redirect("cep:session_detail", key)
    context = {
        "session": session,
        "is_seated": _is_seated(session, request),
        "is_over": session.starts_at <= timezone.now(),
    }
    return render(request, "cep/session_detail.html", context)


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def session_leave(request: HolderRequest, key: int) -> HttpResponse:
    session = _session(request, key)
    if request.method != "POST":
        if not _is_seated(session, request):
            return redirect("cep:session_detail", key)
        return render(request, "cep/session_leave.html", {"session": session})
    try:
        leave_seat(session=session, holder=request.holder, now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre place est rendue : une autre personne peut la prendre.")
    return redirect("cep:session_list")


def _session(request: HolderRequest, key: int) -> GroupSession:
    session = session_for(request.holder, key, now=timezone.now())
    if session is None:
        raise Http404
    return session


def _is_seated(session: GroupSession, request: HolderRequest) -> bool:
    return session.seats.filter(holder=request.holder).exists()

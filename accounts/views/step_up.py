"""Proving one's identity before spending: the ways there are, and the way back to what was under way."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.enums import AssuranceLevel
from accounts.franceconnect.endpoints import is_configured
from accounts.permissions import is_holder
from accounts.selectors.spending import open_proof_code, standing_proof
from accounts.services.interrupted_forms import keep_form
from accounts.services.sign_in_proofs import assurance_of
from accounts.services.spending import is_proven
from accounts.views.franceconnect import safe_next, send_to_franceconnect
from cpa_portal.kernel.access import requires


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step_up(request: HttpRequest) -> HttpResponseBase:
    """POST leaves for FranceConnect+ and comes back to `next`; GET shows this way and the others."""
    holder = request.holder  # type: ignore[attr-defined]
    if request.method == "POST":
        return send_to_franceconnect(
            request,
            process=AuthProcess.REDIRECT,
            level=AssuranceLevel.EIDAS2,
            next_url=safe_next(request) or "/",
        )
    now, next_url = timezone.now(), next_of(request)
    if next_url and is_proven(holder=holder, assurance=assurance_of(request), now=now):
        return redirect(next_url)
    context = {
        "next": next_url,
        "is_open": is_configured(),
        "assurance": assurance_of(request),
        "standing_proof": standing_proof(holder, now),
        "letter": open_proof_code(holder, now),
        "has_postal_address": bool(holder.postal_address),
    }
    return render(request, "accounts/step_up.html", context)


def redirect_to_step_up(request: HttpRequest) -> HttpResponseRedirect:
    """Leave a form for the proof of identity; what was typed is kept, and waits for the person's return."""
    return redirect(f"{reverse('accounts:step_up')}?{urlencode({'next': keep_form(request)})}")


def next_of(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    return (
        wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else ""
    )

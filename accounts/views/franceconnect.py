"""The doors to and from FranceConnect."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.flows.connect import disconnect, validate_disconnect
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import AssuranceLevel
from accounts.franceconnect.endpoints import is_configured
from accounts.franceconnect.exceptions import FranceConnectRefused, NotConfigured
from accounts.franceconnect.sign_in import (
    PROVIDER_ID,
    FranceConnectAdapter,
    FranceConnectCallback,
    refusal_page,
)
from accounts.permissions import is_signed_in
from cpa_portal.kernel.access import public, requires


def send_to_franceconnect(
    request: HttpRequest, *, process: str, level: AssuranceLevel, next_url: str
) -> HttpResponseBase:
    """The redirection to FranceConnect, or the page that says why there is none."""
    try:
        if not is_configured():
            raise NotConfigured
        provider = get_adapter().get_provider(request, PROVIDER_ID)
        return provider.redirect(request, process, next_url or None, level=level)
    except FranceConnectRefused as refusal:
        return refusal_page(request, refusal)


def safe_next(request: HttpRequest) -> str:
    """The page asked for after the sign-in, when it is one of ours."""
    wanted = request.POST.get("next", "")
    return (
        wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else ""
    )


@public
@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Sign in, at the level that shows an account."""
    return send_to_franceconnect(
        request, process=AuthProcess.LOGIN, level=AssuranceLevel.EIDAS1, next_url=safe_next(request)
    )


@public
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    """FranceConnect answers here, whatever was asked of it."""
    if not is_configured():
        return refusal_page(request, NotConfigured())
    response: HttpResponseBase = FranceConnectCallback.adapter_view(FranceConnectAdapter(request))(request)
    return response


@public
@never_cache
@require_GET
def logged_out(request: HttpRequest) -> HttpResponse:
    """Back from FranceConnect once both sessions are closed. It changes nothing: no state needs to be checked."""
    messages.success(request, "Vous êtes déconnecté de ce site et de FranceConnect.")
    return redirect("home:index")


@requires(is_signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def link(request: HttpRequest) -> HttpResponseBase:
    """The state of the link between the account and FranceConnect, and its making."""
    if request.method == "POST":
        return send_to_franceconnect(
            request, process=AuthProcess.CONNECT, level=AssuranceLevel.EIDAS1, next_url=""
        )
    return link_page(request)


def link_page(request: HttpRequest, refusal: str = "") -> HttpResponse:
    linked = SocialAccount.objects.filter(user_id=request.user.pk, provider=PROVIDER_ID).first()
    context = {"linked": linked, "refusal": refusal, "is_open": is_configured()}
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return render(request, "accounts/franceconnect_link.html", context, status=status)


@requires(is_signed_in)
@never_cache
@require_POST
@reauthentication_required
def unlink(request: HttpRequest) -> HttpResponseBase:
    """FranceConnect no longer opens this account by the link; refused when it is the only way in."""
    linked = SocialAccount.objects.filter(user_id=request.user.pk, provider=PROVIDER_ID).first()
    if linked is None:
        return redirect("accounts:franceconnect_link")
    try:
        validate_disconnect(request, linked)
        disconnect(request, linked)
    except ValidationError:
        return link_page(
            request,
            "FranceConnect est votre seul moyen d’entrer. Choisissez d’abord un mot de passe, et confirmez votre "
            "adresse électronique.",
        )
    return redirect("accounts:franceconnect_link")

from __future__ import annotations

import logging

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.models import SAMLConnection
from accounts.saml import SAMLRefused, sp_metadata
from accounts.services.saml_sign_in import accept_saml_answer, begin_saml_sign_in, finish_saml_sign_in
from cpa_portal.kernel.access import public

logger = logging.getLogger(__name__)
SESSION_KEY = "saml_request"


@public
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Where staff choose the organisation whose sign-in they use."""
    offered = SAMLConnection.objects.filter(is_active=True) if settings.SAML_SP_KEY else ()
    return render(request, "accounts/saml_organisations.html", {"connections": offered})


@public
@never_cache
@require_safe
def sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    connection = open_connection(slug)
    asked = request.GET.get("next", "")
    next_path = asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
    url, request_id = begin_saml_sign_in(connection=connection, next_path=next_path)
    request.session[SESSION_KEY] = request_id
    return redirect(url)


# The form comes from the organisation's page: no cookie of ours travels with it, and its signature stands for it.
@csrf_exempt
@public
@never_cache
@require_POST
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    connection = open_connection(slug)
    try:
        accept_saml_answer(
            connection=connection, encoded=request.POST.get("SAMLResponse", ""), now=timezone.now()
        )
    except SAMLRefused as refusal:
        return refused(request, connection, refusal)
    # The browser that asked finishes: only there is the session that knows the request.
    return redirect("accounts:saml_finish", connection.slug)


@public
@never_cache
@require_safe
def finish(request: HttpRequest, slug: str) -> HttpResponseBase:
    connection = open_connection(slug)
    try:
        done = finish_saml_sign_in(
            connection=connection, request_id=request.session.pop(SESSION_KEY, ""), now=timezone.now()
        )
    except SAMLRefused as refusal:
        return refused(request, connection, refusal)
    assert done.user is not None
    record_authentication(request, done.user, "saml", connection=connection.slug)
    return perform_login(request, Login(user=done.user, redirect_url=done.next_path or None))


@public
@require_safe
def metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """What an organisation's technician loads on their side; no secret in it."""
    if not settings.SAML_SP_KEY:
        raise Http404
    connection = get_object_or_404(SAMLConnection, slug=slug)
    return HttpResponse(sp_metadata(connection), content_type="application/samlmetadata+xml")


def open_connection(slug: str) -> SAMLConnection:
    if not settings.SAML_SP_KEY:
        raise Http404
    return get_object_or_404(SAMLConnection, slug=slug, is_active=True)


def refused(request: HttpRequest, connection: SAMLConnection, refusal: SAMLRefused) -> HttpResponse:
    # The reason's code alone: the answer itself is full of personal data.
    logger.warning("saml_refused", extra={"connection": connection.slug, "code": refusal.code})
    context = {"connection": connection, "refusal": refusal}
    return render(request, "accounts/saml_refused.html", context, status=403)

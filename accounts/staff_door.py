"""What a member of staff must show at each request: an habilitation that still holds, and a second factor.

Both fail closed. A person whose habilitation has ended, or whose account was closed, loses the session at the next
request; a person without a second factor reaches the pages that give one, and the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import StaffScope
from accounts.permissions import is_holder
from accounts.selectors.staff import current_roles, has_second_factor

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from accounts.models import User

# What opens without a second factor, and nothing else: giving oneself one, proving who one is, leaving.
SET_UP_PAGES = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
        "healthz",
        "readyz",
    }
)
# What opens to those who have a second factor but have not shown it in this session.
PROOF_PAGES = frozenset(
    {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "healthz", "readyz"}
)
SEEN_ON = "habilitation_seen_on"
ENDED = (
    "Votre accès à l’espace de travail est fermé : votre habilitation a pris fin, ou votre compte a été désactivé. "
    "Si c’est une erreur, adressez-vous à la personne qui gère les habilitations dans votre organisme."
)


class StaffDoorMiddleware:
    """Stands after the session and before every view, whatever answers: pages, back office, files, open API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if SESSION_KEY in request.session and has_lost_access(request.user):
            logout(request)
            messages.warning(request, ENDED)
            return None
        note_use(request)
        assert request.resolver_match is not None
        return self._missing_factor(request, request.resolver_match.view_name)

    def _missing_factor(self, request: HttpRequest, view_name: str) -> HttpResponseBase | None:
        user = request.user
        if not settings.STAFF_MFA_REQUIRED or not user.is_authenticated or not needs_second_factor(user):
            return None
        if not has_second_factor(user):
            return None if view_name in SET_UP_PAGES else sent_to(request, "mfa_index", requise="oui")
        if view_name in PROOF_PAGES or was_shown(request):
            return None
        return sent_to(request, "mfa_reauthenticate", next=request.get_full_path())


def has_lost_access(user: Any) -> bool:
    """The session is of somebody who may not sign in any more, or of staff whose habilitations have all ended."""
    if not user.is_authenticated:
        return True
    return bool(user.is_staff) and not current_roles(user) and not is_holder(user)


def note_use(request: HttpRequest) -> None:
    """The day of the last use, on each habilitation that holds: one statement a day and a session."""
    today = timezone.localdate()
    if not getattr(request.user, "is_staff", False):
        return
    if request.session.get(SEEN_ON) != today.isoformat():
        StaffScope.objects.filter(user=request.user.pk).on(today).update(last_used_on=today)
        request.session[SEEN_ON] = today.isoformat()


def needs_second_factor(user: User) -> bool:
    """Whoever acts for an organisation, whether or not they are marked as staff."""
    return user.is_staff or bool(current_roles(user))


def was_shown(request: HttpRequest) -> bool:
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def sent_to(request: HttpRequest, name: str, **query: str) -> HttpResponseBase:
    """To the page that mends it; a program, which reads no page, is told so."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"title": "Double authentification requise", "status": 403},
            status=403,
            content_type="application/problem+json",
        )
    return redirect(f"{reverse(name)}?{urlencode(query)}")

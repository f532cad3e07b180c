from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import StaffRole
from accounts.exceptions import Refusal
from accounts.forms.habilitations import AcceptForm, InvitationForm
from accounts.models import User
from accounts.permissions import manages_habilitations
from accounts.selectors.habilitations import confirmation_wanted_before, managed_scopes, open_invitations
from accounts.services.habilitations import (
    accept_invitation,
    cancel_invitation,
    confirm_scopes,
    invitation_of,
    invite_member,
    remove_member,
)
from cpa_portal.kernel.access import public, requires

if TYPE_CHECKING:
    from accounts.models import Invitation

ROWS_PER_PAGE = 50


@requires(manages_habilitations)
@never_cache
@require_safe
def scope_list(request: HttpRequest) -> HttpResponse:
    """Those to confirm first; one row per habilitation that holds today."""
    actor, today = cast("User", request.user), timezone.localdate()
    page = Paginator(managed_scopes(actor, today=today), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "invitations": open_invitations(actor, now=timezone.now()),
        "wanted_before": confirmation_wanted_before(today),
        "actor": actor,
    }
    return render(request, "accounts/habilitation_list.html", context)


@requires(manages_habilitations)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    actor = cast("User", request.user)
    form = InvitationForm(request.POST or None, actor=actor)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            invite_member(
                actor=actor,
                email=asked["email"],
                role=StaffRole(asked["role"]),
                scope_code=asked["scope_code"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "L’invitation est partie. Elle est valable sept jours.")
            return redirect("accounts:habilitation_list")
    return render(request, "accounts/habilitation_invite.html", {"form": form})


@requires(manages_habilitations)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    actor, today = cast("User", request.user), timezone.localdate()
    keys = [key for key in request.POST.getlist("scope") if key.isdigit()]
    count = confirm_scopes(
        actor=actor, scopes=managed_scopes(actor, today=today).filter(pk__in=keys), today=today
    )
    if count:
        messages.success(request, f"Habilitations confirmées pour un trimestre : {count}.")
    else:
        messages.warning(request, "Cochez au moins une habilitation d’une autre personne que vous.")
    return redirect("accounts:habilitation_list")


@requires(manages_habilitations)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actor, today = cast("User", request.user), timezone.localdate()
    scope = get_object_or_404(managed_scopes(actor, today=today).exclude(user=actor), pk=pk)
    if request.method == "POST":
        remove_member(actor=actor, scope=scope, today=today)
        messages.success(request, "L’habilitation est retirée. La personne ne peut plus agir à ce titre.")
        return redirect("accounts:habilitation_list")
    return render(request, "accounts/habilitation_remove.html", {"scope": scope})


@requires(manages_habilitations)
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, now = cast("User", request.user), timezone.now()
    invitation: Invitation = get_object_or_404(open_invitations(actor, now=now), pk=pk)
    cancel_invitation(actor=actor, invitation=invitation, now=now)
    messages.success(request, "L’invitation est annulée : son lien ne sert plus.")
    return redirect("accounts:habilitation_list")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the message. Somebody whose address has an account signs in first."""
    try:
        invitation = invitation_of(token, now=timezone.now())
        user = request.user if request.user.is_authenticated else None
        form = AcceptForm(request.POST or None)
        if request.method == "POST" and (user is not None or form.is_valid()):
            accept_invitation(
                token=token, user=user, password=form.data.get("password", ""), now=timezone.now()
            )
            messages.success(request, "Votre habilitation est ouverte.")
            return redirect("/" if user else "account_login")
    except Refusal as refusal:
        return render(request, "accounts/invitation_closed.html", {"refusal": refusal}, status=404)
    return render(request, "accounts/invitation_accept.html", {"invitation": invitation, "form": form})

"""Letting somebody act in one's name, and acting in another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import DataRequestKind, DelegatedAct, DelegateKind
from accounts.exceptions import NotAllowed, Refusal
from accounts.forms.data_requests import DataRequestForm
from accounts.forms.delegations import DelegationCodeForm, DelegationForm
from accounts.forms.situations import form_of
from accounts.permissions import is_holder, is_signed_in
from accounts.selectors.delegations import delegation_held_by, delegations_given_by, delegations_held_by
from accounts.services.delegations import (
    accept_delegation,
    ask_about_data_under,
    declare_situation_under,
    give_delegation,
    revoke_delegation,
)
from accounts.situation_effects import KIND_OF_SLUG, PAGES
from accounts.views.activation import client_origin
from cpa_portal.kernel.access import requires

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from accounts.models import Delegation, Holder, User


# Given -----------------------------------------------------------------------------------------------
@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_list(request: HttpRequest) -> HttpResponse:
    """The code is shown once, in the answer to the form: it is kept as a hash alone."""
    form, context = DelegationForm(request.POST or None), {}
    if form.is_valid():
        try:
            made, code = give_delegation(
                holder=_holder(request),
                kind=DelegateKind(form.cleaned_data["kind"]),
                delegate_name=form.cleaned_data["delegate_name"],
                acts=[DelegatedAct(act) for act in form.cleaned_data["acts"]],
                starts_on=timezone.localdate(),
                ends_on=form.cleaned_data["ends_on"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("ends_on", refusal.message)
        else:
            context, form = {"made": made, "code": f"{code[:5]} {code[5:]}"}, DelegationForm()
    given = delegations_given_by(_holder(request))
    return render(request, "accounts/delegation_list.html", {"form": form, "delegations": given, **context})


@requires(is_holder)
@require_POST
def delegation_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    given = get_object_or_404(_holder(request).delegations, pk=pk)
    revoke_delegation(holder=_holder(request), key=given.pk, now=timezone.now())
    messages.success(request, "Le mandat est retiré : la personne ne peut plus agir en votre nom.")
    return redirect("accounts:delegation_list")


# Held ------------------------------------------------------------------------------------------------
@requires(is_signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def helped_list(request: HttpRequest) -> HttpResponse:
    form = DelegationCodeForm(request.POST or None)
    if form.is_valid():
        try:
            accept_delegation(
                user=_user(request),
                code=form.cleaned_data["code"],
                origin=client_origin(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, "Le mandat est ouvert. Chaque acte sera enregistré sous votre nom.")
            return redirect("accounts:helped_list")
    context = {"form": form, "delegations": delegations_held_by(_user(request))}
    return render(request, "accounts/helped_list.html", context)


@requires(is_signed_in)
@never_cache
@require_http_methods(["GET", "HEAD"])
def helped_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    delegation = held_or_404(request, pk)
    context = {
        "delegation": delegation,
        "pages": [(kind.label, page) for kind, page in PAGES.items()],
        **{act.value: act in delegation.acts for act in DelegatedAct},
    }
    return render(request, "accounts/helped_person.html", context)


@requires(is_signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def helped_situation(request: HttpRequest, pk: UUID, slug: str) -> HttpResponse:
    delegation, kind = held_or_404(request, pk, DelegatedAct.DECLARE_SITUATION), KIND_OF_SLUG.get(slug)
    if kind is None:
        raise Http404
    form = form_of(kind)(request.POST or None, initial={"effective_on": timezone.localdate()})

    def act() -> None:
        declare_situation_under(
            delegation=delegation,
            user=_user(request),
            kind=kind,
            effective_on=form.cleaned_data["effective_on"],
            details=form.details(),
            is_over=form.cleaned_data.get("change") == "leave",
        )

    return _acted(request, delegation, form, act, title=PAGES[kind].question, field="effective_on")


@requires(is_signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def helped_data_request(request: HttpRequest, pk: UUID) -> HttpResponse:
    delegation = held_or_404(request, pk, DelegatedAct.ASK_ABOUT_DATA)
    form = DataRequestForm(request.POST or None)

    def act() -> None:
        ask_about_data_under(
            delegation=delegation,
            user=_user(request),
            kind=DataRequestKind(form.cleaned_data["kind"]),
            text=form.cleaned_data["text"],
            today=timezone.localdate(),
        )

    return _acted(request, delegation, form, act, title="Faire une demande sur ses données", field="text")


def held_or_404(request: HttpRequest, pk: UUID, act: DelegatedAct | None = None) -> Delegation:
    """Another's mandate, one that is over, or that does not name the act, does not exist."""
    found = delegation_held_by(_user(request), pk)
    if found is None or (act is not None and act not in found.acts):
        raise Http404
    return found


def _acted(
    request: HttpRequest, delegation: Delegation, form: Form, act: Any, *, title: str, field: str
) -> HttpResponse:
    if form.is_valid():
        try:
            act()
        except NotAllowed:
            raise PermissionDenied from None
        except Refusal as refusal:
            form.add_error(field, refusal.message)
        else:
            messages.success(request, "C’est enregistré, sous votre nom.")
            return redirect("accounts:helped_person", delegation.pk)
    return render(
        request, "accounts/helped_act.html", {"delegation": delegation, "form": form, "act_title": title}
    )


def _holder(request: HttpRequest) -> Holder:
    holder: Holder = request.holder  # type: ignore[attr-defined]
    return holder


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)

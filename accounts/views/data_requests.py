"""What a person may ask, agree to, take back or set about their data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.consent_purposes import PURPOSE_OF_CODE
from accounts.enums import ConsentAct, DataRequestKind
from accounts.exceptions import Refusal
from accounts.forms.data_requests import AfterDeathForm, DataRequestForm, RestrictionEndForm
from accounts.permissions import is_data_protection_officer, is_holder
from accounts.selectors.consents import consents_of
from accounts.selectors.data_requests import all_restrictions, restrictions_holding
from accounts.services.access_log import record_consultations
from accounts.services.consents import record_consent
from accounts.services.data_requests import (
    record_after_death_instruction,
    set_refuses_calls,
    submit_data_request,
)
from accounts.services.restrictions import NOTICE, announce_end_of_restriction, end_own_restriction
from cpa_portal.kernel.access import requires

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.models import Holder


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_list(request: HttpRequest) -> HttpResponse:
    holder = _holder(request)
    form = DataRequestForm(request.POST or None)
    if form.is_valid():
        made = submit_data_request(
            holder=holder,
            kind=DataRequestKind(form.cleaned_data["kind"]),
            text=form.cleaned_data["text"],
            today=timezone.localdate(),
        )
        messages.success(request, _said(made.is_open))
        return redirect("accounts:data_request_list")
    context = {
        "form": form,
        "requests": holder.data_requests.order_by("-received_at"),
        "restrictions": list(restrictions_holding(timezone.now()).filter(holder=holder)),
    }
    return render(request, "accounts/data_request_list.html", context)


@requires(is_holder)
@require_POST
def restriction_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    holder = _holder(request)
    asked = get_object_or_404(holder.data_requests, pk=pk)
    try:
        end_own_restriction(
            holder=holder,
            user=request.user,  # type: ignore[arg-type]
            key=asked.pk,
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, "La limitation a pris fin : vos consentements et vos mandats servent de nouveau."
        )
    return redirect("accounts:data_request_list")


@requires(is_data_protection_officer)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def restriction_list(request: HttpRequest) -> HttpResponse:
    """The restrictions that hold, and the announcement that one ends."""
    form = RestrictionEndForm(request.POST or None)
    if form.is_valid():
        try:
            announce_end_of_restriction(
                key=form.cleaned_data["restriction"],
                officer=request.user,  # type: ignore[arg-type]
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "La fin de la limitation est annoncée à la personne.")
        return redirect("accounts:restriction_list")
    if form.errors:
        messages.error(request, "Indiquez le motif : la personne le lira.")
    restrictions = all_restrictions(timezone.now())
    record_consultations(
        actor=request.user,  # type: ignore[arg-type]
        holders=[row.holder for row in restrictions],
        purpose="Suivi des limitations",
        what="Limitation de l’usage de vos données (liste)",
    )
    context = {"restrictions": restrictions, "notice_days": NOTICE.days}
    return render(request, "accounts/restriction_list.html", context)


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent_list(request: HttpRequest) -> HttpResponse:
    holder = _holder(request)
    if request.method == "POST":
        purpose = PURPOSE_OF_CODE.get(request.POST.get("purpose", ""))
        act = request.POST.get("act", "")
        if purpose is None or act not in ConsentAct.values:
            raise Http404
        record_consent(holder=holder, purpose=purpose.code, act=ConsentAct(act), text_version=purpose.version)
        messages.success(request, f"C’est enregistré, et effectif dès maintenant : « {purpose.title} ».")
        return redirect("accounts:consent_list")
    return render(request, "accounts/consent_list.html", {"consents": consents_of(holder)})


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def after_death(request: HttpRequest) -> HttpResponse:
    holder = _holder(request)
    current = holder.after_death_instructions.filter(replaced_at__isnull=True).first()
    form = AfterDeathForm(request.POST or None)
    if form.is_valid():
        record_after_death_instruction(holder=holder, **form.cleaned_data)
        messages.success(
            request, "Vos instructions sont enregistrées. Vous pouvez les remplacer quand vous voulez."
        )
        return redirect("accounts:after_death")
    return render(request, "accounts/after_death.html", {"form": form, "current": current})


@requires(is_holder)
@require_POST
def calls_setting(request: HttpRequest) -> HttpResponse:
    refuses = request.POST.get("refuses") == "yes"
    set_refuses_calls(holder=_holder(request), refuses=refuses)
    messages.success(
        request,
        "Nous ne vous appellerons plus. Messages et courriers continuent. Un rendez-vous par téléphone déjà pris "
        "n’aura pas lieu ainsi : changez-le dans « Mes rendez-vous »."
        if refuses
        else "Vous acceptez de nouveau d’être appelé.",
    )
    return redirect("accounts:personal_data")


def _said(is_open: bool) -> str:
    if is_open:
        return "Votre demande est enregistrée. Vous aurez une réponse dans un mois au plus."
    return "Un texte règle cette demande : la réponse est ci-dessous."


def _holder(request: HttpRequest) -> Holder:
    holder: Holder = request.holder  # type: ignore[attr-defined]
    return holder

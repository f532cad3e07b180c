"""« Mes coordonnées »: how the person is reached, what is checked of it, and its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import ContactKind
from accounts.exceptions import Refusal
from accounts.forms.contact_points import PhoneForm, PostalAddressForm
from accounts.models import ContactChange
from accounts.permissions import is_holder
from accounts.selectors.contact_points import contact_history_of, contact_points_of
from accounts.services.contact_changes import ask_contact_change, drop_contact_change, send_agreement_again
from cpa_portal.kernel.access import requires

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.models import Holder

FORMS = {
    "telephone": (ContactKind.PHONE, PhoneForm),
    "adresse-postale": (ContactKind.POSTAL, PostalAddressForm),
}
SLUGS = {kind: slug for slug, (kind, _) in FORMS.items()}
SENT = (
    "Un message part à votre adresse électronique : ouvrez son lien dans les deux jours pour accepter le changement. "
    "D’ici là, rien ne change."
)


@requires(is_holder)
@never_cache
@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    holder = _holder(request)
    points = contact_points_of(holder, timezone.now())
    context = {
        "points": [(point, SLUGS.get(point.kind)) for point in points],
        "history": contact_history_of(holder),
        "stands_days": settings.POSTAL_ADDRESS_STANDS_DAYS,
    }
    return render(request, "accounts/contact_list.html", context)


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in FORMS:
        raise Http404
    holder, (kind, form_class) = _holder(request), FORMS[slug]
    form = form_class(request.POST or None)
    if form.is_valid():
        try:
            change = ask_contact_change(
                holder=holder,
                user=request.user,  # type: ignore[arg-type]
                what=kind,
                new_value=form.cleaned_data["new_value"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("new_value", refusal.message)
        else:
            messages.success(request, "Votre téléphone est enregistré." if change.applied_at else SENT)
            return redirect("accounts:contact_list")
    context = {
        "form": form,
        "kind": kind,
        "current": holder.phone if kind is ContactKind.PHONE else holder.postal_address,
        "cooling_days": settings.CONTACT_CHANGE_COOLING_HOURS // 24,
        "stands_days": settings.POSTAL_ADDRESS_STANDS_DAYS,
    }
    return render(request, "accounts/contact_edit.html", context)


@requires(is_holder)
@require_POST
def contact_resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    change = get_object_or_404(ContactChange, pk=pk, user=request.user)
    try:
        send_agreement_again(holder=_holder(request), key=change.pk, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{SENT} Le lien du message précédent ne sert plus.")
    return redirect("accounts:contact_list")


@requires(is_holder)
@require_POST
def contact_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    change = get_object_or_404(ContactChange, pk=pk, user=request.user)
    drop_contact_change(holder=_holder(request), key=change.pk, now=timezone.now())
    messages.success(request, "Le changement est abandonné : rien n’a changé.")
    return redirect("accounts:contact_list")


def _holder(request: HttpRequest) -> Holder:
    holder: Holder = request.holder  # type: ignore[attr-defined]
    return holder

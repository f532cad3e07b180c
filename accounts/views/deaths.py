"""Recording a death, and correcting one that was written by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.exceptions import Refusal
from accounts.forms.deaths import DeathForm
from accounts.permissions import records_deaths
from accounts.services.access_log import record_consultation
from accounts.services.deaths import correct_death, record_death
from accounts.services.holders import find_holder_by_nir
from cpa_portal.kernel.access import requires

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@requires(records_deaths)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def death_record(request: HttpRequest) -> HttpResponse:
    """Who it is comes from the number on the document: nobody is searched for by name."""
    form = DeathForm(request.POST or None)
    if form.is_valid() and recorded(request, form):
        messages.success(request, "C’est enregistré.")
        return redirect("accounts:death_record")
    return render(request, "accounts/death_record.html", {"form": form})


def recorded(request: HttpRequest, form: DeathForm) -> bool:
    given, actor = form.cleaned_data, request.user
    holder = find_holder_by_nir(given["number"])
    if holder is None:
        form.add_error("number", "Aucun titulaire n’a ce numéro.")
        return False
    try:
        if given["is_correction"]:
            correct_death(holder=holder, source=given["source"], actor=actor)  # type: ignore[arg-type]
        else:
            record_death(
                holder=holder,
                deceased_on=given["deceased_on"],
                source=given["source"],
                actor=actor,  # type: ignore[arg-type]
            )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    except ValueError:
        form.add_error("deceased_on", "Cette date ne convient pas à la date de naissance.")
        return False
    record_consultation(
        actor=actor,  # type: ignore[arg-type]
        holder=holder,
        purpose="Tenue de votre compte",
        what="Enregistrement d’un décès, ou sa correction",
    )
    return True

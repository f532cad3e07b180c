"""The shared inbox of a training organisation, and who stands in for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.exceptions import Refusal
from accounts.permissions import is_training_organisation
from accounts.selectors.habilitations import inbox_sites
from accounts.services.access_log import record_consultations
from accounts.services.habilitations import name_stand_in, set_site_rights
from cpa_portal.kernel.access import requires
from rights.forms.organisation_inbox import SitesForm, StandInForm
from rights.selectors.organisation_inbox import colleagues_of, own_scopes, shared_files

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import StaffScope, User


@requires(is_training_organisation)
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    with transaction.atomic():
        rows = shared_files(user, today=timezone.localdate())
        record_consultations(
            actor=user,
            holders={row.file.holder_id: row.file.holder for row in rows}.values(),
            purpose="Traitement de votre demande de formation",
            what="Demandes faites à cet organisme (liste)",
        )
    return render(request, "rights/organisation_inbox.html", {"rows": rows})


@requires(is_training_organisation)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """One's stand-in; and, for whoever receives the whole organisation, the sites of colleagues."""
    user, today = cast("User", request.user), timezone.localdate()
    scope = own_scopes(user, today=today)[0]
    colleagues = colleagues_of(scope, today=today)
    shares_out = inbox_sites(scope, today=today) is None
    stand_in = StandInForm(request.POST if "stand_in" in request.POST else None, colleagues=colleagues)
    sites = SitesForm(
        request.POST if "colleague" in request.POST else None, colleagues=colleagues, scope=scope
    )
    if "colleague" in request.POST and not shares_out:
        raise Http404
    if stand_in.is_valid() and named(scope, stand_in):
        messages.success(request, "Votre remplaçant est enregistré.")
        return redirect("rights:organisation_team")
    if sites.is_valid():
        set_site_rights(scope=sites.cleaned_data["colleague"], sites=sites.rights())
        messages.success(request, "Les sites de cette personne sont enregistrés.")
        return redirect("rights:organisation_team")
    context = {
        "stand_in": stand_in,
        "sites": sites,
        "colleagues": colleagues,
        "shares_out": shares_out,
        "absences": scope.stand_ins.filter(ends_on__gte=today).select_related("stand_in__user"),
    }
    return render(request, "rights/organisation_team.html", context)


def named(scope: StaffScope, form: StandInForm) -> bool:
    given = form.cleaned_data
    try:
        name_stand_in(
            absent=scope, stand_in=given["stand_in"], starts_on=given["starts_on"], ends_on=given["ends_on"]
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    return True

"""A person's rights before the eyes of somebody they trust: under a mandate, for the acts it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.enums import DelegatedAct
from accounts.exceptions import NotAllowed
from accounts.permissions import is_signed_in
from accounts.services.delegations import act_under
from accounts.views.delegations import held_or_404
from cpa_portal.kernel.access import requires
from rights.selectors.counters import counters_of
from rights.selectors.training_files import files_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@requires(is_signed_in)
@never_cache
@require_safe
def entrusted_rights(request: HttpRequest, pk: UUID) -> HttpResponse:
    delegation = held_or_404(request, pk, DelegatedAct.READ_RIGHTS)
    # What is shown and the trace of it come together: a trace that cannot be written shows nothing.
    with transaction.atomic():
        try:
            held = act_under(
                delegation=delegation,
                user=cast("User", request.user),
                act=DelegatedAct.READ_RIGHTS,
                what="Droits et dossiers de formation",
            )
        except NotAllowed:
            raise PermissionDenied from None
        context = {
            "delegation": held,
            "lines": counters_of(held.holder),
            "files": list(files_of(held.holder)),
        }
    return render(request, "rights/entrusted_rights.html", context)

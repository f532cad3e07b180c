"""The items that both sides changed: which value here, which there, and the agent's decision."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services.access_log import record_consultation
from accounts.views.requests import user_of
from agora_sync.enums import ConflictChoice
from agora_sync.exceptions import NotToDecide
from agora_sync.models import ItemConflict
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.conflicts import conflict_of, is_told_when_kept, may_be_taken, open_conflicts
from agora_sync.services.conflicts import decide_conflict
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50
TOLD = {
    ConflictChoice.KEEP: "Notre valeur est gardée.",
    ConflictChoice.TAKE: "La valeur d’AGORA est prise : elle arrive dans un instant sur le dossier.",
}


@requires(can_follow_exchanges)
@require_safe
def conflict_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(open_conflicts(user_of(request)), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "agora_sync/conflict_list.html", {"page": page})


@requires(can_follow_exchanges)
@require_safe
def conflict_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Both values with who wrote them and when. The consultation is written before it is shown."""
    user, conflict = _asked(request, key)
    record_consultation(
        actor=user,
        holder=conflict.training_file.holder,
        purpose="Conflit avec AGORA sur une donnée d’un dossier",
        what="Nom, dossier de formation et ce qu’AGORA en sait",
    )
    context = {
        "conflict": conflict,
        "can_take": may_be_taken(conflict),
        "is_told": is_told_when_kept(conflict),
    }
    return render(request, "agora_sync/conflict_detail.html", context)


@requires(can_follow_exchanges)
@require_POST
def conflict_decide(request: HttpRequest, key: UUID) -> HttpResponse:
    user, conflict = _asked(request, key)
    choice = request.POST.get("choix", "")
    if choice not in ConflictChoice.values:
        messages.error(request, "Choisissez l’une des deux valeurs.")
        return redirect("agora_sync:conflict_detail", conflict.pk)
    try:
        decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice(choice), user=user)
    except NotToDecide as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, TOLD[ConflictChoice(choice)])
    return redirect("agora_sync:conflict_detail", conflict.pk)


def _asked(request: HttpRequest, key: UUID) -> tuple[User, ItemConflict]:
    user = user_of(request)
    conflict = conflict_of(user, key)
    if conflict is None:
        raise Http404
    return user, conflict

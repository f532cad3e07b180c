"""The gaps with AGORA: what differs, since when, and what an agent does about it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services.access_log import record_consultation
from accounts.views.requests import user_of
from agora_sync.exceptions import NotToResend
from agora_sync.forms.filters import GapFilter
from agora_sync.models import Gap
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.conflicts import conflicts_of_file
from agora_sync.selectors.exchanges import exchanges_of_training_file
from agora_sync.selectors.gaps import (
    ADVICE,
    gap_of,
    gaps_for,
    last_reconciliation,
    may_be_pulled,
    may_be_sent_again,
)
from agora_sync.services.gaps import pull_for_gap, send_gap_again
from agora_sync.services.reconciliation import CHECK_TASK
from cpa_portal.kernel.access import requires
from cpa_portal.kernel.tasks import wake_after_commit

ROWS_PER_PAGE = 50


@requires(can_follow_exchanges)
@require_safe
def gap_list(request: HttpRequest) -> HttpResponse:
    filters = GapFilter(request.GET, queryset=gaps_for(user_of(request)))
    page = Paginator(filters.qs, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": filters.form, "page": page, "reconciliation": last_reconciliation()}
    return render(request, "agora_sync/gap_list.html", context)


@requires(can_follow_exchanges)
@require_safe
def gap_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """One gap with its history and the ways to end it. The consultation is written before it is shown."""
    user, gap = _asked(request, key)
    record_consultation(
        actor=user,
        holder=gap.holder,
        purpose="Suivi d’un écart avec AGORA",
        what="Nom, dossier de formation et ce qu’AGORA en sait",
    )
    is_open = gap.closed_at is None
    context = {
        "gap": gap,
        "advice": ADVICE[gap.kind],
        "can_send": is_open and may_be_sent_again(gap),
        "can_pull": is_open and may_be_pulled(gap),
        "events": gap.events.select_related("actor").order_by("pk"),
        "conflicts": conflicts_of_file(user, gap.training_file_id),
        "exchanges": exchanges_of_training_file(user, gap.training_file_id),
    }
    return render(request, "agora_sync/gap_detail.html", context)


@requires(can_follow_exchanges)
@require_POST
def gap_send(request: HttpRequest, key: UUID) -> HttpResponse:
    return _acted(
        request, key, send_gap_again, "Le dossier repart vers AGORA. Comparez de nouveau dans un instant."
    )


@requires(can_follow_exchanges)
@require_POST
def gap_pull(request: HttpRequest, key: UUID) -> HttpResponse:
    return _acted(
        request,
        key,
        pull_for_gap,
        "Nous relisons les dossiers de la personne. Rechargez la page dans un instant.",
    )


@requires(can_follow_exchanges)
@require_POST
def gap_check(request: HttpRequest, key: UUID) -> HttpResponse:
    """Compare the person's files now: the night's comparison would come later."""
    _, gap = _asked(request, key)
    wake_after_commit(CHECK_TASK, str(gap.holder_id))
    messages.info(request, "Nous comparons de nouveau. Rechargez la page dans un instant.")
    return redirect("agora_sync:gap_detail", gap.pk)


def _acted(request: HttpRequest, key: UUID, act: Callable[..., Gap], told: str) -> HttpResponse:
    user, gap = _asked(request, key)
    try:
        act(gap_id=gap.pk, user=user)
    except NotToResend as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, told)
    return redirect("agora_sync:gap_detail", gap.pk)


def _asked(request: HttpRequest, key: UUID) -> tuple[User, Gap]:
    user = user_of(request)
    gap = gap_of(user, key)
    if gap is None:
        raise Http404
    return user, gap

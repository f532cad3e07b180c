from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services.access_log import record_consultation
from accounts.views.requests import user_of
from agora_sync.exceptions import NotToResend
from agora_sync.forms.filters import ExchangeFilter
from agora_sync.forms.handling import HandlingForm
from agora_sync.mapping.reserved_persons import RECETTE
from agora_sync.models import Exchange
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.conflicts import conflicts_of_file, open_conflicts
from agora_sync.selectors.correction_rules import proposed_batches
from agora_sync.selectors.exchanges import (
    exchange_counts,
    exchange_of,
    exchanges_for,
    exchanges_of_file,
    person_of,
)
from agora_sync.selectors.file_timeline import entry_sentence
from agora_sync.selectors.flows import daily_flows, flow_chart, oldest_waiting
from agora_sync.selectors.gaps import gap_counts, last_reconciliation
from agora_sync.selectors.handling import followed_counts, handling_entries_of, handling_of
from agora_sync.selectors.rejects import is_rejected, reject_causes, rejected_exchanges
from agora_sync.selectors.sendings_back import sendings_of
from agora_sync.services.resending import can_resend, resend_exchange
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50
MOST_CAUSES = 5


@requires(can_follow_exchanges)
@require_safe
def agent_home(request: HttpRequest) -> HttpResponse:
    """Where an agent begins: what waits, what was refused, by whom it is followed, how the flows go."""
    user, today = user_of(request), timezone.localdate()
    context = {
        "followed": followed_counts(user, today=today),
        "causes": reject_causes(rejected_exchanges(user))[:MOST_CAUSES],
        "waiting": oldest_waiting(user),
        "proposed": proposed_batches(user).count(),
        "chart": flow_chart(daily_flows(user, today=today)),
        "counts": exchange_counts(user, now=timezone.now()),
        "gaps": gap_counts(user),
        "reconciliation": last_reconciliation(),
        "conflict_count": open_conflicts(user).count(),
        "has_bench": settings.AGORA_ENVIRONMENT == RECETTE,
    }
    return render(request, "agora_sync/agent_home.html", context)


@requires(can_follow_exchanges)
@require_safe
def exchange_list(request: HttpRequest) -> HttpResponse:
    filters = ExchangeFilter(request.GET, queryset=exchanges_for(user_of(request)))
    page = Paginator(filters.qs, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": filters.form, "page": page, "now": timezone.now()}
    return render(request, "agora_sync/exchange_list.html", context)


@requires(can_follow_exchanges)
@require_safe
def exchange_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whose file the exchange is about, to help that person. The consultation is written before it is shown."""
    user = user_of(request)
    exchange = exchange_of(user, key)
    if exchange is None:
        raise Http404
    person = person_of(exchange)
    if person is not None:
        record_consultation(
            actor=user,
            holder=person,
            purpose="Suivi d’un échange avec AGORA",
            what="Nom, dossier de formation et état de sa transmission",
        )
    can_correct = is_rejected(user, exchange)
    context = {
        "exchange": exchange,
        "person": person,
        "can_resend": can_resend(exchange),
        "can_correct": can_correct,
        "others": exchanges_of_file(user, exchange),
        "conflicts": conflicts_of_file(user, exchange.training_file_id),
        **(_handling_context(user, exchange) if can_correct else {}),
    }
    return render(request, "agora_sync/exchange_detail.html", context)


def _handling_context(user: User, exchange: Exchange) -> dict[str, object]:
    """Who looks after a refused exchange, what was done and asked about it."""
    today = timezone.localdate()
    sendings = sendings_of(exchange)
    return {
        "handling": handling_of(exchange),
        "today": today,
        "entries": [(entry, entry_sentence(entry)) for entry in handling_entries_of(exchange)],
        "sendings": [(sending, sending.is_overdue(today)) for sending in sendings],
        "is_sent_back": any(sending.is_waiting for sending in sendings),
        "handling_form": HandlingForm(user=user, today=today),
    }


@requires(can_follow_exchanges)
@require_POST
def exchange_resend(request: HttpRequest, key: UUID) -> HttpResponse:
    """What AGORA did not take leaves again, once the file was corrected."""
    user = user_of(request)
    exchange = exchange_of(user, key)
    if exchange is None:
        raise Http404
    try:
        resend_exchange(exchange_id=exchange.pk, user=user)
    except NotToResend as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "L’échange repart vers AGORA. Rechargez la page pour voir sa réponse.")
    return redirect("agora_sync:exchange_detail", exchange.pk)

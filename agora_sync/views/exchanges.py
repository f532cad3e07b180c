from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agora_sync.forms.filters import ExchangeFilter
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.exchanges import exchange_counts, exchanges_for
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50


@requires(can_follow_exchanges)
@require_safe
def agent_home(request: HttpRequest) -> HttpResponse:
    """Where an agent begins: what waits, what was refused."""
    counts = exchange_counts(request.user, now=timezone.now())  # type: ignore[arg-type]
    return render(request, "agora_sync/agent_home.html", {"counts": counts})


@requires(can_follow_exchanges)
@require_safe
def exchange_list(request: HttpRequest) -> HttpResponse:
    filters = ExchangeFilter(request.GET, queryset=exchanges_for(request.user))  # type: ignore[arg-type]
    page = Paginator(filters.qs, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": filters.form, "page": page, "now": timezone.now()}
    return render(request, "agora_sync/exchange_list.html", context)

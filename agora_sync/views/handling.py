"""Who looks after a refused exchange: one, those that are ticked, or a whole list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.views.requests import user_of
from agora_sync.enums import HandlingAction
from agora_sync.exceptions import HandlingRefused
from agora_sync.forms.handling import WHOLE_LIST, GroupHandlingForm, HandlingForm
from agora_sync.mapping.reject_sheet import MOST_LINES
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.rejects import rejected_exchanges
from agora_sync.services import handling
from agora_sync.services.handling import Handled
from agora_sync.views.corrections import listed_rejects, query_of, shown_rejects
from cpa_portal.kernel.access import requires

DONE = {
    HandlingAction.CLAIMED: "Vous vous occupez de {count}.",
    HandlingAction.ASSIGNED: "Vous avez confié {count}.",
    HandlingAction.RELEASED: "Vous ne vous occupez plus de {count}.",
    HandlingAction.NOTED: "Votre note est sur {count}.",
    HandlingAction.SET_ASIDE: "Vous avez mis de côté {count}.",
    HandlingAction.BROUGHT_BACK: "Vous avez remis à traiter {count}.",
}


@requires(can_follow_exchanges)
@require_POST
def group_handle(request: HttpRequest) -> HttpResponse:
    """For the rows ticked, or the whole list as it is filtered."""
    user, today = user_of(request), timezone.localdate()
    form = GroupHandlingForm(request.POST, user=user, today=today)
    if form.is_valid():
        keys: Collection[UUID] = form.chosen()
        if form.cleaned_data["portee"] == WHOLE_LIST:
            keys = list(listed_rejects(request).values_list("pk", flat=True)[:MOST_LINES])
        try:
            handled = _do(user, keys, form.cleaned_data)
        except HandlingRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            _tell(request, form.cleaned_data["quoi"], handled)
            return redirect(f"{reverse('agora_sync:reject_list')}?{query_of(request)}")
    return shown_rejects(request, handling_form=form)


@requires(can_follow_exchanges)
@require_POST
def exchange_handle(request: HttpRequest, key: UUID) -> HttpResponse:
    """For one exchange."""
    user = user_of(request)
    if not rejected_exchanges(user).filter(pk=key).exists():
        raise Http404
    form = HandlingForm(request.POST, user=user, today=timezone.localdate())
    if form.is_valid():
        try:
            _tell(request, form.cleaned_data["quoi"], _do(user, [key], form.cleaned_data))
        except HandlingRefused as refusal:
            messages.error(request, refusal.message)
    else:
        for sentences in form.errors.values():
            messages.error(request, " ".join(str(sentence) for sentence in sentences))
    return redirect("agora_sync:exchange_detail", key)


def _do(user: User, keys: Collection[UUID], asked: dict[str, Any]) -> Handled:
    target: dict[str, Any] = {"user": user, "exchange_ids": keys}
    match asked["quoi"]:
        case HandlingAction.CLAIMED:
            return handling.claim(**target)
        case HandlingAction.ASSIGNED:
            return handling.assign(**target, colleague=asked["collegue"])
        case HandlingAction.RELEASED:
            return handling.release(**target)
        case HandlingAction.NOTED:
            return handling.annotate(**target, note=asked["note"])
        case HandlingAction.SET_ASIDE:
            return handling.set_aside(**target, until=asked["jusqu_au"], note=asked["note"])
        case _:
            return handling.bring_back(**target)


def _tell(request: HttpRequest, action: str, handled: Handled) -> None:
    if handled.done:
        count = f"{handled.done} échange{'s' if handled.done > 1 else ''}"
        messages.success(request, DONE[HandlingAction(action)].format(count=count))
    if handled.left:
        by = ", ".join(f"{name} ({count})" for name, count in handled.left.items())
        messages.warning(request, f"Déjà suivis, et laissés à qui s’en occupe : {by}.")
    elif not handled.done:
        messages.warning(
            request, "Rien n’a changé : ces échanges n’attendent pas cela, ou ne sont plus à traiter."
        )

"""Rules of correction: proposed by counting, decided by a second person, their effects, their end."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.views.requests import user_of
from agora_sync.exceptions import HandlingRefused
from agora_sync.forms.correction_rules import RuleApprovalForm, RuleEndForm
from agora_sync.mapping.corrections import FIELDS
from agora_sync.models import CorrectionRule
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.correction_rules import counted_rules, effects_of, proposed_batches
from agora_sync.services.correction_rules import approve_rule, refuse_rule, switch_off_rule
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50


@requires(can_follow_exchanges)
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """The rules with their state and use, and the batches that they proposed."""
    user = user_of(request)
    page = Paginator(counted_rules(user), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(rule, FIELDS[rule.field].label) for rule in page],
        "batches": list(proposed_batches(user)),
    }
    return render(request, "agora_sync/rule_list.html", context)


@requires(can_follow_exchanges)
@require_safe
def rule_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rule replaces by what, who proposed and decided, every correction that it made."""
    user = user_of(request)
    rule = _rule(request, pk)
    effects = Paginator(effects_of(rule), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rule": rule,
        "label": FIELDS[rule.field].label,
        "page": effects,
        "may_decide": rule.proposed_by != user,
        "approval_form": RuleApprovalForm(),
        "end_form": RuleEndForm(),
    }
    return render(request, "agora_sync/rule_detail.html", context)


@requires(can_follow_exchanges)
@require_POST
def rule_approve(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    form = RuleApprovalForm(request.POST)
    try:
        approve_rule(
            user=user_of(request),
            rule_id=rule.pk,
            sends_by_itself=form.is_valid() and form.cleaned_data["seule"],
        )
    except HandlingRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, "La règle est en service : elle préparera la correction des prochains refus."
        )
    return redirect("agora_sync:rule_detail", rule.pk)


@requires(can_follow_exchanges)
@require_POST
def rule_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    try:
        refuse_rule(user=user_of(request), rule_id=rule.pk)
    except HandlingRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "La règle est écartée : elle ne sera plus proposée.")
    return redirect("agora_sync:rule_detail", rule.pk)


@requires(can_follow_exchanges)
@require_POST
def rule_switch_off(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    form = RuleEndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Dites pourquoi vous arrêtez cette règle.")
        return redirect("agora_sync:rule_detail", rule.pk)
    try:
        switch_off_rule(user=user_of(request), rule_id=rule.pk, why=form.cleaned_data["pourquoi"])
    except HandlingRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "La règle est arrêtée. Ce qu’elle a corrigé reste listé ci-dessous.")
    return redirect("agora_sync:rule_detail", rule.pk)


def _rule(request: HttpRequest, pk: int) -> CorrectionRule:
    rule = counted_rules(user_of(request)).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule

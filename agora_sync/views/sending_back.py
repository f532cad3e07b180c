"""Values sent back to those who wrote them: sent by an agent, answered by an organisation or a colleague."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.requests import user_of
from agora_sync.exceptions import HandlingRefused
from agora_sync.forms.sending_back import AnswerForm, SendingBackForm
from agora_sync.permissions import answers_sent_back, can_follow_exchanges
from agora_sync.selectors.rejects import rejected_exchanges
from agora_sync.selectors.sendings_back import sendings_for, sendings_shown
from agora_sync.services.sending_back import answer, send_back, take_back
from cpa_portal.kernel.access import requires


@requires(can_follow_exchanges)
@require_http_methods(["GET", "HEAD", "POST"])
def exchange_send_back(request: HttpRequest, key: UUID) -> HttpResponse:
    """Which value is sent back, by when; to whom is known from the file."""
    user = user_of(request)
    exchange = rejected_exchanges(user).filter(pk=key).first()
    if exchange is None:
        raise Http404
    form = SendingBackForm(request.POST or None)
    if form.is_valid():
        try:
            send_back(
                user=user,
                exchange_id=exchange.pk,
                field=form.cleaned_data["champ"],
                due_on=form.cleaned_data["echeance"],
                message=form.cleaned_data["message"],
            )
        except HandlingRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "L’erreur est renvoyée à qui l’a saisie, qui en est prévenu.")
            return redirect("agora_sync:exchange_detail", exchange.pk)
    return render(request, "agora_sync/exchange_send_back.html", {"form": form, "exchange": exchange})


@requires(can_follow_exchanges)
@require_POST
def exchange_take_back(request: HttpRequest, key: UUID) -> HttpResponse:
    user = user_of(request)
    if not rejected_exchanges(user).filter(pk=key).exists():
        raise Http404
    try:
        take_back(user=user, exchange_id=key)
    except HandlingRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, "Vous n’attendez plus de réponse : qui l’avait saisie ne peut plus répondre."
        )
    return redirect("agora_sync:exchange_detail", key)


@requires(answers_sent_back)
@require_safe
def sending_back_list(request: HttpRequest) -> HttpResponse:
    """What was sent back to the reader or to their organisation."""
    rows = sendings_shown(user_of(request), today=timezone.localdate())
    return render(request, "agora_sync/sending_back_list.html", {"rows": rows})


@requires(answers_sent_back)
@require_http_methods(["GET", "HEAD", "POST"])
def sending_back_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of them, without the person's name: the value, what AGORA said, what is asked, the answer."""
    user = user_of(request)
    found = sendings_for(user).filter(pk=key, withdrawn_at__isnull=True)
    sending = found.select_related("exchange__training_file", "sent_by", "answered_by").first()
    if sending is None:
        raise Http404
    form = AnswerForm(request.POST or None, field=sending.field)
    if form.is_valid():
        try:
            answer(
                user=user,
                sending_id=sending.pk,
                text=form.cleaned_data["reponse"],
                right_value=form.cleaned_data["valeur"],
            )
        except HandlingRefused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Votre réponse est envoyée.")
        return redirect("agora_sync:sending_back_detail", sending.pk)
    context = {
        "sending": sending,
        "form": form,
        "is_overdue": sending.is_overdue(timezone.localdate()),
        "value": getattr(sending.exchange.training_file, sending.field),
    }
    return render(request, "agora_sync/sending_back_detail.html", context)

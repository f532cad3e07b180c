"""« Ma situation »: what is known, what a change changes, and the one question of the first visit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import SituationKind
from accounts.exceptions import Refusal
from accounts.forms.situations import DiplomaQuestionForm, form_of
from accounts.permissions import is_holder
from accounts.selectors.diploma import diploma_effect
from accounts.services.holders import mark_diploma_asked
from accounts.services.situations import declare_situation, end_situation
from accounts.situation_effects import KIND_OF_SLUG, PAGES
from accounts.wording import situation_details
from cpa_portal.kernel.access import requires

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.forms.situations import SituationForm
    from accounts.models import Holder, Situation


@requires(is_holder)
@never_cache
@require_safe
def situation_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    situations = list(_holder(request).situations.all())
    current = [one for one in situations if _holds(one, today)]
    context = {
        "current": [(one, situation_details(one)) for one in current],
        "past": [(one, situation_details(one)) for one in situations if one not in current],
        "pages": [(kind.label, page) for kind, page in PAGES.items()],
    }
    return render(request, "accounts/situation_list.html", context)


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def situation_change(request: HttpRequest, slug: str) -> HttpResponse:
    kind = KIND_OF_SLUG.get(slug)
    if kind is None:
        raise Http404
    form = form_of(kind)(request.POST or None, initial={"effective_on": timezone.localdate()})
    if form.is_valid():
        try:
            _apply(_holder(request), kind, form)
        except Refusal as refusal:
            form.add_error("effective_on", refusal.message)
        else:
            messages.success(request, f"C’est enregistré. {PAGES[kind].effect}")
            return redirect("accounts:situation_list")
    context: dict[str, Any] = {"form": form, "page": PAGES[kind]}
    if kind is SituationKind.DIPLOMA_LEVEL:
        context["diploma"] = diploma_effect(timezone.localdate())
    return render(request, "accounts/situation_change.html", context)


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def diploma_question(request: HttpRequest) -> HttpResponse:
    """Asked once by itself, with what the answer is worth."""
    holder, today = _holder(request), timezone.localdate()
    mark_diploma_asked(holder=holder)
    form = DiplomaQuestionForm(request.POST or None)
    if form.is_valid():
        try:
            declare_situation(
                holder=holder, kind=SituationKind.DIPLOMA_LEVEL, effective_on=today, details=form.details()
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request, "Votre réponse est enregistrée. Vous pouvez la changer dans « Ma situation »."
            )
        return redirect("accounts:situation_list")
    return render(request, "accounts/diploma_question.html", {"form": form, "diploma": diploma_effect(today)})


def _apply(holder: Holder, kind: SituationKind, form: SituationForm) -> None:
    day = form.cleaned_data["effective_on"]
    if form.cleaned_data.get("change") == "leave":
        end_situation(holder=holder, kind=kind, last_day=day)
    else:
        declare_situation(holder=holder, kind=kind, effective_on=day, details=form.details())


def _holds(situation: Situation, today: Any) -> bool:
    return situation.ends_on is None or situation.ends_on >= today


def _holder(request: HttpRequest) -> Holder:
    holder: Holder = request.holder  # type: ignore[attr-defined]
    return holder

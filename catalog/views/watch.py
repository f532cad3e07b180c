"""Signs of fraud, as staff read and handle them."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from catalog.enums import FraudSign, ReviewOutcome
from catalog.exceptions import SignGone
from catalog.forms.watch import ReviewForm
from catalog.permissions import watches_offer
from catalog.selectors.fraud import RULES, signs
from catalog.services.watch import review_sign
from cpa_portal.kernel.access import requires

PAGE_SIZE = 50
ALL = "oui"


@requires(watches_offer)
@never_cache
@require_safe
def sign_list(request: HttpRequest) -> HttpResponse:
    """One kind of sign at a time (`signe`); those that were handled are shown when asked for (`traites`)."""
    named = request.GET.get("signe", "")
    sign = FraudSign(named) if named in FraudSign.values else FraudSign.REPORT
    borne = signs(sign)
    with_handled = request.GET.get("traites") == ALL
    shown = [row for row in borne if with_handled or not row.is_handled]
    context = {
        "sign": sign,
        "kinds": FraudSign.choices,
        "rule": RULES[sign],
        "page_obj": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "with_handled": with_handled,
        "handled": sum(row.is_handled for row in borne),
    }
    return render(request, "catalog/sign_list.html", context)


@requires(watches_offer)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_detail(request: HttpRequest, sign: str, subject: str) -> HttpResponse:
    kind = FraudSign(sign) if sign in FraudSign.values else None
    borne = signs(kind, subject=subject) if kind else []
    if kind is None or not borne:
        raise Http404("Rien ne porte plus ce signe.")
    form = ReviewForm(request.POST if request.method == "POST" else None, initial={"state": borne[0].state})
    if form.is_valid():
        try:
            review_sign(
                sign=kind,
                subject=subject,
                state=form.cleaned_data["state"],
                outcome=ReviewOutcome(form.cleaned_data["outcome"]),
                reason=form.cleaned_data["reason"],
                author=cast("User", request.user),
            )
        except SignGone as refusal:
            messages.warning(request, refusal.message)
            return redirect(request.path)
        messages.success(request, "C’est enregistré.")
        return redirect("catalog:sign_list")
    context = {"borne": borne[0], "rule": RULES[kind], "form": form}
    return render(request, "catalog/sign_detail.html", context)

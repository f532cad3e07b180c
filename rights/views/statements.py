from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import is_holder
from cpa_portal.kernel.access import public, requires
from rights.exceptions import RightsRefusal
from rights.forms.statements import StatementCheckForm
from rights.services.statements import check_statement, draw_statement
from rights.views.request_types import HolderRequest


@requires(is_holder)
@never_cache
@require_POST
def statement_draw(request: HolderRequest) -> HttpResponse:
    """The statement of today, as an accessible PDF with its code."""
    drawn = draw_statement(
        holder=request.holder, address=request.build_absolute_uri(reverse("rights:statement_check"))
    )
    response = HttpResponse(drawn.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="mes-droits-{drawn.at:%Y-%m-%d}.pdf"'
    return response


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def statement_check(request: HttpRequest) -> HttpResponse:
    """Whoever holds the code reads the day and the amounts of a statement; the person is never named."""
    form = StatementCheckForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            context["statement"] = check_statement(
                code=form.cleaned_data["code"], origin=request.META["REMOTE_ADDR"]
            )
            context["is_checked"] = True
        except RightsRefusal as refusal:
            context["refusal"] = refusal
            return render(request, "rights/statement_check.html", context, status=429)
    return render(request, "rights/statement_check.html", context)

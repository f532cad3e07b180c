from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.paper_forms import PAPER_FORM_OF_SLUG, PAPER_FORMS
from accounts.selectors.paper_documents import paper_document
from cpa_portal.kernel.access import public

if TYPE_CHECKING:
    from django.http import HttpRequest


@public
@require_safe
def paper_form_list(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/paper_form_list.html", {"forms": PAPER_FORMS})


@public
@require_safe
def paper_form_document(request: HttpRequest, slug: str) -> HttpResponse:
    form = PAPER_FORM_OF_SLUG.get(slug)
    if form is None:
        raise Http404
    response = HttpResponse(paper_document(form), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return response

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.models import Certification, Organisation
from catalog.selectors.declared import declarations_of
from catalog.selectors.trainings import PAGE_SIZE, trainings_offered
from cpa_portal.kernel.access import public


@public
@require_safe
def certification_detail(request: HttpRequest, code: str) -> HttpResponse:
    certification = get_object_or_404(
        Certification.objects.prefetch_related("blocks", "occupations"), pk=code.upper()
    )
    today = timezone.localdate()
    trainings = trainings_offered(day=today, certification_code=certification.pk)
    context = {
        "certification": certification,
        "successors": Certification.objects.filter(pk__in=certification.successor_codes),
        "has_ended": certification.expires_on is not None and certification.expires_on < today,
        "page_obj": Paginator(trainings, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "catalog/certification_detail.html", context)


@public
@require_safe
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.select_related("commune__department"), pk=pk)
    trainings = trainings_offered(day=timezone.localdate(), organisation_id=organisation.pk)
    context = {
        "organisation": organisation,
        "declarations": declarations_of(organisation),
        "page_obj": Paginator(trainings, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "catalog/organisation_detail.html", context)

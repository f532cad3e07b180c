from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cpa_portal.kernel.access import public
from rights.parameters import legal_values
from rights.selectors.parameters import open_choices, topic_tables, use_rows


@public
@require_safe
def parameter_tables(request: HttpRequest) -> HttpResponse:
    values, today = legal_values(), timezone.localdate()
    context = {
        "version": values.version,
        "tables": topic_tables(values, today),
        "uses": use_rows(values, today),
        "choices": open_choices(values),
    }
    return render(request, "rights/parameter_tables.html", context)

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import is_holder
from cpa_portal.kernel.access import requires
from cpa_portal.kernel.charts import Chart, ChartKind, draw_chart
from rights.enums import Scheme, Unit
from rights.models import Entry
from rights.rules.derivation import Derivation
from rights.schemes import SCHEME_OF_SLUG, SCHEMES
from rights.selectors.counters import CounterLine, balance_over_time, counter_of, counters_of, entries_of
from rights.selectors.missing_years import missing_years
from rights.selectors.simulation import coming_to
from rights.views.request_types import HolderRequest
from rights.wording.amounts import format_amount
from rights.wording.ceilings import ceiling_of, validators_of
from rights.wording.entries import entry_sentence

ENTRIES_PER_PAGE = 25
# What the graduations of a chart are a multiple of: whole euros, whole hours, points.
GRADUATION = {Unit.CENTS: 100, Unit.MINUTES: 60, Unit.POINTS: 1}
# Fewer points make no shape: the table says it all.
POINTS_FOR_A_CHART = 3


@requires(is_holder)
@require_safe
def counter_list(request: HolderRequest) -> HttpResponse:
    return render(request, "rights/counter_list.html", {"lines": counters_of(request.holder)})


@requires(is_holder)
@require_safe
def comparison(request: HolderRequest) -> HttpResponse:
    """Every right side by side, those of the person with their balance."""
    held = {line.description.slug: line for line in counters_of(request.holder)}
    rows = [
        {
            "description": description,
            "line": held.get(description.slug),
            "ceiling": ceiling_of(scheme, timezone.localdate()),
            "validated_by": validators_of(scheme),
        }
        for scheme, description in SCHEMES.items()
    ]
    return render(request, "rights/comparison.html", {"rows": rows})


@requires(is_holder)
@require_safe
def counter_detail(request: HolderRequest, slug: str) -> HttpResponse:
    scheme = SCHEME_OF_SLUG.get(slug)
    line = counter_of(request.holder, scheme) if scheme else None
    if line is None:
        raise Http404
    paginator = Paginator(entries_of(line.counter), ENTRIES_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context: dict[str, object] = {
        "line": line,
        "page": page,
        "rows": history_rows(page, line.unit),
        "chart": chart_of(line),
    }
    context["missing"] = missing_years(line.counter, request.holder, timezone.localdate())
    if scheme is Scheme.CPF:
        context["coming"] = coming_to(line.balance, timezone.localdate())
    return render(request, "rights/counter_detail.html", context)


def history_rows(page: Page[Entry], unit: str) -> list[dict[str, object]]:
    return [
        {
            "entry": entry,
            "sentence": entry_sentence(entry, unit),
            "derivation": Derivation.from_json(entry.derivation),
        }
        for entry in page
    ]


def chart_of(line: CounterLine) -> Chart | None:
    """The balance over time with its table, None while there is too little to draw."""
    points = balance_over_time(line.counter)
    if len(points) < POINTS_FOR_A_CHART:
        return None
    return draw_chart(
        kind=ChartKind.BARS,
        caption=f"{line.description.short_name} : solde à la fin de chaque mois où il a changé",
        label_header="Mois",
        labels=[f"{point.month:%m/%Y}" for point in points],
        series={"Solde": [point.balance for point in points]},
        format_value=lambda value: format_amount(value, line.unit),
        unit=GRADUATION[Unit(line.unit)],
    )

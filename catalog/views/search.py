from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.forms.search import AS_TYPED, SearchForm, canonical_query
from catalog.ports import RightsOutlook, rights_outlook
from catalog.selectors.places import Area, PlaceAnswer, search_area
from catalog.selectors.reading import Reading
from catalog.selectors.trainings import RADII_KM, Result, Results, Wish, search_trainings
from catalog.selectors.widening import (
    near_certifications,
    occupation_words,
    related_occupations,
    widened_search,
)
from cpa_portal.kernel.access import public

# Beyond this, people do not read the list: the page says how to shorten it.
MANY = 200
GRADES = {
    4: "Son titre dit tous vos mots.",
    3: "Son titre dit vos mots sous une autre forme.",
    2: "La certification ou le métier qu'elle prépare correspond à vos mots.",
    1: "Elle répond à une partie de vos mots.",
    0: "Le nom de l'organisme, ou une appellation du métier, répond à vos mots.",
}


@public
@require_safe
def training_search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    answer, work = search_area(form.data["lieu"]), search_area(form.data["travail"])
    context = {
        "form": form,
        "answer": answer,
        "work": work,
        "choices": links(request.GET, "lieu", answer),
        "work_choices": links(request.GET, "travail", work),
    }
    if answer.area is not None and work.area is not None:
        day = timezone.localdate()
        outlook = rights_outlook(getattr(request, "holder", None), day)
        wish = form.wish(answer, day=day, page=request.GET.get("page", "1"), work=work, outlook=outlook)
        context |= found(request.GET, wish, outlook)
    return render(request, "catalog/training_search.html", context)


def found(query: QueryDict, wish: Wish, outlook: RightsOutlook | None) -> dict[str, Any]:
    """What the page says of the results, or of the wider search when there are none."""
    results = search_trainings(wish)
    context: dict[str, Any] = {"wish": wish, "wider_search": None, "related": [], "near": []}
    shown, shown_wish = results, wish
    if not results.total:
        wider_search = widened_search(wish)
        if wider_search:
            context["wider_search"] = wider_search
            shown, shown_wish = wider_search.results, wider_search.wish
        elif wish.words:
            context |= otherwise(results.reading, wish)
    return context | {
        "results": results,
        "shown": shown,
        "reasons": [(result, reasons(result, shown_wish)) for result in shown.items],
        "is_near": wish.area.kind == Area.AROUND,
        "is_long": results.total > MANY,
        "first_remote": first_remote(shown.items),
        "wider": wider(query, wish),
        "filters": filters(query, results, wish, outlook),
        "removable": removable(query, results, wish),
        "outlook": outlook,
        "as_typed": address(query, exact=AS_TYPED),
        "kept_query": canonical_query(query),
    }


def otherwise(reading: Reading, wish: Wish) -> dict[str, Any]:
    """Nothing answers anywhere: what is near."""
    occupations = [
        {"label": o.label, "trainings": o.trainings, "words": occupation_words(o.label)}
        for o in related_occupations(reading, wish)
    ]
    return {"related": occupations, "near": near_certifications(reading)}


def reasons(result: Result, wish: Wish) -> list[str]:
    """Why the training is there, and why at this rank."""
    said = [GRADES[result.grade]] if wish.words else []
    if result.distance_km is not None:
        where = "de chez vous ou de votre travail" if wish.work_area else f"de {wish.area.label}"
        said.append(f"Elle a lieu à {round(result.distance_km)} km {where}.")
    elif result.is_remote:
        said.append("Elle se suit à distance : elle vient après celles qui ont lieu près de vous.")
    if result.sessions > 1:
        said.append(f"{result.sessions} de ses sessions répondent à votre recherche.")
    return [*said, "À égalité avec d'autres, sa place est tirée au sort chaque jour."]


def filters(
    query: QueryDict, results: Results, wish: Wish, outlook: RightsOutlook | None
) -> list[dict[str, Any]]:
    """Each filter with its choices and what they would leave. What depends on an account is shown with one."""
    shown = []
    for name, counted in results.facets.items():
        if name == "droits" and outlook is None:
            continue
        chosen = wish.filters.get(name, frozenset())
        choices = [
            {
                "slug": choice.slug,
                "label": choice.label,
                "count": counted.counts[choice.slug],
                "is_chosen": choice.slug in chosen,
            }
            for choice in counted.facet.choices
            if counted.counts[choice.slug] or choice.slug in chosen
        ]
        if choices:
            reason = outlook.reason if outlook and name == "eligible" else ""
            shown.append({"name": name, "label": counted.facet.label, "choices": choices, "reason": reason})
    return shown


def removable(query: QueryDict, results: Results, wish: Wish) -> list[dict[str, Any]]:
    """The filters that are on, each with the same search without it."""
    on = []
    for name, chosen in wish.filters.items():
        counted = results.facets[name]
        label = ", ".join(choice.label for choice in counted.facet.choices if choice.slug in chosen)
        on.append({"label": label, "count": counted.without, "address": without(query, name)})
    return on


def links(query: QueryDict, name: str, answer: PlaceAnswer) -> list[dict[str, str]]:
    """The other places that bear the name, each as the same search there."""
    return [{"label": area.label, "address": address(query, **{name: area.query})} for area in answer.others]


def wider(query: QueryDict, wish: Wish) -> list[dict[str, str]]:
    """The same search farther away: the next two distances, then the whole country."""
    ways = []
    if wish.area.kind == Area.AROUND:
        farther = [radius for radius in RADII_KM if radius > wish.radius_km][:2]
        ways = [{"label": f"jusqu'à {km} km", "address": address(query, rayon=str(km))} for km in farther]
    if wish.area.kind != Area.COUNTRY:
        ways.append({"label": "dans toute la France", "address": address(query, lieu="france")})
    return ways


def address(query: QueryDict, **changed: str) -> str:
    data = query.copy()
    data.pop("page", None)
    for name, value in changed.items():
        data[name] = value
    return f"?{data.urlencode()}"


def without(query: QueryDict, name: str) -> str:
    data = query.copy()
    data.pop("page", None)
    data.pop(name, None)
    return f"?{data.urlencode()}"


def first_remote(items: object) -> int | None:
    """The primary key of the training before which the page says that the rest is given at a distance."""
    return next((item.training.pk for item in items if item.is_remote), None)  # type: ignore[attr-defined]

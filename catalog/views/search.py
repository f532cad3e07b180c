from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.forms.search import SearchForm
from catalog.selectors.places import Area, PlaceAnswer, search_area
from catalog.selectors.trainings import RADII_KM, Wish, search_trainings
from cpa_portal.kernel.access import public

# Beyond this, people do not read the list: the page says how to shorten it.
MANY = 200


@public
@require_safe
def training_search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    answer = search_area(form.data["lieu"])
    context = {"form": form, "answer": answer, "choices": links(request.GET, answer)}
    if answer.area is not None:
        wish = form.wish(answer, day=timezone.localdate(), page=request.GET.get("page", "1"))
        results = search_trainings(wish)
        context |= {
            "wish": wish,
            "results": results,
            "is_near": wish.area.kind == Area.AROUND,
            "is_long": results.total > MANY,
            "first_remote": first_remote(results.items),
            "wider": wider(request.GET, wish),
        }
    return render(request, "catalog/training_search.html", context)


def links(query: QueryDict, answer: PlaceAnswer) -> list[dict[str, str]]:
    """The other places that bear the name, each as the same search there."""
    return [{"label": area.label, "address": address(query, lieu=area.query)} for area in answer.others]


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


def first_remote(items: object) -> int | None:
    """The primary key of the training before which the page says that the rest is given at a distance."""
    return next((item.training.pk for item in items if item.is_remote), None)  # type: ignore[attr-defined]

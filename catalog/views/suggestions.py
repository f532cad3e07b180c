"""What the search form proposes while one writes. JSON, short, the same for everybody, so that it may be kept."""

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from catalog.forms.search import WORDS_LENGTH
from catalog.selectors.suggestions import Suggestion, nearest_commune, suggested_places, suggested_words
from cpa_portal.kernel.access import public

KEPT_SECONDS = 3_600


@public
@require_safe
def word_suggestions(request: HttpRequest) -> JsonResponse:
    return proposed(suggested_words(typed(request)))


@public
@require_safe
def place_suggestions(request: HttpRequest) -> JsonResponse:
    return proposed(suggested_places(typed(request)))


@public
@require_safe
def place_around(request: HttpRequest) -> JsonResponse:
    """The commune of a position that the person chose to give. The form then says the commune, never the position."""
    try:
        latitude, longitude = float(request.GET["latitude"]), float(request.GET["longitude"])
    except (KeyError, ValueError):
        return JsonResponse({"message": "Cette position ne se lit pas."}, status=400)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return JsonResponse({"message": "Cette position ne se lit pas."}, status=400)
    found = nearest_commune(latitude, longitude)
    if found is None:
        message = "Vous semblez être hors de France : écrivez une commune."
        return JsonResponse({"message": message}, status=404)
    answer = JsonResponse(shown(found))
    patch_cache_control(answer, no_store=True)
    return answer


def typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", " ")[:WORDS_LENGTH]


def proposed(found: list[Suggestion]) -> JsonResponse:
    answer = JsonResponse({"suggestions": [shown(suggestion) for suggestion in found]})
    patch_cache_control(answer, public=True, max_age=KEPT_SECONDS)
    return answer


def shown(suggestion: Suggestion) -> dict[str, str]:
    return {"texte": suggestion.text, "valeur": suggestion.value, "nature": suggestion.kind}

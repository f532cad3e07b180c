"""The offer for third parties: the same selectors as the pages, read only."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.serializers import ResultPageSerializer, TrainingSerializer
from catalog.forms.search import SearchForm
from catalog.models import Training
from catalog.selectors.places import search_area
from catalog.selectors.trainings import RADII_KM, Order, search_trainings, training_in_full

SEARCH_PARAMETERS = [
    OpenApiParameter("q", str, description="Métier, compétence ou certification."),
    OpenApiParameter(
        "lieu", str, description="Commune, code INSEE ou postal, département, région, « france »."
    ),
    OpenApiParameter("rayon", int, enum=RADII_KM, description="En kilomètres, autour d'une commune."),
    OpenApiParameter("tri", str, enum=[order.value for order in Order]),
    OpenApiParameter("page", int),
]


class TrainingListView(APIView):
    @extend_schema(parameters=SEARCH_PARAMETERS, responses=ResultPageSerializer, operation_id="formations")
    def get(self, request: Request) -> Response:
        form = SearchForm(request.query_params)  # type: ignore[arg-type]
        answer = search_area(form.data["lieu"])
        if answer.area is None:
            known = ", ".join(area.query for area in answer.others)
            message = f"Ce lieu est ambigu : précisez {known}." if known else "Ce lieu n'est pas connu."
            raise ValidationError({"lieu": [message]})
        wish = form.wish(answer, day=timezone.localdate(), page=request.query_params.get("page", "1"))
        results = search_trainings(wish)
        page = {
            "total": results.total,
            "page": results.page.number,
            "pages": results.page.paginator.num_pages,
            "resultats": results.items,
        }
        return Response(ResultPageSerializer(page).data)


class TrainingDetailView(APIView):
    @extend_schema(responses=TrainingSerializer, operation_id="formation")
    def get(self, request: Request, pk: int) -> Response:
        try:
            training = training_in_full(pk, day=timezone.localdate())
        except Training.DoesNotExist:
            raise NotFound("Aucune formation ne porte ce numéro.") from None
        return Response(TrainingSerializer(training, context={"request": request}).data)

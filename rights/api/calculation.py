"""The rules for third parties: a case in, its result and its derivation out. Nothing is kept, nobody is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from rights.parameters import legal_values
from rights.scenarios import Outcome, Unreadable, evaluate
from rights.scenarios.evaluation import THEMES
from rights.scenarios.results import UNITS, printed

LARGEST_BODY_BYTES = 64 * 1024


class ExactJSONParser(BaseParser):
    """JSON whose decimals stay exact: no float is made on the way."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(LARGEST_BODY_BYTES + 1)
        if len(body) > LARGEST_BODY_BYTES:
            raise ParseError(f"Un cas ne dépasse pas {LARGEST_BODY_BYTES // 1024} kilo-octets.")
        try:
            return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise ParseError("Le corps de la demande n’est pas un JSON lisible.") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} n’est pas un nombre")


class CalculationCaseSerializer(serializers.Serializer[Any]):
    theme = serializers.ChoiceField(
        choices=list(THEMES), help_text="Lettre du thème ; H : fonction publique, J : points, K : délais."
    )
    cas = serializers.DictField(help_text="Les clés du cas, décrites dans docs/rights.md.")
    au = serializers.DateField(required=False, help_text="État après tout ce qui est inscrit ce jour-là.")
    unite = serializers.ChoiceField(choices=UNITS, default="EUR")


class CalculationResultSerializer(serializers.Serializer[Any]):
    resultat = serializers.CharField(
        help_text="Montant avec un point et deux décimales, date ISO, ou booléen."
    )
    unite = serializers.CharField()
    details = serializers.DictField(child=serializers.CharField())
    refus = serializers.CharField(help_text="Pourquoi l’action est refusée ; vide sinon.", allow_blank=True)
    calculs = serializers.ListField(
        child=serializers.DictField(), help_text="Chaque calcul, étape par étape, avec ses textes."
    )
    version_des_baremes = serializers.CharField()


class CalculationView(APIView):
    parser_classes = (ExactJSONParser,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "calculation"

    @extend_schema(
        operation_id="calcul",
        request=CalculationCaseSerializer,
        responses=CalculationResultSerializer,
        examples=[
            OpenApiExample(
                "Une année à 30 %",
                value={
                    "theme": "C",
                    "cas": {"activity": {"2023": {"ratio": "3/10"}}, "opening": 0},
                    "au": "2024-12-31",
                    "unite": "EUR",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Calcule un cas avec les règles du portail. Rien n’est conservé."""
        case = CalculationCaseSerializer(data=request.data)
        case.is_valid(raise_exception=True)
        asked = case.validated_data
        values = legal_values()
        try:
            # The keys are read from what was sent: a serializer would turn exact numbers into text.
            outcome = evaluate(
                request.data["cas"],
                theme=asked["theme"],
                as_of=asked.get("au"),
                unit=asked["unite"],
                values=values,
            )
        except Unreadable as error:
            raise ValidationError({"cas": [str(error)]}) from error
        return Response(CalculationResultSerializer(_answer(outcome, values.version)).data)


def _answer(outcome: Outcome, version: str) -> dict[str, Any]:
    return {
        "resultat": printed(outcome.value, outcome.unit),
        "unite": outcome.unit,
        "details": {name: printed(value) for name, value in outcome.details.items()},
        "refus": outcome.refusal,
        "calculs": [derivation.as_json() for derivation in outcome.derivations],
        "version_des_baremes": version,
    }
